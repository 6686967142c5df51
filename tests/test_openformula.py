"""OpenFormula made Excel's, and workbooks in it recomputed."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opendocument import cell, content, formula, number, ods, row, table, text
from strategies import texts

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import EXCEL, OPEN_FORMULA
from sheetnet.expressions.formula import (
    Area,
    Binary,
    Call,
    Logical,
    Name,
    Negative,
    Number,
    Ref,
    Text,
)
from sheetnet.expressions.openformula import UntranslatableError, excel_text
from sheetnet.files.edits import EditError
from sheetnet.files.formats import type_into
from sheetnet.recalc import Edits, Program, ProgramError, recalculate

SHEETS = ("Sheet1", "Training", "It's 2", "Σ", "a.b [c]!", "'")
sheets = st.sampled_from(SHEETS)
rows, columns = st.integers(1, 1_048_576), st.integers(1, 16_384)


@st.composite
def areas(draw: st.DrawFn) -> Area:
    top, left = draw(rows), draw(columns)
    return Area(draw(sheets), top, left, top + 3, left + 2, draw(st.booleans()))


leaves = st.one_of(
    st.floats(0, 1e300).map(Number),
    st.integers(-9, 9).map(Number),
    texts().map(Text),
    st.booleans().map(Logical),
    st.builds(Ref, sheets, rows, columns, st.booleans()),
    areas(),
    st.sampled_from(["gamma", "step", "W_1", "γ", "example"]).map(
        lambda name: Name(name, Ref("Sheet1", 1, 1))
    ),
)

pytestmark = pytest.mark.programs
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from([*"+-*/^&=<>", "<=", ">=", "<>"]), inner, inner),
        st.builds(Negative, inner),
        st.builds(
            Call,
            st.sampled_from(["SUM", "IF", "LOG10", "SUMXMY2"]),
            st.lists(inner, max_size=4).map(tuple),
        ),
    ),
    max_leaves=15,
)


@given(trees)
@settings(max_examples=300, deadline=None)
def test_every_tree_comes_back_in_excels_words(tree: Binary) -> None:
    opened = OPEN_FORMULA.write(tree, "Sheet1")
    assert excel_text(opened) == EXCEL.write(tree, "Sheet1")
    assert excel_text(f"of:={opened}") == EXCEL.write(tree, "Sheet1")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[.A1]", "A1"),
        ("[.$A1:.B$2]", "$A1:B$2"),
        ("[$Training.A1]", "Training!A1"),
        ("[Training.A1:.B2]", "Training!A1:B2"),
        ("[$'Gradient check'.B6:.E106]", "'Gradient check'!B6:E106"),
        ("[$'Gradient check'.B6:$'Gradient check'.E106]", "'Gradient check'!B6:E106"),
        ("[$'it''s'.B6]", "'it''s'!B6"),
        ("[$Σ1.B6]", "'Σ1'!B6"),
        ("SUM([.A:.C];[.2:.$3])", "SUM(A:C,2:$3)"),
        ("[.#REF!$1]+[#REF!.A1]+#REF!", "#REF!+#REF!+#REF!"),
        ("{1;-2|3;&quot;;&quot;}".replace("&quot;", '"'), '{1,-2;3,";"}'),
        ("SUM({TRUE();FALSE()};1)", "SUM({TRUE,FALSE},1)"),
        ('IF([.A1]="a;b""[.A1]";TRUE();FALSE ( ))', 'IF(A1="a;b""[.A1]",TRUE,FALSE)'),
        ("ROUND(1;)", "ROUND(1,)"),
        (" 1 + \n 2 % ", "1+2%"),
        ("1E-012+.5+2.", "1E-012+.5+2."),
        ("COM.MICROSOFT.IFS(1;2)+LEGACY.NORMSDIST(1)", "_xlfn.IFS(1,2)+NORMSDIST(1)"),
        ("ORG.GNUMERIC.SUMPRODUCT([.A1:.A2];[.B1:.B2])", "SUMPRODUCT(A1:A2,B1:B2)"),
        ("msoxl:=SUM(A1,$B$2)", "SUM(A1,$B$2)"),
        ("oooc:=[.A1]", "A1"),
        ("=[.A1]", "A1"),
    ],
)
def test_what_other_programs_write(written: str, expected: str) -> None:
    assert excel_text(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "A1",
        "A1:B2",
        "R1C1+1",
        "[.A1",
        "[A1]",
        "[.A1:$Other.B2]",
        "[.A1:.B]",
        "[.A]",
        "['file:///etc/passwd'#$Sheet1.A1]",
        "[.A1]~[.B1]",
        "[.A1]![.B1]",
        '"open',
        "{{1}}",
        "1|2",
        "}",
        "1.2.3",
        "9A",
        "#ref!a1",
        "$$name",
        "gnm:=1",
        "a\\b",
    ],
)
def test_what_is_not_known_is_refused(written: str) -> None:
    with pytest.raises(UntranslatableError):
        excel_text(written)


@pytest.mark.parametrize("start", ["[" + "'" * 30_001, '"' * 30_001, "[.A1" * 30_000, "(" * 30_000])
def test_no_formula_takes_long(start: str) -> None:
    begin = time.process_time()
    try:
        excel_text(start)
    except UntranslatableError as error:
        assert len(str(error)) < 100
    assert time.process_time() - begin < 1


# Workbooks -----------------------------------------------------------------------------

PANEL, RUN = "The panel", "Σ it's"
GAMMA = (PANEL, 1, 2)
NAMES = (
    '<table:named-expressions><table:named-range table:name="{}" '
    'table:base-cell-address="${}.$A$1" table:cell-range-address="${}.${}"/>'
    '<table:named-expression table:name="twice" table:expression="of:=[.A1]*2"/>'
    "</table:named-expressions>"
)
MATRIX = 'table:number-matrix-rows-spanned="2" table:number-matrix-columns-spanned="2"'
CACHED = 'office:value-type="float" office:value="77"'


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Cached values are wrong on purpose: none may come back."""
    panel = table(
        row(text("γ<text:span>0</text:span>"), number(0.5), cell())
        + row(text(" #REF! "), formula("of:=gamma*2"))
        + row(*[number(2, 'table:number-columns-repeated="3"')], number(4)),
        PANEL,
    )
    run = table(
        row(number(1), number(2))
        + row(number(3), number(4))
        + row(
            formula("of:=MMULT(TRANSPOSE([.A1:.B2]);[.A1:.B2])", f"{MATRIX} {CACHED}"), number(77)
        )
        + row(number(77), number(77))
        + row(
            formula("of:=1/(1+EXP(-gamma*[.A1]))"),
            formula("of:=&quot;σ(&quot;&amp;FIXED([.A5];4;TRUE())&amp;&quot;)&quot;"),
        )
        + row(
            formula("of:=1/([.A1]-1)"),
            cell('office:value-type="boolean" office:boolean-value="true"'),
            formula("of:=SUM([$'The panel'.A3:.D3])"),
        )
        + row(formula("of:=own+1"))
        + NAMES.format("own", "'Σ it''s'", "'Σ it''s'", "B$2"),
        "Σ it's",
    )
    names = NAMES.format("gamma", "'The panel'", "'The panel'", "B$1")
    return ods(tmp_path / "Übung #1.ods", content(panel + run + names))


