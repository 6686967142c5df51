"""The .ods as a file, and all that it carries: beside the model, and beside the .xlsx."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openxml_audit
import pytest
from lxml import etree
from showcase import OTHER, RUN, START, showcase

from sheetnet import build
from sheetnet.building import make_book
from sheetnet.expressions.formula import call, join
from sheetnet.expressions.rich import Rich, Run
from sheetnet.files.formats import write
from sheetnet.files.ods.markup import NAMESPACES
from sheetnet.files.ods.number_formats import data_style, shown
from sheetnet.lessons.catalogue import shipped
from sheetnet.network.lesson import Lesson
from sheetnet.proof.comparison import compare, expected_of
from sheetnet.recalc import LibreOffice, recalculate
from sheetnet.recalc.libreoffice import python_with_uno, soffice_command
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Blocks
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import edits
from sheetnet.workbook.model import Link, Position, Sheet
from tests.books import FEW, book_with, nudged

#: What openxml-audit reports although it is as it should be, with the reason.
ALLOWED = [
    # The object of a chart is a folder of the package, as OpenDocument 1.3 (part 2) has it.
    r"Frame child references 'Object \d+' which is not present in the package",
]
SCHEMAS = Path(openxml_audit.__file__).parent / "odf" / "schemas" / "odf-1.3"
EXTENSIONS = [NAMESPACES[prefix] for prefix in ("calcext", "loext", "gnm")]

TEXTS = [
    "=1+2",
    "<b>&amp;</b> \"quoted\" 'single'",
    "%r and %% and [.A1]",
    "  spaced   out  ",
    " ",
    "a\ttab\t\ttwo\t",
    "two\nlines",
    "\n\nbetween \n\n empty ones\n",
    "日本語 العربية 😀 a₀⁽¹⁾ ✓ 𝛿",
    "0123",
    "1e5",
    "TRUE",
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The showcase in both formats."""
    folder = tmp_path_factory.mktemp("showcase")
    found = {ending: folder / f"showcase.{ending}" for ending in ("ods", "xlsx")}
    for path in found.values():
        write(showcase(), path)
    return found


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def _repeated(node: etree._Element, what: str) -> int:
    return int(node.get(_tag(f"table:number-{what}-repeated"), "1"))


def _look(cell: etree._Element) -> dict[Any, Any]:
    return {k: v for k, v in cell.attrib.items() if not str(k).endswith("-repeated")}


def _cells(path: Path, sheet: str) -> dict[Position, etree._Element]:
    """The elements of a sheet's cells, those apart that hold nothing."""
    content = etree.fromstring(_parts(path)["content.xml"])
    [table] = [t for t in content.iter(_tag("table:table")) if t.get(_tag("table:name")) == sheet]
    found, row = {}, 0
    for element in table.iter(_tag("table:table-row")):
        column = 0
        for cell in element:
            if len(cell):
                found[row + 1, column + 1] = cell
            column += _repeated(cell, "columns")
        row += _repeated(element, "rows")
    return found


def _text(cell: etree._Element) -> str:
    """A cell's text, by the rules of OpenDocument."""

    def pieces(node: etree._Element) -> Iterator[str]:
        yield re.sub(r"\s+", " ", node.text or "")
        for child in node:
            if child.tag == _tag("text:s"):
                yield "\0" * int(child.get(_tag("text:c"), "1"))
            elif child.tag == _tag("text:tab"):
                yield "\t"
            else:
                yield from pieces(child)
            yield re.sub(r"\s+", " ", child.tail or "")

    paragraphs = ("".join(pieces(p)) for p in cell.findall(_tag("text:p")))
    return "\n".join(re.sub(" +", " ", p.strip(" ")).replace("\0", " ") for p in paragraphs)


def test_the_package(files: dict[str, Path]) -> None:
    with zipfile.ZipFile(files["ods"]) as package:
        first = package.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    parts = _parts(files["ods"])
    assert parts["mimetype"] == b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = etree.fromstring(parts["META-INF/manifest.xml"])
    listed = {entry.get(_tag("manifest:full-path")) for entry in manifest}
    folders = {"/", "Object 1/", "Object 2/", "Object 3/"}
    assert listed == {*parts, *folders} - {"mimetype", "META-INF/manifest.xml"}
    for name in ("content.xml", "styles.xml", "meta.xml", "settings.xml", "Object 2/content.xml"):
        root = etree.fromstring(parts[name])
        assert root.get(_tag("office:version")) == "1.3"


