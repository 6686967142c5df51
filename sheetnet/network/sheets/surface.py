"""Surface: what the network makes of every input, at the chosen step.

For one input its outputs as curves, with the examples; for two inputs one chosen output as a
map of coloured cells, with the examples in it (`surface_marks`), of the training set and of the
test set. The points are on the sheet of workings "Surface points" (`surface_points`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sheetnet.expressions.formula import Area, Binary, Expression, Ref, call, join
from sheetnet.network.evaluation import HALF, is_classification
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.quantities import CHOSEN_OUTPUT
from sheetnet.network.sheets import inputs, parameters, scale, surface_marks
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.surface_points import (
    BOUNDS_ROW,
    FIRST_ROW,
    MAP,
    POINTS,
    SURFACE,
    Points,
    bounds,
    chosen,
    how_many,
    shown_map,
    surface,
)
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import ColourScale, Link, NumberRule, PrintSetup, Rule, Sheet

NAME = "Surface"
KNOB_ROW, TOP = 3, 6
LABELS, LEFT = 3, 4
CELL_WIDTH, ROW_HEIGHT = 3.4, 18.5
#: The most curves in a chart.
MOST_CURVES = 5
COLOURS = (styles.ORANGE, styles.BLUE, styles.GREEN, styles.INK, styles.PALE)
#: The colours of the least, the middle and the largest value: as greys light, middle and dark.
SCALE = ("FFFFFF", "FDC79B", "E8762D")
#: What the colours reach from and to where outputs are classes.
CLASSES = (0.0, 1.0)
#: What the points of the training set and of the test set are called, and their shapes.
DOTS = (("training", "circle"), ("test", "square"))
#: As on Data, where one output leaves a colour for it.
TEST_COLOUR = styles.BLUE
#: Where a cell and the next one are on two sides of a half.
BETWEEN = styles.PLAIN.but(border_colour=styles.NIGHT, border_width="thin")


def applies(context: Context) -> bool:
    """Whether the network has one or two inputs, and is small enough."""
    dimensions = context.sizes[0]
    if not context.dense or dimensions > 2:
        return False
    width = 2 * sum(context.sizes[1:]) + dimensions
    return how_many(dimensions) * width <= parameters.MOST_FORMULAS


def _place(context: Context) -> None:
    knob = context.knobs.get((CHOSEN_OUTPUT.name, None))
    if knob and context.sizes[0] == 2:
        context.place_knob(knob, NAME, KNOB_ROW, LABELS)


def _fill(context: Context) -> list[Sheet]:
    writer = _Writer(context)
    writer.write()
    return [writer.sheet, writer.points.sheet]


class _Writer:
    """The sheet."""

    def __init__(self, context: Context) -> None:
        self.context, self.dimensions = context, context.sizes[0]
        self.sheet = Sheet(NAME, "what the network makes of every input")
        self.points = Points(context)
        #: Whether outputs are on one side of a half or on the other: between 0 and 1, of classes.
        last = context.dense[-1].activation
        within = last.signless and last.below_one
        self.halves = within and is_classification(context.lesson)

    # Writing

    def write(self) -> None:
        context, sheet = self.context, self.sheet
        sheet.tab_colour, sheet.print_setup = styles.ORANGE, PrintSetup(fit_height=1)
        sheet.freeze, sheet.cursor = (TOP - 1, 1), (KNOB_ROW, LABELS)
        own = "examples" if context.batch else "example"
        hint = f"The weights are those of the chosen step; every input is tried, not just the {own}"
        frame.head(
            sheet,
            title="Surface: what the network makes of every input",
            hint=hint,
            problem=PROBLEM,
        )
        sheet.widths |= {1: 2.5, 2: 14.0 if self.dimensions == 1 else 8.0, LABELS: 12.0}
        if self.dimensions == 2:
            sheet.heights[TOP + MAP] = 9
        sheet.heights |= {KNOB_ROW: 24, TOP - 1: 24}
        self.points.write()
        look = styles.NUMBER.but(bold=True, number_format="0", horizontal="center")
        column = LABELS if self.dimensions == 1 else LEFT + 6
        sheet.put(KNOB_ROW, column - 1, "step", styles.LABEL_RIGHT)
        sheet.put(KNOB_ROW, column, context.step, look, claim=lambda numbers: numbers.step)
        beside = column + 1
        if self.dimensions == 2:
            # Cells of the map: one holds three digits, three hold as many as a sheet has rows.
            beside = column + 3
            sheet.merge(KNOB_ROW, column, KNOB_ROW, beside - 1)
        sheet.put(KNOB_ROW, beside, "chosen on Start", styles.LINK.but(size=9, italic=True))
        sheet.links[KNOB_ROW, beside] = Link("Start", tip="To the step")
        if self.dimensions == 1:
            self._draw()
        else:
            self._write_map()
        frame.banner(sheet, 12 if self.dimensions == 1 else LEFT + MAP - 1)

    def _draw(self) -> None:
        """One input: the outputs as curves, the examples as points."""
        context, sheet = self.context, self.sheet
        x = Area(POINTS, FIRST_ROW, 2, self.points.last, 2, True)
        series = []
        for unit in range(min(context.sizes[-1], MOST_CURVES)):
            column, colour = self.points.outputs + unit, COLOURS[unit]
            name = str(context.symbols.activation(context.depth, unit))
            curve = Area(POINTS, FIRST_ROW, column, self.points.last, column, True)
            series.append(Series(curve, x, name, colour=colour, width=2.5))
            aim = context.symbols.target(unit)
            sets = context.sets()
            for (places, targets), (title, marker) in zip(sets, DOTS, strict=False):
                examples = places.area(unit=0, fixed=True)
                target = targets.area(unit=unit, fixed=True)
                assert examples and target
                title = f"{title} {aim}" if len(sets) > 1 else f"target {aim}"
                # Programs draw no outline of a marker: a paper one would not be seen.
                shade = TEST_COLOUR if marker != "circle" and context.sizes[-1] == 1 else colour
                dots = Series(target, examples, title, colour=shade, line=False, marker=marker)
                series.append(dots)
        symbol = str(context.symbols.input(0))
        sheet.put(TOP - 1, 2, f"The outputs over {symbol}", styles.HEADING)
        sheet.fill(TOP - 1, 2, TOP - 1, 12, styles.HEADING)
        sheet.charts.append(
            Chart(
                row=TOP,
                column=2,
                width=20.0,
                height=11.0,
                series=tuple(series),
                x=Axis(symbol),
                y=Axis("output", gridlines=True),
                legend=True,
                alt_text="The outputs of the network over its input, and the targets of the "
                "examples as points",
            )
        )

    def _write_map(self) -> None:
        """Two inputs: the chosen output as colours, the examples in their cells."""
        context, sheet = self.context, self.sheet
        knob = context.knobs.get((CHOSEN_OUTPUT.name, None))
        name: Expression | str = str(context.symbols.activation(context.depth, 0))
        number: Expression | None = None
        if knob:
            cell = context.knob(CHOSEN_OUTPUT).ref(fixed=True)
            sheet.put(KNOB_ROW, LABELS - 1, "output", styles.LABEL_RIGHT)
            context.fill_knob(sheet, knob, styles.INPUT.but(size=14, font=styles.SERIF))
            sheet.validations.append(inputs.validation(knob, context.knob(CHOSEN_OUTPUT)))
            heads = Area(POINTS, BOUNDS_ROW + 2, 1, BOUNDS_ROW + 2, len(knob.choices), True)
            for column, choice in enumerate(knob.choices, 1):
                self.points.sheet.put(BOUNDS_ROW + 2, column, choice, styles.SYMBOL)
            place = Ref(POINTS, BOUNDS_ROW, 7, True)
            self.points.sheet.put(BOUNDS_ROW, 6, "output", styles.LABEL_RIGHT)
            look = styles.NUMBER.but(number_format="0")
            formula = call("MATCH", cell, heads, 0)
            self.points.sheet.put(BOUNDS_ROW, 7, formula, look, claim=lambda n: chosen(n) + 1)
            name, number = cell, place
        across, up = (str(context.symbols.input(axis)) for axis in range(2))
        title = join([name, f" over {across} (across) and {up} (up)"])
        sheet.put(TOP - 1, 2, title, styles.HEADING)
        sheet.fill(TOP - 1, 2, TOP - 1, LEFT + MAP - 1, styles.HEADING)
        hidden = styles.PLAIN.but(number_format=";;;", horizontal="center", size=9)
        for i in range(MAP):
            sheet.heights[TOP + i] = ROW_HEIGHT
            for j in range(MAP):
                row = FIRST_ROW + i * MAP + j
                line = Area(POINTS, row, self.points.outputs, row, self.points.right)
                value = (
                    call("INDEX", line, 1, number)
                    if number
                    else Ref(POINTS, row, self.points.right)
                )
                sheet.put(TOP + i, LEFT + j, value, hidden)
        block = Block("", None, NAME, TOP, LEFT, ("up",), ("across",), {"up": MAP, "across": MAP})
        sheet.claim(block, shown_map)
        for column in range(LEFT, LEFT + MAP):
            sheet.widths[column] = CELL_WIDTH
        self._write_axes()
        # All of one area, and the colours last: LibreOffice shows one area's rules in a cell.
        marks = surface_marks.write(sheet, self.points, (TOP, LEFT), number)
        sheet.formats += self._rules(block.whole(), marks)
        sheet.formats.append(self._colours(block.whole()))

    def _rules(self, area: Area, marks: list[surface_marks.Mark]) -> Iterator[Rule | NumberRule]:
        """The marks, and lines between cells that are on two sides of a half.

        A cell with both has a rule of its own: LibreOffice shows one rule in a cell.
        """
        borders = self._borders() if self.halves else {}
        for sides, differs in borders.items():
            look = BETWEEN.but(borders=sides)
            for mark in marks:
                shown = look.but(number_format=mark.number_format, horizontal="center")
                yield Rule(area, call("AND", mark.when, differs), shown)
        for mark in marks:
            yield NumberRule(area, mark.when, styles.PLAIN.but(number_format=mark.number_format))
        for sides, differs in borders.items():
            yield Rule(area, differs, BETWEEN.but(borders=sides))

    def _borders(self) -> dict[str, Expression]:
        """When a cell and the one right of it, above it, or both are on two sides of a half."""
        here = Ref(NAME, TOP, LEFT)
        found: dict[str, Expression] = {}
        for side, other in (("r", Ref(NAME, TOP, LEFT + 1)), ("t", Ref(NAME, TOP - 1, LEFT))):
            differs = Binary("<>", here >= HALF, other >= HALF)
            found[side] = call("AND", call("ISNUMBER", other), differs)
        return {"rt": call("AND", *found.values()), **found}

    def _colours(self, area: Area) -> ColourScale:
        """From white to orange, which are light and dark: from 0 to 1 where these are classes."""
        ends = CLASSES if self.halves else None
        return ColourScale(area, *SCALE, spread=not self.halves, ends=ends)

    def _write_axes(self) -> None:
        sheet, points = self.sheet, self.points
        small = styles.NUMBER.but(size=8, colour=styles.GREY, number_format="0.00")
        for i in range(0, MAP, 3):
            place = 1 - i / (MAP - 1)
            sheet.put(TOP + i, LABELS, points.at_place(1, place), small, claim=_on(1, place))
        for j, align, place in ((0, "left", 0.0), (8, "center", 0.5), (MAP - 3, "right", 1.0)):
            look = small.but(horizontal=align)
            row = TOP + MAP + 1
            sheet.put(row, LEFT + j, points.at_place(0, place), look, claim=_on(0, place))
            sheet.merge(row, LEFT + j, row, LEFT + j + 2)
        row = TOP + MAP + 2
        marks = f"● target from {HALF:g} on, ○ below"
        examples = f" · training example{'s' * self.context.batch}: {marks}"
        examples += ", ◐ both" * self.context.batch
        if self.halves:
            ends = f"white: {CLASSES[0]:g} · orange: {CLASSES[1]:g}"
            hint = f"{ends} · line: where it passes {HALF:g}{examples}"
            sheet.put(row, LABELS, hint, styles.HINT)
        else:
            area = Area(NAME, TOP, LEFT, TOP + MAP - 1, LEFT + MAP - 1)
            at, workings = (sheet, row, LABELS), (self.points.sheet, BOUNDS_ROW, 8)
            signless = self.context.dense[-1].activation.signless
            scale.write(self.context, at, workings, area, shown_map, examples, signless=signless)
        if len(self.context.sets()) > 1:
            sheet.put(TOP + MAP + 3, LABELS, "test examples: ■ □ ◧, likewise", styles.HINT)
        sheet.print_setup = PrintSetup(fit_height=1, last_row=TOP + MAP + 3)


def _on(axis: int, place: float) -> Callable[[Numbers], float]:
    def value(numbers: Numbers) -> float:
        low, high = bounds(numbers, axis)
        return low + (high - low) * place

    return value


SURFACE_SHEET = SheetKind(
    NAME,
    _fill,
    applies=applies,
    place=_place,
    derived=(Derived(SURFACE, lambda numbers, _: surface(numbers)),),
)
