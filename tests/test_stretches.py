"""Rows that are copied as they stand, or read by a pattern, are as the parser has them."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import pytest

from sheetnet.building import build_each
from sheetnet.errors import SheetnetError
from sheetnet.files import stretches
from sheetnet.files.formats import FORMATS, copy_plain, read
from sheetnet.files.stored import StoredBook
from sheetnet.files.xlsx.plain import MAIN
from sheetnet.lessons.catalogue import shipped
from sheetnet.network.lesson import Lesson
from tests import hostile
from tests.fuzz import NASTY, in_elements

FORMS = list(FORMATS)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return hostile.built(tmp_path_factory.mktemp("books"))


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many bytes of rows were taken as they stand, and how many the parser saw."""
    bytes_of: Counter[str] = Counter()
    taken, feed = stretches.Stretches.taken, stretches.Parser.feed

    def counted(self: stretches.Stretches, content: bytes, spaces: dict[str, str]) -> bytes | None:
        result = taken(self, content, spaces)
        bytes_of["taken"] += len(content) if result is not None else 0
        return result

    def fed(self: stretches.Parser, content: bytes) -> None:
        bytes_of["fed"] += len(content)
        feed(self, content)

    monkeypatch.setattr(stretches.Stretches, "taken", counted)
    monkeypatch.setattr(stretches.Parser, "feed", fed)
    return bytes_of


def copied(path: Path, target: Path) -> dict[str, str] | str:
    """The parts of a plain copy, in the one form that XML has for each content; or the error."""
    try:
        copy_plain(path, target)
    except SheetnetError as error:
        return re.sub("line [0-9]+, column [0-9]+", "", str(error))
    return {
        name: canonicalize(content) if name != "mimetype" else content.decode()
        for name, content in hostile.parts_of(target).items()
    }


def stored(path: Path) -> StoredBook | str:
    """What is read of a workbook; or the error."""
    try:
        return read(path)
    except SheetnetError as error:
        return re.sub("line [0-9]+, column [0-9]+", "", str(error))


def both(path: Path, folder: Path) -> tuple[dict[str, str] | str, dict[str, str] | str]:
    """The copy, and the copy of which the parser has seen everything; reading is compared too."""
    first, book = copied(path, folder / "copy"), stored(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stretches.Stretches, "taken", lambda self, content, spaces: None)
        assert stored(path) == book
        return first, copied(path, folder / "copy")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["mazur", "batch-of-four"])
def test_most_rows_are_taken_as_they_stand(
    name: str, form: str, tmp_path: Path, fast: Counter[str]
) -> None:
    path = tmp_path / f"book.{form}"
    build_each(Lesson.from_toml(shipped("network")[name].read_text(encoding="utf-8")), [path])
    first, second = both(path, tmp_path)
    assert isinstance(first, dict)
    assert first == second
    assert fast["taken"] > 0.25 * fast["fed"]


XLSX = {
    "a comment": ("</row>", "</row><!-- </row>{row} -->"),
    "an instruction": ("</row>", "</row><?a </row>{row}?>"),
    "a section": ("<t>a</t>", "<t><![CDATA[</row>{row}]]></t>"),
    "another element": ("</sheetData>", "</sheetData><extLst><ext>{row}{row}</ext></extLst>"),
    "another namespace": (
        "<sheetData>",
        '<sheetData xmlns="a"><row>{row}</row>{row}</sheetData><sheetData>',
    ),
    "a row in another namespace": (
        "<sheetData>",
        f'<x:sheetData xmlns:x="{MAIN}" xmlns="b"><row xmlns="{MAIN}" r="9"></row>{{row}}{{row}}'
        "</x:sheetData><sheetData>",
    ),
    "its own namespace": ("</row>", '</row><row xmlns="a"></row>{row}'),
    "a row in a row": ("</row>", "{row}</row>"),
    "no end": ("</sheetData>", "{row}<row>"),
    "twice the same": ("</row>", '</row><row r="4" r="5"><c r="A4" s="0" s="1"><v>1</v></c></row>'),
    "an entity": ("</row>", "</row><row><c><f>&b;</f></c></row>"),
    "a number": ("</row>", "</row><row><c><f>WEB&#83;ERVICE(A1)</f></c></row>"),
    "a service": ("</row>", "</row><row><c><f>webſervice(A1)</f></c></row>"),
    "a service in pieces": ("</row>", "</row><row><c><f>WEB<x/>SERVICE(A1)</f></c></row>"),
    "a control": ("</row>", "</row><row><c><f>\x1b</f></c></row>"),
    "no character": ("</row>", "</row><row><c><v>\uffff</v></c></row>"),
    "an end in a text": ("</row>", "</row><row><c><v>]]></v></c></row>"),
    "what Excel adds": ("<row", '<row xmlns:x14ac="a" x14ac:dyDescent="0.2"'),
}


