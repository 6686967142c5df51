"""A workbook that uses everything that the model has, for tests of the formats."""

from __future__ import annotations

import numpy as np

from sheetnet.expressions.formula import Area, Name, Number, Ref, call, equal, join, when
from sheetnet.expressions.rich import Rich, Run
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Blocks
from sheetnet.workbook.book import Book
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import (
    Band,
    Cell,
    ColourScale,
    Link,
    Matrix,
    PrintSetup,
    Rule,
    Sheet,
    Spill,
    Validation,
)

START, OTHER, RUN = "Start here", "Spaß & 2", "Run"
RATE, STEP = Ref(START, 5, 2, True), Ref(START, 6, 2, True)
MATRIX = Area(OTHER, 4, 2, 6, 4)


def showcase() -> Book:
    """A workbook that uses everything that the model has."""
    return Book(
        "A title & <such>",
        "The subject",
        [_start(), _other(), _run()],
        {"gamma": RATE, "eta": Ref(OTHER, 4, 2, True)},
        Blocks(),
        [],
    )


def _start() -> Sheet:
    sheet = Sheet(START, tab_colour=styles.BLUE, freeze=(3, 2), cursor=(5, 2), zoom=90)
    sheet.widths |= {1: 2.5, 2: 17.0, 3: 8.8, 5: 30.0}
    sheet.heights |= {1: 34, 30: 50}
    sheet.put(1, 1, "Banner", styles.BANNER)
    sheet.merge(1, 1, 1, 5)
    symbol = Rich((Run("w"), Run("01", -1), Run("(1)", 1, True), Run(" = x  y", 0, True)))
    sheet.put(2, 2, symbol, styles.SYMBOL)
    sheet.put(3, 2, "to the  other sheet", styles.LABEL.but(fill=styles.NIGHT))
    sheet.links[3, 2] = Link(OTHER, 4, 2, "go there")
    sheet.put(3, 3, Rich((Run("w"), Run("1", -1))), styles.LABEL)
    sheet.links[3, 3] = Link(RUN)
    sheet.put(5, 2, 0.5, styles.INPUT)
    sheet.notes[5, 2] = "What this is for.\n  And more of it, on a second line."
    sheet.put(6, 2, 3.0, styles.INPUT.but(number_format="0"))
    sheet.put(7, 2, "tanh", styles.INPUT)
    five, six, seven = (Area(START, row, 2, row, 2) for row in (5, 6, 7))
    sheet.validations += [
        Validation(five, "decimal", -100.0, 100.0, (), "rate", "Not that.", "A number."),
        Validation(six, "whole", 0, Ref(OTHER, 6, 4, True), (), "step", "Whole <numbers> & such"),
        Validation(seven, "list", choices=("tanh", "ReLU"), title="f", error="One of these"),
        Validation(Area(START, 9, 6, 10, 7), "decimal", 0.0, 1.0),
    ]
    gamma = Name("gamma", RATE)
    sheet.put(8, 2, gamma * 2 - Ref(OTHER, 4, 2), styles.FORWARD.but(number_format=styles.SIGNED))
    sheet.put(9, 2, -((-Ref(START, 8, 2)) ** 2), styles.BACKWARD)
    words = join(["σ(", call("FIXED", RATE, 4, True), ') <&> "100%"\n', "\tend"])
    sheet.put(10, 2, words, styles.PROSE)
    sheet.put(11, 2, RATE > 0.2, styles.CHECK)
    sheet.put(12, 2, when(Ref(START, 11, 2), "✓", "✗"), styles.CHECK)
    sheet.links[12, 2] = Link(RUN, 3)
    sheet.notes[20, 4] = "A note on an empty cell"
    return sheet