@pytest.mark.parametrize("name", ["showcase", *sorted(shipped("network"))])
def test_every_part_is_valid_by_the_schema(name: str, tmp_path: Path) -> None:
    path = tmp_path / "book.ods"
    write(showcase() if name == "showcase" else make_book(Lesson.load(name)), path)
    schemas = {
        kind: etree.RelaxNG(etree.parse(str(SCHEMAS / f"OpenDocument-v1.3-{kind}schema.rng")))
        for kind in ("", "manifest-")
    }
    for part, content in _parts(path).items():
        if part.endswith(".xml"):
            schema = schemas["manifest-" if "manifest" in part else ""]
            assert schema.validate(_without_extensions(content)), (part, schema.error_log)


def _without_extensions(content: bytes) -> etree._Element:
    """A part as those see it who do not know the extensions of LibreOffice and Gnumeric."""
    root = etree.fromstring(content)
    for node in list(root.iter(*(f"{{{space}}}*" for space in EXTENSIONS))):
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
    for node in root.iter():
        for key in list(node.attrib):
            if any(str(key).startswith(f"{{{space}}}") for space in EXTENSIONS):
                del node.attrib[key]
    return etree.fromstring(etree.tostring(root))


@pytest.mark.parametrize("name", ["showcase", *sorted(shipped("network"))])
def test_openxml_audit_has_nothing_but_the_allowed_findings(name: str, tmp_path: Path) -> None:
    path = tmp_path / "book.ods"
    write(showcase() if name == "showcase" else make_book(Lesson.load(name)), path)
    command = [str(Path(sys.executable).with_name("openxml-audit")), "-o", "json", "-m", "0"]
    run = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    content = json.loads(run.stdout)
    report = content[0] if isinstance(content, list) else content
    texts = [e["description"] for e in report["errors"] if e.get("severity") != "warning"]
    assert not [t for t in texts if not any(re.search(a, t) for a in ALLOWED)]


def test_the_same_workbook_gives_the_same_bytes(tmp_path: Path) -> None:
    """In programs of their own, since the order of a set differs from one to the next."""
    script = (
        "import sys; from pathlib import Path; from showcase import showcase;"
        "from sheetnet.files.formats import write; write(showcase(), Path(sys.argv[1]))"
    )
    folder = Path(__file__).parent
    paths = [tmp_path / "1.ods", tmp_path / "2.ods"]
    for path in paths:
        environment = os.environ | {
            "PYTHONHASHSEED": path.stem,
            "PYTHONPATH": os.pathsep.join([str(folder), str(folder.parent)]),
        }
        command = [sys.executable, "-c", script, str(path)]
        subprocess.run(command, env=environment, check=True)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def _book_of(texts: list[str]) -> Book:
    sheet = Sheet("Texts")
    for row, text in enumerate(texts, 1):
        sheet.put(row, 1, text)
        sheet.put(row, 2, Rich((Run(text[:1], 1), Run(text[1:], -1, True))))
        sheet.put(row, 3, join([text, call("FIXED", 0.5, 1, True)]))
        sheet.put(row, 4, text)
        sheet.links[row, 4] = Link("Texts")
    return Book("", "", [sheet], {}, Blocks(), [])


def test_texts_stay_as_they_are_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "texts.ods"
    write(_book_of(TEXTS), path)
    cells = _cells(path, "Texts")
    for row, text in enumerate(TEXTS, 1):
        assert [_text(cells[row, column]) for column in (1, 2, 3, 4)] == [
            text,
            text,
            text + "0.5",
            text,
        ]
        assert {cells[row, c].get(_tag("office:value-type")) for c in (1, 2, 3, 4)} == {"string"}
        assert cells[row, 3].get(_tag("office:string-value")) == text + "0.5"


@pytest.mark.parametrize("engine", ["libreoffice", "gnumeric"])
def test_texts_stay_as_they_are_in_programs(
    engine: str, tmp_path: Path, program_or_skip: Callable[[str], None]
) -> None:
    program_or_skip(engine)
    path = tmp_path / "texts.ods"
    write(_book_of(TEXTS), path)
    [values] = recalculate(path, engine)
    for row, text in enumerate(TEXTS, 1):
        found = [values.value("Texts", row, column) for column in (1, 2, 3, 4)]
        assert found == [text, text, text + "0.5", text]