@pytest.mark.parametrize("name", XLSX)
def test_rows_where_none_are(name: str, tmp_path: Path, books: dict[str, Path]) -> None:
    old, new = XLSX[name]
    row = '<row r="5"><c r="A5" t="str"><v>hidden</v></c></row>'

    def maker(parts: hostile.Parts) -> None:
        sheet = hostile.sheet(parts, "Start")
        main = re.match(r"<worksheet[^>]*>", parts[sheet].decode())
        assert main
        rows = (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>a'
            '</t></is></c></row><row r="3"><c r="A3"><f>1+1</f><v>2</v></c></row>'
        )
        text = f"{main[0]}<sheetData>{rows}</sheetData></worksheet>"
        assert old in text
        parts[sheet] = text.replace(old, new.format(row=row), 1).encode()

    path = hostile.made(books["xlsx"], tmp_path / "book.xlsx", maker)
    first, second = both(path, tmp_path)
    assert first == second


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "utf-7"])
@pytest.mark.parametrize("declared", ["", "utf-8", "utf-7"])
@pytest.mark.parametrize("form", FORMS)
def test_encodings(
    form: str, declared: str, encoding: str, tmp_path: Path, books: dict[str, Path]
) -> None:
    """A text is never read as another one than the parser reads."""

    def maker(parts: hostile.Parts) -> None:
        for part in list(parts):
            if part == "content.xml" or "worksheets/sheet" in part:
                text = re.sub(r"^<\?xml[^>]*>", "", parts[part].decode())
                if declared:
                    text = f'<?xml version="1.0" encoding="{declared}"?>{text}'
                parts[part] = text.encode(encoding, "replace")

    path = hostile.made(books[form], tmp_path / f"book.{form}", maker)
    first, second = both(path, tmp_path)
    assert first == second


def nasty_rows(content: bytes, draw: random.Random) -> bytes:
    """Attributes, texts and tags of a part, in other ways and places."""
    if draw.randrange(2):
        content = in_elements(content, draw)
    places = [m.span(1) for m in re.finditer(rb'="([^"]*)"|>([^<>]+)<', content) if m[1]]
    for start, end in sorted(draw.sample(places, min(4, len(places))))[::-1]:
        word = draw.choice([*NASTY, "<x/>", "&#65;", "&apos;", "<!-- -->", "\ufffe", '" a="', "'"])
        content = content[:start] + word.encode("utf-8", "replace") + content[end:]
    return content


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(12))
def test_damaged_rows(form: str, seed: int, tmp_path: Path, books: dict[str, Path]) -> None:
    draw = random.Random(f"{form} {seed}")

    def maker(parts: hostile.Parts) -> None:
        sheets = [n for n in parts if n == "content.xml" or "worksheets/sheet" in n]
        part = draw.choice([n for n in sheets if "_rels" not in n])
        parts[part] = nasty_rows(parts[part], draw)

    path = hostile.made(books[form], tmp_path / f"book.{form}", maker)
    first, second = both(path, tmp_path)
    assert first == second


ODS = {
    "a comment": ("</table:table-row>", "</table:table-row><!-- {row} -->"),
    "a prefix of another meaning": (
        "</table:table-row>",
        '</table:table-row><table:table-row-group xmlns:table="a">{row}{row}'
        "</table:table-row-group>",
    ),
    "another meaning of a prefix": ("xmlns:office=", 'xmlns:t="a" xmlns:office='),
    "a style in a text": ("<text:p>", '<text:p> table:style-name="a"'),
    "tracked changes": (
        "<office:spreadsheet>",
        "<office:spreadsheet><table:tracked-changes><table:table>{row}{row}</table:table>"
        "</table:tracked-changes>",
    ),
}


@pytest.mark.parametrize("name", ODS)
def test_rows_of_an_ods_where_none_are(name: str, tmp_path: Path, books: dict[str, Path]) -> None:
    old, new = ODS[name]
    row = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>hidden</text:p>'
        "</table:table-cell></table:table-row>"
    )

    def maker(parts: hostile.Parts) -> None:
        content = parts["content.xml"].decode()
        assert old in content
        parts["content.xml"] = content.replace(old, new.format(row=row), 1).encode()

    path = hostile.made(books["ods"], tmp_path / "book.ods", maker)
    first, second = both(path, tmp_path)
    assert first == second
