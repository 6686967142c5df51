"""The pictures of Start: the network at the chosen step, and the curve of the cost.

They stand one over the other in the right half, beside the knobs. Where the knobs take more than a
screen they stand side by side above them, in a row that does not scroll.
"""

from __future__ import annotations

from dataclasses import dataclass

from sheetnet.expressions.figures import in_figures
from sheetnet.expressions.formula import join
from sheetnet.files.layout import row_under
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import COST
from sheetnet.network.sheets import drawing, followed, plans
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.own import Own, ends, live_curve
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import Sheet
from sheetnet.workbook.styles import HEADING

#: Heights in cm: the drawing at least and at most; with the curve, and that without a drawing.
LOWEST, HIGHEST, BOTH, CURVE_ALONE = 6.1, 6.9, 11.1, 10.0
#: Where both stand side by side: at least and at most, since the knobs scroll under them.
FLAT, FLATTEST = 6.8, 5.8
#: Curves up to this height have no title on their axis.
LOW = 5.5
#: Points: thinner than the curve, since LibreOffice paints the first series last, Excel first.
GHOST, LIVE = 1.0, 2.5


@dataclass(frozen=True)
class Place:
    """The row of the heading, its first and its last column, the width of a chart in cm.

    `beside` is the column and the width of the curve where it stands beside the drawing.
    """

    row: int
    left: int
    right: int
    width: float
    beside: tuple[int, float] | None = None

    @property
    def heights(self) -> tuple[float, float]:
        """The least and the largest height of the drawing."""
        return (FLATTEST, FLAT) if self.beside else (LOWEST, HIGHEST)


def draw(context: Context, place: Place) -> tuple[list[Sheet], Chart | None]:
    """The drawing of the network for Start with the sheet of its points, if it is no tangle."""
    if not plans.drawn_on_start(context):
        return [], None
    plan = plans.Alone(context, place.width, *place.heights)
    at = place.row + 1, place.left
    points, chart = drawing.draw(plan, drawing.ON_START, at, frame.START)
    return [points], chart


def fill(context: Context, sheet: Sheet, own: Own, place: Place, drawn: Chart | None) -> int:
    """The heading, the drawing and the curve; returns the row under them."""
    _write_heading(context, sheet, own, place, bool(drawn))
    row, column, width, tall = place.row + 1, place.left, place.width, CURVE_ALONE
    if place.beside:
        tall = drawn.height if drawn else FLATTEST
        column, width = place.beside if drawn else (column, width)
        # One row, as high as both: it is the last that does not scroll.
        sheet.heights[row] = tall / 2.54 * 72 + 4
        sheet.freeze = (row + 1, 1)
    elif drawn:
        row, tall = row_under(sheet, row, drawn.height), BOTH - drawn.height
    sheet.charts.append(_curve(context, own, (row, column), (width, tall)))
    if drawn:
        sheet.charts.append(drawn)
    return row_under(sheet, row, tall) + 1


def _write_heading(context: Context, sheet: Sheet, own: Own, place: Place, is_drawn: bool) -> None:
    """What is shown: the step, the example that is drawn, the cost there."""
    drawn = is_drawn and context.batch
    # Short where the example is said as well: the right half may be narrow.
    what = "Step " if drawn else "The network at step " if is_drawn else "The run at step "
    parts: list[object] = [what, context.step]
    if drawn:
        parts += [", example ", context.sample]
    cost, text = own.cost
    whose = "the batch" if context.net.batch else "all"
    says = f"; cost of {whose}: " if drawn else ": cost "
    parts += [says, followed.told(cost, text)]

    def claim(numbers: Numbers) -> str:
        example = f", example {numbers.sample + 1}" if drawn else ""
        cost = in_figures(float(numbers.trace.costs[numbers.step]))
        return f"{what}{numbers.step}{example}{says}{cost}"

    sheet.put(place.row, place.left, join(parts), HEADING, claim=claim)
    sheet.fill(place.row, place.left, place.row, place.right, HEADING)


def _curve(context: Context, own: Own, place: tuple[int, int], size: tuple[float, float]) -> Chart:
    """The cost over the steps: behind it in grey the lesson's own run, on it the chosen step."""
    costs = context.run(COST)
    cost = "Each batch’s cost by step" if context.net.batch else "The cost over the steps"
    steps = Block("", None, costs.sheet, costs.top, 1, costs.rows, (), costs.lengths)
    own_steps, own_costs = own.curve
    x, y = own.point
    ghost = Series(own_costs, own_steps, "the lesson’s own run", colour=styles.PALE, width=GHOST)
    live = Series(
        live_curve(context),
        steps.whole(fixed=True),
        "cost",
        colour=styles.ORANGE,
        width=LIVE,
        end=ends(),
    )
    point = Series(
        y,
        x,
        "the chosen step",
        colour=styles.ORANGE,
        line=False,
        marker="circle",
        marker_size=8,
        marker_colour=styles.ORANGE,
    )
    middle, top, says = own.end
    cut = Series(top, middle, says, label="below", line=False)
    return Chart(
        row=place[0],
        column=place[1],
        width=size[0],
        height=size[1],
        title=f"{cost} (grey: the lesson’s own)",
        series=(ghost, live, point, cut),
        # A low chart says in its title what its axis is: the curve has the room.
        x=Axis("step" * (size[1] > LOW), minimum=0, maximum=max(context.steps, 1)),
        y=Axis(str(context.symbols.cost), minimum=0, gridlines=True),
        alt_text=f"Curve of the cost from step 0 to step {context.steps}, with a point at the "
        "chosen step; behind it in grey the curve of the lesson’s own run",
    )