def test_a_carriage_return_is_a_line_break_for_those_who_pass_over_the_value(
    tmp_path: Path,
) -> None:
    path = tmp_path / "texts.ods"
    write(_book_of(["a\r\nb\rc"]), path)
    cell = _cells(path, "Texts")[1, 1]
    assert _text(cell) == "a\nb\nc"
    assert cell.get(_tag("office:string-value")) == "a\r\nb\rc"


def test_formulas_matrices_and_joined_cells_stand_as_opendocument_says(
    files: dict[str, Path],
) -> None:
    start, other = _cells(files["ods"], START), _cells(files["ods"], OTHER)
    assert start[8, 2].get(_tag("table:formula")) == "of:=gamma*2-[$'Spaß & 2'.B4]"
    assert start[11, 2].get(_tag("office:boolean-value")) == "true"
    matrix = other[4, 6]
    assert matrix.get(_tag("table:number-matrix-rows-spanned")) == "3"
    assert matrix.get(_tag("table:number-matrix-columns-spanned")) == "3"
    assert other[5, 6].get(_tag("table:formula")) is None
    assert float(other[5, 6].get(_tag("office:value"), "")) == 2.0
    joined = other[11, 2]
    assert joined.get(_tag("table:number-columns-spanned")) == "3"
    assert joined.get(_tag("table:number-rows-spanned")) == "2"
    content = _parts(files["ods"])["content.xml"].decode()
    assert content.count("<table:covered-table-cell") == 9  # each one by itself, as SheetJS counts


def test_a_band_goes_on_after_a_row_that_stands_out(files: dict[str, Path]) -> None:
    cells = _cells(files["ods"], RUN)
    for row in (4, 19, 20, 21, 30, 31, 32, 62):
        found = [cells[row, column].get(_tag("table:formula")) for column in (1, 2, 3)]
        assert found == [
            f"of:=[.A{row - 1}]+1",
            f"of:=[.B{row - 1}]*0.95",
            f"of:=IF([.B{row}]>0.5;1;0)",
        ]
    assert cells[20, 2].find(_tag("office:annotation")) is not None
    assert cells[10, 5].find(_tag("draw:frame")) is not None


def test_every_style_that_is_named_is_there_and_the_other_way_round(
    files: dict[str, Path],
) -> None:
    parts = _parts(files["ods"])
    content = parts["content.xml"].decode()
    kinds = r"(?:style|data-style|default-cell-style|apply-style|parent-style|master-page)-name"
    named = set(re.findall(rf'[a-z]+:{kinds}="([^"]+)"', content))
    declared = set(re.findall(r'style:name="([^"]+)"', content))
    elsewhere = set(re.findall(r'style:name="([^"]+)"', parts["styles.xml"].decode()))
    fonts = {styles.FONT, styles.SERIF}
    assert named <= declared | elsewhere
    assert declared - fonts <= named


def test_a_link_looks_like_its_cell(files: dict[str, Path]) -> None:
    for position, sheet in (((3, 2), START), ((12, 2), START), ((40, 2), RUN)):
        cell = _cells(files["ods"], sheet)[position]
        link = next(cell.iter(_tag("text:a")))
        assert link.getparent().tag == _tag("text:span")
        assert not len(link)


def test_empty_rows_and_columns_are_counted_not_written(files: dict[str, Path]) -> None:
    content = etree.fromstring(_parts(files["ods"])["content.xml"])
    assert len(list(content.iter(_tag("table:table-row")))) < 140
    for cell in content.iter(_tag("table:table-cell")):
        after = cell.getnext()
        if after is not None and after.tag == cell.tag and not len(cell) and not len(after):
            assert _look(cell) != _look(after)


@pytest.mark.parametrize(
    ("number_format", "value", "expected"),
    [
        ("General", 0.1, "0.1"),
        ("0.0000", -0.5, "-0.5000"),
        (styles.SIGNED, 1.25, "+1.2500"),
        (styles.SIGNED, -1.25, "-1.2500"),
        (styles.SIGNED, 0.0, "0.0000"),
        ("0.00E+00", 12345.0, "1.23E+04"),
        ("#,##0.00", 12345.678, "12,345.68"),
        ("0.0%", 0.125, "12.5%"),
        ('"step "0', 3.0, "step 3"),
        ("0.00##", 1.5, "1.50"),
        (";;;", 1.0, ""),
    ],
)
def test_numbers_are_shown_by_their_format(number_format: str, value: float, expected: str) -> None:
    assert shown(value, number_format) == expected
    assert 'style:name="N1"' in data_style("N1", number_format)


