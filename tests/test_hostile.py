"""Files that repeat, that fetch, and that would talk to the terminal."""

from __future__ import annotations

import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sheetnet.errors import LONGEST_WORD, SheetnetError, cut, printable, quoted
from sheetnet.files import fetching
from sheetnet.files.formats import copy_plain, read
from sheetnet.files.stored import CellError
from sheetnet.proof.comparison import shown
from sheetnet.recalc import PROGRAMS, recalculate
from tests import hostile
from tests.trial import Trials, trials


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return hostile.built(tmp_path_factory.mktemp("books"))


@pytest.fixture(scope="module")
def room() -> Iterator[Trials]:
    with trials() as room:
        yield room


@pytest.mark.parametrize("form", ["xlsx", "ods"])
@pytest.mark.parametrize("maker", hostile.REPEATING, ids=lambda maker: maker.__name__)
def test_what_repeats_is_answered_soon(
    maker: hostile.Maker, form: str, books: dict[str, Path], tmp_path: Path, room: Trials
) -> None:
    path = hostile.made(books[form], tmp_path / f"book.{form}", maker)
    for command in ("inspect", "verify"):
        answer = room.run(command, str(path))
        assert not answer.wrong
        if answer.status:
            assert str(path) in answer.said


@pytest.mark.parametrize("name", hostile.LESSONS)
def test_lessons_without_measure_are_refused_soon(name: str, tmp_path: Path, room: Trials) -> None:
    path = tmp_path / "lesson.toml"
    path.write_text(hostile.LESSONS[name](), encoding="utf-8")
    answer = room.run("build", str(path), "-o", str(tmp_path / "book.xlsx"))
    assert not answer.wrong
    assert answer.status == 2
    assert answer.seconds < 5
    assert answer.memory < 500 * hostile.MIB
    assert [path.name for path in tmp_path.iterdir()] == ["lesson.toml"]


def test_a_sparse_lesson_is_not_read(tmp_path: Path, room: Trials) -> None:
    path = tmp_path / "lesson.toml"
    with path.open("wb") as file:
        file.truncate(6 * 2**30)
    answer = room.run("train", str(path))
    assert answer.status == 2
    assert "larger than 16 MiB" in answer.said
    assert answer.seconds < 5
    assert answer.memory < 500 * hostile.MIB


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and what has been said to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    heard.append(connection.recv(200))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.mark.programs
@pytest.mark.parametrize("name", list(PROGRAMS))
@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_nothing_is_fetched(
    form: str,
    name: str,
    books: dict[str, Path],
    tmp_path: Path,
    listener: tuple[int, list[bytes]],
    program_or_skip: Callable[[str], None],
    request: pytest.FixtureRequest,
) -> None:
    program_or_skip(name)
    program = request.getfixturevalue("office") if name == "libreoffice" else PROGRAMS[name]
    port, heard = listener
    computed = 0
    for what, path in hostile.fetching(books[form], tmp_path, port):
        try:
            recalculate(path, program)
            computed += 1
        except SheetnetError as error:
            assert str(path) in str(error), what
        assert not heard, what
    assert computed >= (6 if form == "ods" else 2)


