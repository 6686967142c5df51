"""What a file says of cells by their ranges: rules, scales, limits and links that are others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packages import write as write_parts

from sheetnet.workbook.book import Book
from tests.books import furniture, in_both_formats
from tests.hostile import parts_of, sheet

RULE = "a rule shows its number otherwise"
SCALE = "its colours have another meaning"
LIMITS, LINKS = "limits to what may be typed not the lesson", "links that lead elsewhere: Start"
#: What it is, on which sheet of an .xlsx (none: in an .ods), what stands there, what it becomes,
#: and what is said: limits and links are mentioned, all else is wrong.
EDITS = [
    (
        "turned",
        "Surface",
        'rgb="FFFFFFFF"(/>.*?)rgb="FFE8762D"',
        r'rgb="FFE8762D"\1rgb="FFFFFFFF"',
        SCALE,
    ),
    ("marks", "Surface", "(<formula>AND\\(D39=)1", r"\g<1>2", RULE),
    ("powers", "Start", "(<formula>ABS\\(B30\\)&gt;=)1000<", r"\g<1>10<", RULE),
    ("turned", "", '"#FFFFFF"(/><calc[^>]*/><calc[^>]*)"#E8762D"', r'"#E8762D"\1"#FFFFFF"', SCALE),
    ("marks", "", "(formula-is\\(AND\\(\\[.D39\\]=)1", r"\g<1>2", RULE),
    ("bounds", "Start", "<formula2>100<", "<formula2>101<", LIMITS),
    ("choices", "Surface", '(<formula1>"[^"]*)"', r'\1,a"', LIMITS),
    ("bounds", "", "(between\\()0(,|;)100\\)", r"\g<1>0\g<2>101)", LIMITS),
    ("shown", "Surface", '(<c r="D6" s=")[0-9]+', r"\g<1>8", "its number format shows its number"),
    ("link", "Start", 'location="Network!A1"', 'location="Network!A2"', LINKS),
    ("link", "", 'href="#Network.A1"', 'href="#Training.A1"', LINKS),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, Path]:
    """A lesson's model, and its workbook in both formats."""
    return in_both_formats("batch-of-four", tmp_path_factory.mktemp("rules"))


@pytest.mark.parametrize(("name", "where", "old", "new", "what"), EDITS)
def test_other_rules_are_found(
    name: str, where: str, old: str, new: str, what: str, built: tuple[Book, Path], tmp_path: Path
) -> None:
    book, folder = built
    ending = "xlsx" if where else "ods"
    parts = parts_of(folder / f"book.{ending}")
    part = sheet(parts, where) if where else "content.xml"
    text = parts[part].decode()
    changed = re.sub(old, new, text, count=1, flags=re.DOTALL)
    assert changed != text
    parts[part] = changed.encode()
    found = furniture(book, write_parts(tmp_path / f"book.{ending}", parts))
    wrong = [str(finding) for check in found.checks for finding in check.findings]
    if what not in (LIMITS, LINKS):
        assert len(wrong) == 1
        assert what in wrong[0]
    else:
        assert not wrong
        assert [note for note in found.notes if what in note]


def test_as_built_nothing_is_said(built: tuple[Book, Path]) -> None:
    book, folder = built
    for ending in ("xlsx", "ods"):
        found = furniture(book, folder / f"book.{ending}")
        assert not found.notes
        assert all(check.ok for check in found.checks)


def test_a_long_condition_is_another_one(built: tuple[Book, Path], tmp_path: Path) -> None:
    """One of 40,000 terms, which no function may follow into its depth."""
    book, folder = built
    parts = parts_of(folder / "book.xlsx")
    part = sheet(parts, "Start")
    long = "1" + "+1" * 40_000
    text = parts[part].decode()
    changed = re.sub("<formula>ABS.B30.&gt;=1000<", f"<formula>{long}<", text, count=1)
    assert changed != text
    parts[part] = changed.encode()
    found = furniture(book, write_parts(tmp_path / "book.xlsx", parts))
    assert [f.cell for check in found.checks for f in check.findings] == ["B30"]