def test_a_number_format_that_nobody_uses_is_a_mistake() -> None:
    for number_format in ("yyyy-mm-dd", "# ?/?", "0;0;0;0;0"):
        with pytest.raises(ValueError, match="number format"):
            data_style("N1", number_format)


@pytest.mark.parametrize("engine", ["libreoffice", "gnumeric"])
@pytest.mark.parametrize("name", ["showcase", *FEW])
def test_programs_compute_what_the_model_says(
    name: str, engine: str, tmp_path: Path, request: pytest.FixtureRequest, program_or_skip: Any
) -> None:
    program_or_skip(engine)
    book = showcase() if name == "showcase" else make_book(Lesson.load(name))
    path = tmp_path / "book.ods"
    write(book, path)
    program = request.getfixturevalue("office") if engine == "libreoffice" else engine
    [values] = recalculate(path, program)
    assert not compare(expected_of(book), values, engine).findings


def test_libreoffice_follows_typing_without_a_hard_recalculation(
    tmp_path: Path, program_or_skip: Callable[[str], None]
) -> None:
    program_or_skip("libreoffice")
    lesson = Lesson.load("mazur")
    moved = nudged(lesson)
    book = book_with(lesson, moved)
    path = build(lesson, tmp_path / "mazur.ods")
    with LibreOffice(hard=False) as office:
        [values] = recalculate(path, office, [edits(book.blocks, moved)])
    assert not compare(expected_of(book), values, "typed").findings


@pytest.fixture(scope="module")
def facts(
    files: dict[str, Path], program_or_skip: Callable[[str], None]
) -> dict[str, dict[str, Any]]:
    """What LibreOffice says of the showcase in each format."""
    program_or_skip("libreoffice")
    python, soffice = python_with_uno(), soffice_command()
    assert python and soffice
    script = Path(__file__).with_name("office_facts.py")
    command = [python, str(script), soffice, *map(str, files.values())]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert run.returncode == 0, run.stderr
    return dict(zip(files, map(json.loads, run.stdout.splitlines()), strict=True))


#: What LibreOffice says alike of both files.
ALIKE = [
    *("protected", "unlocked", "validated", "joined", "notes", "formats"),
    *("page", "printed", "charts", "view"),
]


@pytest.mark.parametrize("fact", ALIKE)
def test_libreoffice_finds_the_same_in_both_files(
    fact: str, facts: dict[str, dict[str, Any]]
) -> None:
    for sheet in showcase().sheets:
        ods, xlsx = (facts[ending]["sheets"][sheet.name][fact] for ending in ("ods", "xlsx"))
        assert ods == xlsx, sheet.name


def test_libreoffice_draws_the_same_series(facts: dict[str, dict[str, Any]]) -> None:
    for sheet in showcase().sheets:
        ods, xlsx = (facts[ending]["sheets"][sheet.name]["series"] for ending in ("ods", "xlsx"))
        assert ods == xlsx, sheet.name


def test_libreoffice_finds_the_names_and_properties(facts: dict[str, dict[str, Any]]) -> None:
    assert facts["ods"]["names"] == facts["xlsx"]["names"]
    assert set(facts["ods"]["names"]) == {"gamma", "eta"}
    assert facts["ods"]["properties"] == ["A title & <such>", "The subject", "sheetnet"]


def test_libreoffice_finds_what_the_model_says(facts: dict[str, dict[str, Any]]) -> None:
    for sheet in showcase().sheets:
        found = facts["ods"]["sheets"][sheet.name]
        assert found["protected"] == sheet.protected
        assert len(found["notes"]) == len(sheet.notes)
        assert {(r, c): text for r, c, text, _ in found["notes"]} == sheet.notes
        assert not any(visible for *_, visible in found["notes"])
        colour = int(sheet.tab_colour, 16) if sheet.tab_colour else -1
        assert found["tab"] == colour
        expected = [[chart.title, chart.alt_text] for chart in sheet.charts]
        assert found["described"] == expected
        for column, width in enumerate(found["widths"], 1):
            # In hundredths of a millimetre: within a pixel of what is asked for.
            wanted = sheet.widths.get(column, sheet.default_width) * 195.8
            assert abs(width - wanted) < 26
    links = facts["ods"]["sheets"][START]["links"]
    assert {(row, column) for row, column, _ in links} == {(3, 2), (3, 3)}  # not on formulas
    assert {url for *_, url in links} == {"#'Spaß & 2'.B4", "#Run.A1"}
