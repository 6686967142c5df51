"""Words: the workings of sentences: each number that a sentence tells, as text.

A sentence would be unreadable if the rule for its digits stood in it for every number. So each
number has a row here, and sentences join its texts.
"""

from __future__ import annotations

from sheetnet.expressions.figures import figures, with_sign
from sheetnet.expressions.formula import Name, Ref
from sheetnet.expressions.rich import rich
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.model import PrintSetup, Sheet

NAME = "Words"
HEAD_ROW = 4
#: What a text says that has nothing to say: a space that does not break. Of an empty text
#: LibreOffice saves 0, where it only opened an .ods.
NOTHING = "\u00a0"
#: The columns of a row: what it is, its figures, with its sign, in parentheses if negative.
WHAT, SIZE, SIGNED, BRACKETED = 2, 3, 4, 5
#: Beside them: what is wrong with the workbook's numbers, in words, and how that is found out.
FLAG, SAYS = 8, 9
#: The cell with the sentence on what is wrong; empty where all is well.
PROBLEM = Ref(NAME, HEAD_ROW + 1, SAYS, True)


class Words:
    """The sheet, on which numbers get their rows as sentences ask for them."""

    def __init__(self) -> None:
        self.sheet = Sheet(NAME, "workings: numbers as sentences write them", workings=True)
        self.sheet.tab_colour, self.sheet.freeze = styles.PALE, (HEAD_ROW + 1, 1)
        self.sheet.cursor = (HEAD_ROW + 1, WHAT)
        self.sheet.print_setup = PrintSetup(title_rows=(HEAD_ROW, HEAD_ROW))
        self.sheet.widths |= {1: 2.5, WHAT: 22.0, SIZE: 16.0, SIGNED: 16.0, BRACKETED: 18.0}
        hint = "each number that a sentence tells, with as many digits as make it true"
        frame.head(self.sheet, title="Words: workings of the sentences", hint=hint)
        frame.banner(self.sheet, SAYS + 1)
        heads = {
            WHAT: "number",
            SIZE: "its size",
            SIGNED: "with its sign",
            BRACKETED: "in brackets",
        }
        for column, head in heads.items():
            self.sheet.put(HEAD_ROW, column, head, styles.LABEL.but(bold=True))
        self._rows: dict[tuple[Ref, int, bool, bool], int] = {}

    def of(
        self, number: Ref | Name, *, brackets: bool = False, short: bool = False, on: str = ""
    ) -> Ref:
        """The cell with the text of a number's cell; a `short` one where there is little room.

        `on` is the sheet where its symbol has a meaning of its own.
        """
        target = number.target if isinstance(number, Name) else number
        key = target, number.digits, target.below_one, short
        row = self._rows.setdefault(key, HEAD_ROW + 1 + len(self._rows))
        if (row, SIZE) not in self.sheet.cells:
            size = Ref(NAME, row, SIZE)
            what = rich(number.symbol or "") + f" on {on}" if on else number.symbol
            self.sheet.put(row, WHAT, what, styles.SYMBOL.but(horizontal="left"))
            text = figures(target, number.digits, below_one=target.below_one, short=short)
            texts = {SIZE: text}
            if not target.signless:
                texts[SIGNED] = with_sign(target, size)
                texts[BRACKETED] = with_sign(target, size, brackets=True)
            for column, text in texts.items():
                self.sheet.put(row, column, text, styles.PLAIN)
        if target.signless:
            return Ref(NAME, row, SIZE)
        return Ref(NAME, row, BRACKETED if brackets else SIGNED)
