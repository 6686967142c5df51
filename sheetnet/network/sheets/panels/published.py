"""Published: every number that the document prints beside the live one, with the difference.

A line is computed from the lines above it, as the document does; what the document does not
print comes from Training, at the step of its group.
"""

from __future__ import annotations

from dataclasses import replace

from sheetnet.expressions.formula import (
    Area,
    Call,
    Expression,
    Name,
    Ref,
    call,
    equal,
    guard,
    when,
)
from sheetnet.expressions.mathematics import filled_in, written
from sheetnet.expressions.rich import Rich, rich
from sheetnet.network import published, telling
from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.numbers import Numbers
from sheetnet.network.published import Group, Place, Printed
from sheetnet.network.quantities import (
    INPUT,
    TARGET,
    Role,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.looks import LOOKS
from sheetnet.network.sheets.panels.published_formulas import STEADY, Formulas, symbol_of
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.book import Reading, Told
from sheetnet.workbook.model import PrintSetup, Quoted, Rule, Sheet

NAME, TOP = "Published", 5
SYMBOL, EQUALS, NUMBERS, LIVE, PRINTED, APART, SAYS, NOTE = range(2, 10)
WIDTHS = {1: 2.5, SYMBOL: 15.0, EQUALS: 3.0, NUMBERS: 45.0, LIVE: 12.0, PRINTED: 11.0, APART: 12.0}
WIDTHS |= {SAYS: 7.0, NOTE: 54.0}
AGREES, SLIP, OTHER = "✓", "slip", "≠"
#: A formula of more characters takes two lines with its numbers.
A_LINE = 40
#: A number on the edge of what its digits say is within them.
EDGE = 1e-9

#: Kinds of published numbers that are no quantity of the run: how they look.
ROLES = {
    INPUT.name: Role.GIVEN,
    TARGET.name: Role.GIVEN,
    "learning_rate": Role.GIVEN,
    "complement": Role.FORWARD,
    "logarithm": Role.FORWARD,
    "weight_change": Role.UPDATE,
    "bias_change": Role.UPDATE,
    "cost_fall": Role.FORWARD,
    "cost_fall_percent": Role.FORWARD,
}


class _Writer:
    """The sheet, group by group."""

    def __init__(self, context: Context) -> None:
        self.context, self.net = context, context.net
        about = "what the document prints, beside what is computed here"
        self.sheet = Sheet(NAME, about, labels=False)  # they are of several steps
        self.row = TOP
        self.formulas = Formulas(context)

    def write(self) -> None:
        context, sheet = self.context, self.sheet
        sheet.tab_colour, sheet.freeze, sheet.cursor = styles.GREY, (TOP, 3), (TOP, SYMBOL)
        sheet.print_setup = PrintSetup(title_rows=(TOP - 1, TOP - 1))
        sheet.widths |= WIDTHS
        hint = (
            "Printed are the document’s numbers, which hold for the lesson’s own yellow cells: "
            "change one, and the difference says what it moves."
        )
        frame.head(sheet, title="Published: the document’s numbers and the live ones", hint=hint)
        sheet.put(3, SYMBOL, _legend(), styles.HINT)
        frame.banner(sheet, NOTE)
        heads = {
            SYMBOL: "number",
            NUMBERS: "how it comes about, with today’s numbers",
            LIVE: "live",
            PRINTED: next(filter(None, (g.head for g in context.lesson.published)), "printed"),
            APART: "difference",
            SAYS: "",
            NOTE: "",
        }
        look = styles.LABEL.but(bold=True, borders="b", border_colour=styles.RULE)
        for column, head in heads.items():
            side = "right" if column in (LIVE, PRINTED, APART) else None
            side = "center" if column == SYMBOL else side
            sheet.put(TOP - 1, column, head or None, look.but(horizontal=side))
        for group in context.lesson.published:
            self._group(group)
        whole = Area(NAME, TOP, SAYS, self.row, SAYS)
        first = Ref(NAME, TOP, SAYS)
        sheet.formats.append(Rule(whole, equal(first, SLIP), SLIPPED))
        sheet.formats.append(Rule(whole, equal(first, OTHER), styles.UNDECIDED))

    def _group(self, group: Group) -> None:
        sheet = self.sheet
        after = f" (step {group.step})" if group.step else ""
        sheet.put(self.row, SYMBOL, Quoted(group.title + after), styles.HEADING)
        sheet.fill(self.row, SYMBOL, self.row, NOTE, styles.HEADING)
        sheet.heights[self.row] = 22
        self.row += 1
        for one in group.numbers:
            self._line(one, published.place_of(self.net, one, group.step, one.of))
        self.row += 1

    def _line(self, one: Printed, place: Place) -> None:
        context, sheet, row = self.context, self.sheet, self.row
        if place.name in STEADY:
            place = replace(place, step=0)
        symbol, role = symbol_of(context, place), ROLES.get(place.name, Role.BACKWARD)
        if place.name not in published.KINDS:
            role = published.run_quantity(self.net, place.name, place.layer).role
        look = LOOKS[role]
        sheet.put(row, SYMBOL, symbol, styles.symbol(look))
        known = self.formulas.find(place.name, place.layer, place.at, place.step, place.sample)
        formula = known or self.formulas.of(place)
        live, printed = Ref(NAME, row, LIVE), Ref(NAME, row, PRINTED)
        sheet.put(row, LIVE, formula, look, claim=lambda numbers: published.value(numbers, place))
        there = f"{telling.AT} {place.step} {place.sample}"
        columns = {"symbol": SYMBOL, "number": LIVE, "says": SAYS, "note": NOTE}
        context.told.append(Told(NAME, row, there, columns))
        self._how(row, symbol, formula, again=known is not None)
        decimals = _decimals(one.printed)
        grey = styles.NUMBER.but(number_format=decimals, colour=styles.INK)
        sheet.put(row, PRINTED, one.value, grey)
        small = styles.NUMBER.but(number_format=styles.SIGNED_SIX, colour=styles.GREY)
        sheet.put(
            row,
            APART,
            live - printed,
            small,
            claim=lambda numbers: published.value(numbers, place) - one.value,
        )
        self._says(row, one, place, live)
        self.formulas.lines.setdefault(place, live)
        self.row += 1

    def _how(self, row: int, symbol: Rich, formula: Expression, *, again: bool) -> None:
        """How a number comes about; its formula with today's numbers is proved by reading it."""
        look = styles.PLAIN.but(colour=styles.GREY)
        if again:
            self.sheet.put(row, NUMBERS, "as above", look.but(italic=True))
            return
        if isinstance(formula, Ref | Name):
            # A number that is given is the one of its own line.
            if formula.symbol is not None and rich(formula.symbol) != symbol:
                name = rich(formula.symbol)
                self.sheet.put(row, EQUALS, "=", styles.SIGN)
                self.sheet.put(row, NUMBERS, name, look.but(font=styles.SERIF, size=11))
            return
        self.sheet.put(row, EQUALS, "=", styles.SIGN)
        self.sheet.put(row, NUMBERS, self._filled_in(formula), look.but(wrap=True))
        if len(written(formula).text) > A_LINE:
            self.sheet.heights[row] = 30
        self.context.readings.append(
            Reading(NAME, row, None, Rich(()), (row, NUMBERS), (row, LIVE))
        )

    def _filled_in(self, formula: Expression) -> Expression:
        """The formula with today's numbers; where a guard holds, the number that it gives."""
        match formula:
            case Call("IF", (holds, value, otherwise), guard=True):
                return guard(when(holds, self._filled_in(value), self._filled_in(otherwise)))
        return filled_in(formula, self._text)

    def _text(self, leaf: object, brackets: bool) -> Expression:
        return self.context.words.of(leaf, brackets=brackets, on=NAME)  # type: ignore[arg-type]

    def _says(self, row: int, one: Printed, place: Place, live: Ref) -> None:
        """✓ where the live number has the printed digits; slip, where it has the right ones."""
        shown, room = published.number(one.shown), published.half(one.shown) * (1 + EDGE)
        good = SLIP if one.right else AGREES

        def claim(numbers: Numbers) -> str:
            return good if abs(published.value(numbers, place) - shown) <= room else OTHER

        near = call("ABS", live - shown) <= room
        self.sheet.put(row, SAYS, when(near, good, OTHER), styles.CHECK, claim=claim)
        note: str = Quoted(one.note)
        if one.right:
            note = f"right is {one.right}" + (": " + note if note else "")
        if note:
            look = styles.PLAIN.but(colour=styles.GREY, size=9, wrap=True)
            self.sheet.put(row, NOTE, note, look)
            if len(note) > WIDTHS[NOTE] * 1.1:
                self.sheet.heights[row] = 26


SLIPPED = styles.CHECK.but(colour=styles.ORANGE)


def _legend() -> str:
    return (
        f"{AGREES} the live number has the printed digits; {SLIP}: the document prints another "
        f"one, the right digits stand beside; {OTHER} a yellow cell was changed"
    )


def _decimals(text: str) -> str:
    """The number format that shows a printed number as it is printed."""
    plain = text.strip().rstrip("%").strip().replace(",", ".")
    places = len(plain.partition(".")[2])
    return "0." + "0" * places if places else "0"


def refuses(lesson: Lesson) -> str:
    """Why a lesson cannot have the panel, and the remedy."""
    if not lesson.published:
        return "has nothing to show: list numbers in [[published]], or take the panel out"
    if not all(isinstance(layer, Dense) for layer in lesson.net.layers):
        return "shows dense layers only: take the panel out"
    return ""


def _fill(context: Context) -> list[Sheet]:
    writer = _Writer(context)
    writer.write()
    return [writer.sheet]


PUBLISHED = SheetKind(NAME, _fill, refuses=refuses)
