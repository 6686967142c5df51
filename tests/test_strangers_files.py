"""Files that are broken, or made to do harm: each is refused in one sentence."""

from __future__ import annotations

import random
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from packages import cells, parts, relations, worksheet, write

from sheetnet.errors import SheetnetError
from sheetnet.files import package
from sheetnet.files.formats import read
from sheetnet.files.package import open_package
from sheetnet.files.xlsx import parts as ooxml
from sheetnet.files.xlsx import read as reading_xlsx
from sheetnet.files.xlsx import texts as texts_xlsx

BOMB = "".join(
    ["<!DOCTYPE w [<!ENTITY a0 'aaaaaaaaaa'>"]
    + [f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12)]
    + ["]>"]
)


def refused(path: Path) -> str:
    """Why the file at `path` is refused."""
    with pytest.raises(SheetnetError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert message.count(": ") >= 2, "the remedy is missing"
    return message


def one_sheet(tmp_path: Path, sheet: str | bytes, **changed: str) -> Path:
    contents: dict[str, str | bytes] = {**parts({"Sheet": ""}, "")}
    contents["xl/worksheets/sheet1.xml"] = sheet
    return write(tmp_path / "book.xlsx", contents | changed)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return one_sheet(tmp_path, cells('<c r="A1"><f>1+1</f><v>2</v></c>'))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no whole zip file"),
        (b"a,b\n1,2\n" * 100, "no whole zip file"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600), "encrypted, or of the old .xls kind"),
    ],
)
def test_no_zip_file(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    assert reason in refused(path)


def test_nothing_there(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "missing.xlsx")
    assert "it is a folder" in refused(tmp_path)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_cut_off(book: Path, part: float) -> None:
    content = book.read_bytes()
    book.write_bytes(content[: int(len(content) * part)])
    refused(book)


def test_encrypted_parts(book: Path) -> None:
    content = bytearray(book.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    book.write_bytes(content)
    assert "it is encrypted" in refused(book)


def test_other_zip_files(tmp_path: Path) -> None:
    assert "another kind" in refused(write(tmp_path / "a.zip", {"a.txt": "a"}))
    document = write(
        tmp_path / "a.docx",
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations([("officeDocument", "word/document.xml")]),
            "word/_rels/document.xml.rels": relations([]),
            "word/document.xml": '<w:document xmlns:w="urn:w"/>',
        },
    )
    assert "'word/document.xml' holds something else" in refused(document)
    binary = {"[Content_Types].xml": "", "_rels/.rels": relations([("officeDocument", "a.bin")])}
    assert "save it as .xlsx" in refused(write(tmp_path / "a.xlsb", binary))


@pytest.mark.parametrize(
    "part",
    ["_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"],
)
def test_missing_parts(tmp_path: Path, part: str) -> None:
    contents = parts({"Sheet": cells()})
    del contents[part]
    assert f"{part!r} is missing" in refused(write(tmp_path / "book.xlsx", contents))


def test_a_workbook_without_its_sheets(tmp_path: Path) -> None:
    contents = parts({"Sheet": cells()})
    book = contents["xl/workbook.xml"]
    none = contents | {"xl/workbook.xml": book.replace("<sheet ", "<shoot ")}
    assert "names no sheet" in refused(write(tmp_path / "book.xlsx", none))
    lost = contents | {"xl/workbook.xml": book.replace("rId1", "rId9")}
    assert "the part of its sheet 'Sheet' is missing" in refused(write(tmp_path / "b.xlsx", lost))
    sheet = book[book.index("<sheet ") : book.index("</sheets>")]
    twice = contents | {"xl/workbook.xml": book.replace(sheet, sheet * 2)}
    assert "two sheets named 'Sheet'" in refused(write(tmp_path / "b.xlsx", twice))


def test_parts_of_one_name(book: Path) -> None:
    with zipfile.ZipFile(book, "a") as contents:
        contents.writestr("xl/worksheets/SHEET1.xml", cells())
    assert "two parts named 'xl/worksheets/sheet1.xml'" in refused(book)


def test_bombs(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LARGEST", 100_000)
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as contents:
        contents.writestr("xl/media/zeros.bin", bytes(200_000))
    assert "unpacks to more than 0 MiB" in refused(book)


def test_bombs_that_lie_about_their_size(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LARGEST", 100_000)
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as contents:
        contents.writestr("xl/media/zeros.bin", bytes(200_000))
    content = book.read_bytes()
    size = struct.pack("<I", 200_000)
    assert content.count(size) == 2
    book.write_bytes(content.replace(size, struct.pack("<I", 200)))
    with open_package(book) as opened, pytest.raises(SheetnetError, match="is damaged"):
        opened.check()


def test_parts_that_are_read_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "LARGEST", 100_000)
    contents = parts(dict.fromkeys("ABCDE", cells("<c/>" * 10_000)))
    targets = ["worksheets/sheet1.xml"] * 5
    contents["xl/_rels/workbook.xml.rels"] = relations([("worksheet", t) for t in targets])
    for i in range(2, 6):
        del contents[f"xl/worksheets/sheet{i}.xml"]
    assert "unpacks to more than 0 MiB" in refused(write(tmp_path / "book.xlsx", contents))


def test_too_many_parts(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_MEMBERS", 5)
    assert "more than 5" in refused(book)
    monkeypatch.setattr(package, "LARGEST_DIRECTORY", 100)
    assert "directory is too large" in refused(book)


def test_unusual_packing(book: Path) -> None:
    with zipfile.ZipFile(book, "a", zipfile.ZIP_LZMA) as contents:
        contents.writestr("a.xml", "<a/>")
    assert "packed in an unusual way" in refused(book)


@pytest.mark.parametrize(
    "sheet",
    [
        BOMB + cells('<c r="A1" t="str"><v>&a11;</v></c>'),
        BOMB + '<worksheet xmlns="&a11;"/>',
        "<!DOCTYPE w SYSTEM 'file:///etc/passwd'>" + cells(),
        "<!DOCTYPE w [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
        + cells('<c r="A1" t="str"><v>&x;</v></c>'),
        ("<!DOCTYPE w []>" + cells()).encode("utf-16"),
    ],
)
def test_document_types(tmp_path: Path, sheet: str | bytes) -> None:
    path = one_sheet(tmp_path, sheet)
    assert "declares a document type" in refused(path)
    with open_package(path) as opened, pytest.raises(SheetnetError, match="document type"):
        opened.check()


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        ("", "no valid XML"),
        ("<worksheet", "no valid XML"),
        (cells("<c>"), "no valid XML"),
        (cells("&nbsp;"), "no valid XML"),
        (cells('<c r="A1" r="A1"/>'), "no valid XML"),
        (cells().encode() + b"\0", "no valid XML"),
        (b'<?xml version="1.0" encoding="utf-7"?>' + cells().encode(), "is no UTF-8"),
        ("<a/>", "holds something else"),
        (cells("<a>" * 1000 + "</a>" * 1000), "nested too deeply"),
        (cells(f'<c r="{"A" * 2_000_000}"/>'), "a tag of more than 1 MiB"),
        (f"<!--{'a' * 2_000_000}-->" + cells(), "a tag of more than 1 MiB"),
    ],
)
def test_broken_xml(tmp_path: Path, sheet: str | bytes, reason: str) -> None:
    assert reason in refused(one_sheet(tmp_path, sheet))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ('<row r="1"><c r="XFE1"/></row>', "'XFE1' lies outside"),
        ('<row r="1048577"><c r="A1048577"/></row>', "'A1048577' lies outside"),
        ('<row r="0"/>', "'A0' is no cell"),
        ('<row r="-1"/>', "'A-1' is no cell"),
        ('<row r="1"><c r="A2"/></row>', "'A2' stands in row 1"),
        ('<row r="1"><c r="A11"/></row>', "'A11' stands in row 1"),
        ('<row r="1"><c r="1"/></row>', "'1' is no cell"),
        (f'<row r="1"><c r="{"A" * 1000}1"/></row>', "is no cell"),
        (f'<row r="1">{"<c/>" * 16_385}</row>', "row 1 has too many cells"),
        ('<row r="1048576"/><row/>', "lies outside"),
        ('<row r="1"><c r="B1"><v>1</v></c><c r="B1"><v>2</v></c></row>', "B1 stands there twice"),
        ('<row r="1"><c r="A1"><v>one</v></c></row>', "A1 holds 'one' as a value of type 'n'"),
        ('<row r="1"><c r="A1" t="b"><v>2</v></c></row>', "A1 holds '2'"),
        ('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', "A1 holds '0'"),
        ('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>', "A1 holds '-1'"),
        ('<row r="1"><c r="A1" t="s"><v/></c></row>', "A1 holds ''"),
        ('<row r="1"><c r="A1"><f t="array">1</f></c></row>', "'' is no cell"),
        (
            '<row r="1"><c r="A1"><f t="array" ref="A1:XFD1048576">1</f></c></row>',
            "1,000,000 cells",
        ),
        (
            "".join(
                f'<row r="{r}"><c r="A{r}"><f t="array" ref="A{r}:J{r + 9999}">1</f></c></row>'
                for r in range(1, 12)
            ),
            "1,000,000 cells",
        ),
    ],
)
def test_cells_that_cannot_be(tmp_path: Path, rows: str, reason: str) -> None:
    message = refused(one_sheet(tmp_path, worksheet(rows)))
    assert "in its sheet 'Sheet', " in message
    assert reason in message
    assert len(message) < 700


