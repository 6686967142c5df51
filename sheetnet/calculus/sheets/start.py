"""Start: what the worksheets are about, the step of the differences, a line a section."""

from __future__ import annotations

from collections.abc import Sequence

from sheetnet.calculus.numbers import FAILED, STEP, TICK, Numbers
from sheetnet.calculus.sheets import layout
from sheetnet.calculus.sheets.context import Context, Placed
from sheetnet.calculus.sheets.layout import LABELS, MATHEMATICS, NUMBERS
from sheetnet.calculus.sheets.section import validation
from sheetnet.calculus.sheets.status import PROBLEM
from sheetnet.expressions.formula import Area, Expression, call, equal, guard, join, total, when
from sheetnet.sheets import frame
from sheetnet.sheets.checks import PASSED, UNDECIDED, mark_failures
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import name_of
from sheetnet.workbook.model import Link, PrintSetup, Quoted, Rule, Sheet
from sheetnet.workbook.styles import BANNER, HINT, LABEL, SOURCE

NAME = frame.START
PROBLEM_ROW, STEP_ROW = 5, 7
#: Characters of a section's first sentence that fit in a line; two of these in points.
MOST_SAID, TWO_LINES = 74, 28.0


def place(context: Context) -> None:
    """Give the step of the differences its cell, before any sheet is written."""
    knob = context.knobs[STEP, None]
    block = Block(STEP, None, NAME, STEP_ROW, NUMBERS, (), (), {}, live=False)
    context.blocks.add(block)
    context.originals.append(Block(STEP, None, NAME, STEP_ROW, NUMBERS + 2, (), (), {}))
    ref = block.ref(fixed=True)
    context.names["h"] = ref
    context.step = name_of("h", ref, "h")
    context.step_knob = knob


def fill(context: Context, sections: Sequence[Placed], others: Sequence[Sheet]) -> Sheet:
    """The sheet; `others` are the sheets behind the sections."""
    lesson = context.lesson
    sheet = Sheet(NAME, tab_colour=styles.BLUE)
    sheet.cursor = (STEP_ROW, NUMBERS)
    sheet.print_setup = PrintSetup(fit_height=1)
    layout.columns(sheet)
    sheet.widths |= {LABELS: 31.0, MATHEMATICS: 62.0}
    sheet.put(1, LABELS, Quoted(lesson.title), BANNER)
    frame.banner(sheet, layout.LAST)
    sheet.heights |= {1: 28.0, 2: 4.0}
    layout.prose(sheet, 3, Quoted(lesson.source), style=SOURCE.but(wrap=True, vertical="top"))
    if lesson.about:
        layout.prose(sheet, 4, Quoted(lesson.about))
    sheet.put(PROBLEM_ROW, LABELS, guard(when(equal(PROBLEM, ""), "", PROBLEM)), LABEL)
    told = Area(NAME, PROBLEM_ROW, LABELS, PROBLEM_ROW, layout.LAST)
    sheet.formats.append(Rule(told, call("LEN", PROBLEM) > 0, styles.PROBLEM))
    _step(context, sheet)
    row = _sections(sheet, sections, STEP_ROW + 3)
    row = _try(context, sheet, row)
    row = _manual(sheet, row)
    row = _legend(sheet, row)
    sheet.put(row, LABELS, "Behind them, for the curious:", HINT)
    for other in others:
        row += 1
        sheet.put(row, LABELS, other.name, styles.LINK)
        sheet.links[row, LABELS] = Link(other.name, tip=f"To {other.name}")
        sheet.put(row, MATHEMATICS, other.about, LABEL)
    return sheet


def _step(context: Context, sheet: Sheet) -> None:
    knob = context.step_knob
    assert knob is not None
    layout.heading(sheet, STEP_ROW - 1, "One knob for all sheets")
    sheet.put(STEP_ROW, LABELS, knob.title, LABEL)
    hint = "every central difference is (f(x + h) − f(x − h))/(2h)"
    sheet.put(STEP_ROW, MATHEMATICS, hint, HINT)
    now = context.numbers.settings[knob.place].item()
    sheet.put(STEP_ROW, NUMBERS, float(now), styles.INPUT)
    sheet.put(STEP_ROW, NUMBERS + 2, float(knob.value.item()), styles.ORIGINAL)
    sheet.notes[STEP_ROW, NUMBERS] = knob.note
    block = Block(STEP, None, NAME, STEP_ROW, NUMBERS, (), (), {}, live=False)
    sheet.claim(block, lambda numbers: numbers.step)
    sheet.validations.append(validation(knob, block))