def test_all_engines_compute_the_same(book: Path, engine: Program) -> None:
    [values] = recalculate(book, engine)
    assert list(values.rows) == [PANEL, RUN]
    assert values.area(PANEL, 1, 1, 3, 4) == [
        ["γ0", 0.5, None, None],
        [" #REF! ", 1.0, None, None],
        [2, 2, 2, 4],
    ]
    assert values.area(RUN, 1, 1, 4, 2) == [[1, 2], [3, 4], [10, 14], [14, 20]]
    assert values.value(RUN, 5, 1) == pytest.approx(1 / (1 + 2.718281828459045**-0.5), rel=1e-14)
    assert values.value(RUN, 5, 2) == "σ(0.6225)"
    assert values.area(RUN, 6, 1, 7, 3) == [["#DIV/0!", True, 10], [5, None, None]]


def test_every_set_of_edits_starts_from_the_file(book: Path, engine: Program) -> None:
    before = book.read_bytes()
    edits: list[Edits] = [
        {GAMMA: 0.1, (RUN, 1, 1): -3e-7},
        {(PANEL, 3, 2): 7, (PANEL, 3, 3): 8},
        {(PANEL, 1, 3): 9, (PANEL, 1, 1): 8},
    ]
    first, second, third = recalculate(book, engine, edits)
    assert first.value(*GAMMA) == 0.1
    assert first.value(PANEL, 2, 2) == 0.2
    assert first.value(RUN, 3, 1) == pytest.approx(9, rel=1e-9)
    # Neighbours of one value that the file holds as one cell.
    assert second.area(PANEL, 3, 1, 3, 4) == [[2, 7, 8, 4]]
    assert second.value(RUN, 6, 3) == 21
    assert second.value(*GAMMA) == 0.5
    assert third.area(PANEL, 1, 1, 1, 3) == [[8, 0.5, 9]]
    assert book.read_bytes() == before


