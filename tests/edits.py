"""`python -m tests.edits N [SEED]`: N random edits of finished workbooks, and who notices.

An edit changes one thing in one place of an .xlsx, as a slip of the hand or a joker would;
stored values stay as they were.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from sheetnet import build, verify
from sheetnet.errors import SheetnetError
from sheetnet.recalc import recalculate
from tests import xlsx
from tests.xlsx import MAIN

LESSONS = Path(__file__).parent / "mutants" / "lessons"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"

#: What an edit of a formula does not look into, and what it may change.
TOKEN = re.compile(
    r"""
    (?P<text> "(?:[^"]|"")*" | '[^']*' )
  | (?P<reference> \$?[A-Z]{1,3}\$?[0-9]+ (?![\w(.]) )
  | (?P<name> [A-Za-z_][\w.]* )
  | (?P<number> [0-9]+(?:\.[0-9]+)?(?:E[-+]?[0-9]+)? )
  | (?P<comparison> <= | >= | < (?!>) | > )
  | (?P<operator> [-+*/] )
    """,
    re.VERBOSE,
)
OTHER_OPERATORS = {"+": "-*", "-": "+", "*": "+/", "/": "*"}
OTHER_COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


@dataclass(frozen=True)
class Edit:
    """One part of a workbook replaced by `content`; `place` and `change` say what it is."""

    kind: str
    path: Path
    place: str
    change: str
    part: str
    content: bytes

    def write(self, target: Path) -> Path:
        """The edited workbook."""
        with (
            zipfile.ZipFile(self.path) as old,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for name in old.namelist():
                new.writestr(name, self.content if name == self.part else old.read(name))
        return target


def is_noticed(edit: Edit, folder: Path) -> bool:
    """Whether verify says no, or refuses the file."""
    try:
        return not verify(edit.write(folder / "edited.xlsx"), "ironcalc").ok
    except SheetnetError:
        return True


@dataclass(frozen=True)
class Place:
    """A cell of a sheet, found again in a fresh copy of its part."""

    sheet: str
    part: str
    cell: str
    formula: str | None
    value: str

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cell}"


class Workbook:
    """A finished workbook: its parts and its cells."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with zipfile.ZipFile(path) as package:
            self.parts = {name: package.read(name) for name in package.namelist()}
            self.sheets = xlsx.sheet_parts(package)
        self.cells = [
            place
            for sheet, part in self.sheets.items()
            for element in etree.fromstring(self.parts[part]).iter(MAIN + "c")
            if (place := _place(sheet, part, element))
        ]
        self.formulas = [place for place in self.cells if place.formula]

    def edit(self, kind: str, place: Place, change: str, make: Change) -> Edit:
        """The edit that passes a cell's element through `make`."""
        root = etree.fromstring(self.parts[place.part])
        [element] = [c for c in root.iter(MAIN + "c") if c.get("r") == place.cell]
        make(element)
        content = etree.tostring(root)
        return Edit(kind, self.path, str(place), change, place.part, content)

    def originals(self) -> set[tuple[str, int, int]]:
        """The cells that repeat the lesson's own values, as the index tells."""
        found = set()
        for row in recalculate(self.path, "ironcalc")[0].rows["Index"]:
            if row and row[0] == "original":
                first, _, last = str(row[4]).partition(":")
                (top, left), (bottom, right) = xlsx.corner(first), xlsx.corner(last or first)
                found |= {
                    (str(row[3]), r, c)
                    for r in range(top, bottom + 1)
                    for c in range(left, right + 1)
                }
        return found


Change = Callable[[etree._Element], None]
#: From a workbook to one random edit of a kind; None where it has no place for it.
Maker = Callable[[Workbook, random.Random, str], Edit | None]


def _place(sheet: str, part: str, element: etree._Element) -> Place | None:
    formula = element.findtext(MAIN + "f")
    texts = [e.text or "" for e in element.iter(MAIN + "v", MAIN + "t")]
    return Place(sheet, part, element.get("r", ""), formula, "".join(texts)) if texts else None


def _set_formula(text: str) -> Change:
    def make(element: etree._Element) -> None:
        formula = element.find(MAIN + "f")
        assert formula is not None
        formula.text = text

    return make


def _by_formula(changes: Callable[[str], list[str]]) -> Maker:
    """Edits that make another formula of a cell's own; each kind of formula counts once."""

    def make(book: Workbook, rng: random.Random, kind: str) -> Edit | None:
        shapes: dict[tuple[str, str], list[Place]] = defaultdict(list)
        for place in book.formulas:
            if changes(place.formula or ""):
                shapes[place.sheet, re.sub(r"\d+", "", place.formula or "")].append(place)
        if not shapes:
            return None
        place = rng.choice(shapes[rng.choice(sorted(shapes))])
        old = place.formula or ""
        new = rng.choice(changes(old))
        return book.edit(kind, place, f"{old} → {new}", _set_formula(new))

    return make


def _tokens(formula: str, kind: str) -> Iterator[tuple[str, str, str]]:
    """Each token of a kind, between what stands before and behind it."""
    for match in TOKEN.finditer(formula):
        if match.lastgroup == kind:
            yield formula[: match.start()], match[0], formula[match.end() :]


def _operators(formula: str) -> list[str]:
    return [
        before + other + behind
        for before, sign, behind in _tokens(formula, "operator")
        for other in OTHER_OPERATORS[sign]
        if other == "-" or (before and before[-1] not in "(,=<>&+-*/")
    ]


def _comparisons(formula: str) -> list[str]:
    return [
        before + OTHER_COMPARISONS[sign] + behind
        for before, sign, behind in _tokens(formula, "comparison")
    ]


def _constants(formula: str) -> list[str]:
    return [
        before + f"{2 * float(number) + (float(number) == 0):.15g}" + behind
        for before, number, behind in _tokens(formula, "number")
    ]


def _references(formula: str) -> list[str]:
    return [
        before + other + behind
        for before, cell, behind in _tokens(formula, "reference")
        for other in _neighbours(cell)
    ]


def _neighbours(cell: str) -> list[str]:
    row, column = xlsx.corner(cell)
    found = (xlsx.address(row + 1, column), xlsx.address(row, column + 1))
    if "$" not in cell:
        return list(found)
    return [re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", text) for text in found]


def _replaced(pattern: str, new: str) -> Callable[[str], list[str]]:
    """The formulas with one occurrence of the pattern replaced."""

    def changes(formula: str) -> list[str]:
        return [
            formula[: match.start()] + match.expand(new) + formula[match.end() :]
            for match in re.finditer(pattern, formula)
        ]

    return changes


def _value(book: Workbook, rng: random.Random, kind: str) -> Edit:
    def make(element: etree._Element) -> None:
        formula = element.find(MAIN + "f")
        assert formula is not None
        element.remove(formula)

    place = rng.choice(book.formulas)
    return book.edit(kind, place, f"{place.formula} → {place.value}", make)


def _other_formula(book: Workbook, rng: random.Random, kind: str) -> Edit | None:
    place = rng.choice(book.formulas)
    others = {p.formula for p in book.formulas if p.sheet == place.sheet} - {place.formula}
    if not others:
        return None
    new = rng.choice(sorted(text for text in others if text))
    return book.edit(kind, place, f"{place.formula} → {new}", _set_formula(new))


def _check(book: Workbook, rng: random.Random, kind: str) -> Edit | None:
    checks = [place for place in book.formulas if place.value == "✓"]
    if not checks:
        return None
    place = rng.choice(checks)
    return book.edit(kind, place, f'{place.formula} → "✓"', _set_formula('"✓"'))


def _original(book: Workbook, rng: random.Random, kind: str) -> Edit | None:
    originals = book.originals()
    places = [p for p in book.cells if (p.sheet, *xlsx.corner(p.cell)) in originals]
    if not places:
        return None
    place = rng.choice(places)
    new = repr(float(place.value) + 0.25)

    def make(element: etree._Element) -> None:
        value = element.find(MAIN + "v")
        assert value is not None
        value.text = new

    return book.edit(kind, place, f"{place.value} → {new}", make)


def _number_format(book: Workbook, rng: random.Random, kind: str) -> Edit:
    styles = etree.fromstring(book.parts["xl/styles.xml"])
    looks = styles.find(MAIN + "cellXfs")
    assert looks is not None
    formats = [look.get("numFmtId") for look in looks]
    place = rng.choice([p for p in book.formulas if re.fullmatch(r"[-\d.E+]+", p.value)])
    other = rng.choice(range(len(formats)))

    def make(element: etree._Element) -> None:
        nonlocal other
        own = int(element.get("s", "0"))
        different = [i for i, number in enumerate(formats) if number != formats[own]]
        other = rng.choice(different)
        element.set("s", str(other))

    return book.edit(kind, place, "another number format", make)


def _in_part(parts: str, tag: str, change: Callable[[str], str], least: str = "") -> Maker:
    """Edits of an element's text in one of the parts whose name begins so."""

    def make(book: Workbook, rng: random.Random, kind: str) -> Edit | None:
        places = []
        for part in sorted(name for name in book.parts if name.startswith(parts)):
            root = etree.fromstring(book.parts[part])
            for number, element in enumerate(root.iter(tag)):
                name = element.get("name", "")
                if re.search(least, element.text or "") and not name.startswith("_xlnm"):
                    places.append((part, number))
        if not places:
            return None
        part, number = rng.choice(places)
        root = etree.fromstring(book.parts[part])
        element = list(root.iter(tag))[number]
        old = element.text or ""
        element.text = change(old)
        place = f"{part} {element.get('name', '')}".strip()
        return Edit(kind, book.path, place, f"{old} → {element.text}", part, etree.tostring(root))

    return make


def _row_further(text: str) -> str:
    """A reference whose first row is the next one."""
    return re.sub(r"\d+(?!.*!)", lambda match: str(int(match[0]) + 1), text, count=1)


def _calculation(book: Workbook, rng: random.Random, kind: str) -> Edit:
    part = "xl/workbook.xml"
    root = etree.fromstring(book.parts[part])
    [settings] = root.iter(MAIN + "calcPr")
    name, value = rng.choice([("calcMode", "manual"), ("iterate", "1"), ("fullPrecision", "0")])
    settings.set(name, value)
    return Edit(kind, book.path, part, f"{name}={value}", part, etree.tostring(root))


KINDS: dict[str, Maker] = {
    "a formula replaced by its value": _value,
    "a formula replaced by another": _other_formula,
    "an operator changed": _by_formula(_operators),
    "a reference moved by one": _by_formula(_references),
    "a constant changed": _by_formula(_constants),
    "> made >=, < made <=": _by_formula(_comparisons),
    "MAX(0,z) made z": _by_formula(_replaced(r"MAX\(0,([^(),]+)\)", r"\1")),
    "a mask taken out": _by_formula(_replaced(r"IF\([^(),]+>1E-12,1,0\)", "1")),
    "the guard of EXP taken out": _by_formula(_replaced(r"MIN\(700,([^(),]+)\)", r"\1")),
    'a check made ="✓"': _check,
    "a grey original changed": _original,
    "a chart's range moved": _in_part("xl/charts/chart", CHART + "f", _row_further, r"\d"),
    "a chart's text changed": _in_part("xl/charts/chart", DRAWING + "t", lambda t: t + "!", r"\S"),
    "a number format changed": _number_format,
    "a name retargeted": _in_part("xl/workbook.xml", MAIN + "definedName", _row_further, r"\d"),
    "the calculation settings changed": _calculation,
}


def workbooks(folder: Path) -> list[Workbook]:
    """The lessons of the mutants, built."""
    return [
        Workbook(build(str(lesson), folder / f"{lesson.stem}.xlsx"))
        for lesson in sorted(LESSONS.glob("*.toml"))
    ]


def draw(books: list[Workbook], count: int, seed: int) -> Iterator[Edit]:
    """Random edits, all kinds equally likely."""
    rng = random.Random(seed)
    while count:
        kind = rng.choice(list(KINDS))
        edit = KINDS[kind](rng.choice(books), rng, kind)
        if edit:
            count -= 1
            yield edit


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2 or not all(a.isdigit() for a in arguments):
        print("usage: python -m tests.edits N [SEED]", file=sys.stderr)
        return 2
    count, seed = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 1
    tried: Counter[str] = Counter()
    missed: dict[str, list[Edit]] = defaultdict(list)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sheetnet-edits-") as name:
        folder = Path(name)
        for edit in draw(workbooks(folder), count, seed):
            tried[edit.kind] += 1
            if not is_noticed(edit, folder):
                missed[edit.kind].append(edit)
    print(f"{count} edits, seed {seed}, {time.monotonic() - began:.0f} s")
    print(f"\n{'kind':36}{'tried':>6}{'noticed':>8}")
    for kind in KINDS:
        print(f"{kind:36}{tried[kind]:6}{tried[kind] - len(missed[kind]):8}")
    unnoticed = sum(map(len, missed.values()))
    print(f"{'all':36}{count:6}{count - unnoticed:8}")
    for edits in missed.values():
        for edit in edits[:3]:
            print(f"\n{edit.kind}: {edit.path.stem}, {edit.place}\n    {edit.change[:160]}")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