def _sections(sheet: Sheet, sections: Sequence[Placed], row: int) -> int:
    """A line a section: a link, what it is, how its checks ended."""
    row = layout.heading(sheet, row - 1, "The sheets")
    for placed in sections:
        worksheet = placed.worksheet
        sheet.put(row, LABELS, placed.sheet.name, styles.LINK)
        sheet.links[row, LABELS] = Link(placed.sheet.name, tip=f"To {placed.sheet.name}")
        said = _first_sentence(worksheet.section.text)
        long = len(said) > MOST_SAID
        sheet.put(row, MATHEMATICS, Quoted(said), LABEL.but(wrap=long))
        if long:
            sheet.heights[row] = TWO_LINES
        if placed.checks:
            areas = [Area(placed.sheet.name, *each) for each in placed.checks]
            count = sum((a.shape[0] * a.shape[1]) for a in areas)
            ticks = total([call("COUNTIF", area, TICK) for area in areas])
            crosses = total([call("COUNTIF", area, FAILED) for area in areas])
            whole = guard(when(equal(ticks, count), PASSED, UNDECIDED[0]))
            mark: Expression = when(equal(crosses, 0), whole, FAILED)

            def claim(numbers: Numbers, worksheet: object = worksheet) -> str:
                found = numbers.section(worksheet).ticks  # type: ignore[arg-type]
                return FAILED if found[1] else PASSED if found[0] == found[2] else UNDECIDED[0]

            sheet.put(row, NUMBERS, mark, styles.CHECK, claim=claim, passes=(PASSED, UNDECIDED[0]))
            mark_failures(sheet, Area(NAME, row, NUMBERS, row, NUMBERS))
            noun = "derivatives agree" if count > 1 else "derivative agrees"
            text = join([ticks, f" of {count} {noun}"])

            def agree(numbers: Numbers, worksheet: object = worksheet, noun: str = noun) -> str:
                found = numbers.section(worksheet).ticks  # type: ignore[arg-type]
                return f"{found[0]} of {found[2]} {noun}"

            sheet.put(row, NUMBERS + 1, text, LABEL, claim=agree)
        row += 1
    return row + 1


def _first_sentence(text: str) -> str:
    """What a section is about, in one or two lines."""
    sentence = text.split(". ")[0].split("\n")[0]
    most = 2 * MOST_SAID
    return sentence if len(sentence) <= most else sentence[: most - 1].rstrip() + "…"


def _try(context: Context, sheet: Sheet, row: int) -> int:
    if not context.lesson.try_:
        return row
    row = layout.heading(sheet, row, "Try this")
    for number, one in enumerate(context.lesson.try_, 1):
        layout.prose(sheet, row, f"{number}.  {one.ask}", MATHEMATICS)
        look = HINT.but(colour=styles.BLUE)
        sheet.put(row, NUMBERS, "▸ answer: point here", look)
        sheet.merge(row, NUMBERS, row, NUMBERS + 2)
        sheet.notes[row, NUMBERS] = one.answer
        row += 1
    return row + 1


def _manual(sheet: Sheet, row: int) -> int:
    row = layout.heading(sheet, row, "How to use this workbook")
    texts = (
        "Change a yellow cell: all that is computed from it follows, and the derivatives with it.",
        "Each derivative stands twice: by the rules, as a formula, and as a central difference. "
        "✓ says that the two agree.",
        "kink: the function has a corner within h, where no difference tells a derivative. "
        "coarse: h is too large for the bends of the function there. —: rounding hides the "
        "difference. Beside a slip –: with these numbers what is printed and what is right are "
        "equal.",
    )
    for number, text in enumerate(texts, 1):
        layout.prose(sheet, row, f"{number}.  {text}")
        row += 1
    return row + 1


def _legend(sheet: Sheet, row: int) -> int:
    row = layout.heading(sheet, row, "Colours")
    roles = (
        ("yours to change", styles.INPUT.but(locked=True)),
        ("values", layout.VALUE),
        ("derivatives, by the rules", layout.SLOPE),
        ("central differences, counts", layout.NEAR),
        ("✓ both agree", styles.CHECK.but(borders="ltrb")),
    )
    for text, style in roles:
        look = style.but(horizontal="left", number_format="General", indent=1)
        sheet.put(row, LABELS, text, look)
        row += 1
    return row + 1


__all__ = ["fill", "place"]