def test_the_listener_hears(listener: tuple[int, list[bytes]]) -> None:
    port, heard = listener
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"hello")
    for _ in range(100):
        if heard:
            break
        threading.Event().wait(0.05)
    assert heard == [b"hello"]


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_plain_copy_names_nothing_outside(
    form: str, books: dict[str, Path], tmp_path: Path
) -> None:
    copies = 0
    for what, path in hostile.fetching(books[form], tmp_path, 4):
        copy = tmp_path / "copy"
        try:
            copy_plain(path, copy)
        except SheetnetError:
            continue
        copies += 1
        for part, content in hostile.parts_of(copy).items():
            assert b"127.0.0.1" not in content, (what, part)
            assert b"<!DOCTYPE" not in content, (what, part)
            assert b"External" not in content, (what, part)
    assert copies


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_plain_copy_holds_the_same_cells(
    form: str, books: dict[str, Path], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    copy_plain(books[form], copy)
    before, after = read(books[form]), read(copy)
    assert after.sheets == before.sheets
    assert after.arrays == before.arrays
    assert after.shared == before.shared
    with zipfile.ZipFile(copy) as package:
        assert package.testzip() is None


OUTSIDE = [
    'WEBSERVICE("http://a")',
    '1+_xlfn.WEBSERVICE ("a")',
    "COM.MICROSOFT.WEBSERVICE(A1)",
    'dde("a";"b";"c")',
    "IMPORTDATA(A1)",
    "['http://a/b.ods'#$Sheet1.A1]",
    "['file:///a/b.ods'#$Sheet1.A1]",
    "'http://a/[b.xlsx]Sheet1'!A1",
    "'\\\\host\\share\\b'#$Sheet1.A1",
    # Letters that capitals make plain, or that look alike, or are written by their numbers.
    "web\u017fervice(A1)",
    "\uff37EBSERVICE(A1)",
    "_x0057_EBSERVICE(A1)",
    # Quotation marks in the name of a sheet, and apostrophes in a text.
    """'a"b'!A1+WEBSERVICE("c")+'d"e'!A1""",
    """"it's "&WEBSERVICE("a")&" it's\"""",
]
OUTSIDE_EXCEL = [
    "[b.xlsx]Sheet1!A1",
    "[1]Sheet1!A1",
    "[1]!name",
    "'/a/[b.ods]Sheet1'!A1",
    "'[b.dat]Sheet 1'!A1",
    "cmd|'/c calc'!A1",
    "excel|book!R1C1",
]
OUTSIDE_ODS = ["[b.ods#$Sheet1.A1]", "['b.dat'#Sheet1.A1]"]
INSIDE = [
    'IF(A1>0;"http://a";"b#")',
    'HYPERLINK("http://a.b/c","d")',
    "SUM([.A1:.B2])*[$Start.$A$1]",
    "'Gradient check'!A1*RADDE(1)",
    "#REF!+A1",
    'CALLS(1)&"[a.xlsx]"',
    'IF(A1=0,"it\'s","∂")&"WEBSERVICE"',
]
#: Columns whose names are those of kinds of files, a sheet named by a number sign, intersections.
INSIDE_ODS = [
    "[.OD6]*[.XLS7]+[.CSV1]",
    "[$'no #2'.A1]",
    "[.A1:.B2]![.B1:.C2]",
    "{1;2|3;4}",
    "IFERROR([.A1];#N/A)",
]
INSIDE_EXCEL = ["SUM({1,2;3,4})", "A1#", "Table1[[#This Row],[a]]", "OD6*XLS7"]


@pytest.mark.parametrize(
    ("formula", "excel"),
    [(formula, excel) for formula in OUTSIDE for excel in (True, False)]
    + [(formula, True) for formula in OUTSIDE_EXCEL]
    + [(formula, False) for formula in OUTSIDE_ODS],
)
def test_formulas_that_look_beyond_are_found(formula: str, excel: bool) -> None:
    assert fetching.found(formula, excel=excel)
    assert not fetching.harmless(formula, excel=excel)


@pytest.mark.parametrize(
    ("formula", "excel"),
    [(formula, excel) for formula in INSIDE for excel in (True, False)]
    + [(formula, True) for formula in INSIDE_EXCEL]
    + [(formula, False) for formula in INSIDE_ODS],
)
def test_other_formulas_are_not(formula: str, excel: bool) -> None:
    assert fetching.found(formula, excel=excel) is None


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_refusal_names_file_place_and_remedy(
    form: str, books: dict[str, Path], tmp_path: Path
) -> None:
    path = hostile.made(books[form], tmp_path / f"a.{form}", hostile.FETCHING[form]["web service"])
    with pytest.raises(SheetnetError, match="fetched from elsewhere: take it out") as caught:
        copy_plain(path, tmp_path / "copy")
    assert str(caught.value).startswith(f"{path}: in its ")
    assert "calls WEBSERVICE" in str(caught.value)


def test_words_are_quoted_short_and_seen() -> None:
    escape = "\x1b[31mred\x07\u202eback\x9b"
    for text in (
        quoted(escape),
        quoted(escape, marks=False),
        str(SheetnetError(f"a{escape}")),
        shown(CellError(escape)),
        shown(escape),
    ):
        assert text.isprintable()
        assert "red" in text
    for text in (quoted("a" * 10**6), quoted("\x1b" * 10**6), shown("b" * 10**6)):
        assert len(text) <= LONGEST_WORD
    assert len(str(SheetnetError("a" * 10**6 + ": end"))) <= 2_000
    assert str(SheetnetError("a" * 10**6 + ": end")).endswith(": end")


def test_what_can_be_seen_stays() -> None:
    for text in ("δ¹ = ½·(a − t)²", "a\nb", "नमस्ते", "می‌خواهم", "日本語 🙂"):
        assert printable(text) == text
    assert cut("abc", 3) == "abc"
    assert quoted("it's") == '"it\'s"'