def test_merges_over_whole_sheets(tmp_path: Path) -> None:
    merge = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    assert "1,000,000 cells" in refused(one_sheet(tmp_path, worksheet("", merge)))


def test_too_much_of_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = one_sheet(tmp_path, cells("<c><v>1</v></c>" * 11))
    monkeypatch.setattr(reading_xlsx, "MOST_CELLS", 10)
    monkeypatch.setattr(texts_xlsx, "MOST_CELLS", 10)
    assert "more than 10 cells" in refused(path)
    strings = parts({"Sheet": cells()}, "<si/>" * 11)
    assert "more than 10 texts" in refused(write(tmp_path / "book.xlsx", strings))
    monkeypatch.setattr(ooxml, "MOST_LISTED", 2)
    assert "lists too much" in refused(path)


def test_what_is_skipped_takes_no_memory(tmp_path: Path) -> None:
    path = one_sheet(tmp_path, worksheet('<row r="1">' + "<x>abc</x>\n" * 400_000 + "</row>"))
    tracemalloc.start()
    try:
        assert read(path).sheets == {"Sheet": {}}
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 2**20  # a few copies of the most that is kept for one row


def test_any_damage_ends_in_one_sentence(tmp_path: Path) -> None:
    original = parts({"Sheet": cells('<c r="A1" t="s"><f>1</f><v>0</v></c>')}, "<si><t>a</t></si>")
    path = tmp_path / "book.xlsx"
    whole = write(path, original).read_bytes()
    refusals = 0
    for seed in range(600):
        draw = random.Random(seed)
        if seed % 2:
            path.write_bytes(damaged(whole, draw))
        else:
            part = draw.choice(list(original))
            write(path, original | {part: damaged(original[part].encode(), draw)})
        try:
            read(path)
            with open_package(path) as opened:
                opened.check()
        except SheetnetError as error:
            assert str(error).startswith(str(path))
            refusals += 1
    assert refusals > 300


def damaged(content: bytes, draw: random.Random) -> bytes:
    """The content with some bytes changed, removed or doubled."""
    result = bytearray(content)
    for _ in range(draw.randrange(1, 6)):
        place = draw.randrange(len(result))
        match draw.randrange(3):
            case 0:
                result[place] = draw.randrange(256)
            case 1:
                del result[place : place + draw.randrange(1, 20)]
            case _:
                result[place:place] = result[place : place + draw.randrange(1, 20)]
    return bytes(result)