def _other() -> Sheet:
    sheet = Sheet(OTHER, gridlines=True, protected=False, default_width=11)
    sheet.print_setup = PrintSetup(False, 1, 1, (1, 2))
    for r in range(3):
        for c in range(3):
            sheet.put(4 + r, 2 + c, float(r * 3 + c - 4), styles.GIVEN)
    sheet.put(4, 6, Matrix(call("MMULT", MATRIX, call("TRANSPOSE", MATRIX)), 3, 3), styles.FORWARD)
    for r, c in np.ndindex(3, 3):
        if (r, c) != (0, 0):
            sheet.put(4 + r, 6 + c, Spill((4, 6)), styles.FORWARD)
    sheet.put(8, 2, Matrix(call("SUM", call("ABS", MATRIX)), 1, 1), styles.UPDATE)
    sheet.put(9, 2, call("INDEX", MATRIX, 2, STEP), styles.NUMBER)
    red = styles.PLAIN.but(colour=styles.RED, bold=True, borders="tb", border_colour=styles.RED)
    sheet.formats += [
        ColourScale(MATRIX, "C2410C", "FFFFFF", "1D4ED8"),
        Rule(MATRIX, Ref(OTHER, 4, 2) > 2, red),
        ColourScale(Area(OTHER, 4, 6, 6, 8), "C2410C", "FFFFFF", "1D4ED8", 10.0),
        Rule(Area(OTHER, 8, 2, 9, 2), equal(Ref(OTHER, 8, 2), STEP), styles.GIVEN),
    ]
    sheet.put(11, 2, "joined", styles.GIVEN.but(borders="ltrb", indent=1))
    sheet.merge(11, 2, 12, 4)
    for column, width in enumerate(("hair", "thin", "medium", "thick", "dotted", "dashed"), 2):
        look = styles.LABEL.but(borders="tr", border_width=width)
        sheet.put(14, column, width, look)
    x = Area(OTHER, 4, 3, 6, 3, True)
    sheet.charts += [
        Chart(
            16,
            2,
            11.5,
            7.5,
            (
                Series(Area(OTHER, 4, 2, 6, 2, True), x, "a & b"),
                Series(
                    Area(OTHER, 4, 6, 6, 6, True),
                    x,
                    Ref(OTHER, 14, 2, True),
                    label="above",
                    marker="circle",
                    marker_size=9,
                ),
                Series(Area(OTHER, 4, 7, 6, 7, True), x, line=False, marker="square"),
            ),
            "Alt <text>",
            Axis("x axis", -5, 5),
            Axis("y", gridlines=True, number_format="0.0"),
            "A chart",
            True,
        ),
        Chart(
            35,
            2,
            8,
            5,
            (Series(Area(RUN, 3, 2, 62, 2, True), Area(RUN, 3, 1, 62, 1, True)),),
            "Over the rows",
            Axis(hidden=True),
            Axis(hidden=True, logarithmic=True),
        ),
    ]
    return sheet


def _run() -> Sheet:
    """A band with a note, a chart and a validation on rows in its midst."""
    sheet = Sheet(RUN, freeze=(3, 1), tab_colour=styles.GREEN)
    sheet.print_setup = PrintSetup(title_rows=(1, 4))
    for column, title in enumerate(("step", "v 100%", "part"), 1):
        sheet.put(1, column, title, styles.header(styles.GIVEN))
    steps = np.arange(60.0)
    half = 0.95**steps
    values = np.column_stack([steps, half, (half > 0.5).astype(float)])
    first = (Cell(0.0, styles.GIVEN), Cell(1.0, styles.GIVEN))
    above = Ref(RUN, 3, 1), Ref(RUN, 3, 2)
    later = (
        Cell(above[0] + 1, styles.GIVEN.but(number_format="0")),
        Cell(above[1] * Number(0.95), styles.UPDATE.but(number_format=styles.SIGNED)),
    )
    parts = [Cell(when(Ref(RUN, r, 2) > 0.5, 1, 0), styles.FORWARD) for r in (3, 4)]
    sheet.bands.append(Band(3, 1, (*first, parts[0]), values[:1]))
    sheet.bands.append(Band(4, 1, (*later, parts[1]), values[1:], height=18.0))
    sheet.notes[20, 2] = "Inside a band"
    sheet.links[40, 2] = Link(START)
    sheet.validations.append(Validation(Area(RUN, 30, 3, 31, 4), "whole", 0, 1))
    line = Series(Area(RUN, 3, 2, 62, 2, True), Area(RUN, 3, 1, 62, 1, True), "the run")
    sheet.charts.append(Chart(10, 5, 8, 5, (line,), "Beside the band"))
    sheet.put(70, 1, "after", styles.LABEL)
    return sheet
