"""Where Chain rule's paths stand, and how a cell follows the layer of the chosen weight.

A path takes six rows; a column belongs to one layer always, so that a weight of a later layer
leaves the columns before it empty.
"""

from __future__ import annotations

from collections.abc import Callable

from sheetnet.expressions.formula import Expression, Number, Ref, Text, call
from sheetnet.network.quantities import Quantity, Role, Z
from sheetnet.network.sheets import paths
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.path_texts import Texts
from sheetnet.network.sheets.paths import Way
from sheetnet.workbook.model import Sheet

NAME = "Chain rule"
FIRST_ROW, PATH_ROWS = 13, 6
LABEL, START, FIRST = 2, 3, 4
#: Columns of a layer: the factor that leads to z, z, the slope, a.
EACH = 4

PATH_FACTOR = Quantity(
    "path_factor",
    ("path", "factor"),
    Role.BACKWARD,
    "factors of the paths",
    lambda s, layer, at: s.loss,
)
PATH_PRODUCT = Quantity(
    "path_product", ("path",), Role.BACKWARD, "products of the paths", lambda s, layer, at: s.loss
)

#: What a cell shows for the paths that begin in a layer.
Shown = Callable[[Way], Expression | float | str]


class Places:
    """The paths on `sheet`; `knob` and `layer` are the cells of the chosen weight and its layer."""

    def __init__(self, context: Context, sheet: Sheet, texts: Texts, knob: Ref, layer: Ref) -> None:
        self.context, self.net, self.sheet, self.texts = context, context.net, sheet, texts
        self.knob, self.layer = knob, layer
        self.ways = paths.ways(context.net)
        self.most = paths.most(context.net)
        self.joined = paths.joined(context.net)
        #: How many factors have a column.
        self.factors = paths.factor_count(context.net) - self.joined
        self.loss_column = FIRST + EACH * context.depth + 1
        self.product_column = self.loss_column + 2

    # Columns and rows

    def factor_column(self, factor: int) -> int:
        """The column of a factor: two a layer, ∂L/∂a of the output last."""
        return FIRST + 2 * factor

    def top(self, path: int) -> int:
        return FIRST_ROW + PATH_ROWS * path

    def factor(self, path: int, factor: int) -> Ref:
        return Ref(NAME, self.top(path) + 4, self.factor_column(factor), digits=6)

    def product(self, path: int) -> Ref:
        return Ref(NAME, self.top(path) + 4, self.product_column, digits=6)

    def node(self, path: int, layer: int, of: Quantity) -> Ref:
        """The value of z or a of a layer on a path."""
        column = FIRST + EACH * (layer - 1) + (1 if of == Z else 3)
        return Ref(NAME, self.top(path) + 1, column)

    def target(self, path: int) -> Ref:
        return Ref(NAME, self.top(path) + 4, self.loss_column)

    # What depends on the layer of the chosen parameter

    def pick(self, path: int, shown: Shown, absent: float | str) -> Expression:
        """What is shown for the layer of the chosen parameter; `absent` where it has no such
        path."""
        found = [shown(way) if path < way.count else absent for way in self.ways]
        nodes = [_node(each) for each in found]
        if all(node == nodes[0] for node in nodes):
            return nodes[0]
        return call("CHOOSE", self.layer, *nodes)

    def unit(self, way: Way, path: int, layer: int) -> Expression | int:
        """The unit of a path in a layer."""
        if layer == way.layer:
            return self.texts.own(layer)
        return paths.unit_on(self.net, way, path, layer)


def _node(value: Expression | float | str) -> Expression:
    if isinstance(value, str):
        return Text(value)
    return value if isinstance(value, Expression) else Number(value)