@pytest.mark.parametrize("where", [(PANEL, 2, 2), (RUN, 4, 2), ("Elsewhere", 1, 1)])
def test_numbers_are_typed_into_inputs_only(
    book: Path, engine: Program, where: tuple[str, int, int]
) -> None:
    with pytest.raises(ProgramError) as caught:
        recalculate(book, engine, [{where: 1.0}])
    assert str(caught.value).startswith(f"{book}: ")
    assert "\n" not in str(caught.value)


def test_typing_numbers_leaves_the_rest(book: Path, tmp_path: Path) -> None:
    target = tmp_path / "typed.ods"
    type_into(book, target, {(PANEL, 3, 2): 0.25})
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(target) as after:
        assert after.namelist() == before.namelist()
        assert after.infolist()[0].compress_type == zipfile.ZIP_STORED
        old, new = (each.read("content.xml").decode() for each in (before, after))
    run = number(2, 'table:number-columns-repeated="3"')
    one = run.replace('repeated="3"', 'repeated="1"')
    typed = '<table:table-cell office:value-type="float" office:value="0.25"/>'
    assert new == old.replace(run, one + typed + one)
    with pytest.raises(EditError, match="'The panel'!D9 is not in the file"):
        type_into(book, target, {(PANEL, 9, 4): 1})


def test_texts_arrive_as_they_are(tmp_path: Path) -> None:
    """What an .xlsx would take for an escape, IronCalc does not."""
    written = ["_x0041_", "a&#13;b", "two", "=1+2", "&lt;b> "]
    cells = [text(each) for each in written]
    cells[2] = text("two", " lines")
    cells += [formula("of:=LEN([.A1])"), formula("of:=LEN([.C1])")]
    [values] = recalculate(ods(tmp_path / "book.ods", content(table(row(*cells)))), "ironcalc")
    expected = ["_x0041_", "a\rb", "two\n lines", "=1+2", "<b> ", 7, 10]
    assert values.area("Sheet", 1, 1, 1, 7) == [expected]


def test_a_formula_that_is_not_known_is_named(tmp_path: Path) -> None:
    sheet = table(row(cell(), formula("of:=[.A1]~[.A2]")), "A sheet")
    path = ods(tmp_path / "book.ods", content(sheet))
    with pytest.raises(SheetnetError, match=r"'A sheet'!B1 holds a formula with '~\[.A2\]'"):
        recalculate(path, "ironcalc")
