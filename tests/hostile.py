"""Files that are made to do harm, from workbooks and lessons as they are built now.

Each maker changes the parts of a workbook, a dictionary of names and contents. Those in
`REPEATING` hold more than any machine, those in `FETCHING` ask `ADDRESS` for something.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sheetnet.building import build_each
from sheetnet.network.lesson import Lesson

MIB = 2**20
#: Where a test listens.
ADDRESS = "http://127.0.0.1:{port}"
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink" xlink:type="simple"'
DRAW = 'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
SVG = 'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

Parts = dict[str, bytes]
Maker = Callable[[Parts], None]


def built(folder: Path, lesson: str = "mazur", steps: int = 2) -> dict[str, Path]:
    """A small workbook in each format, by the format's name."""
    text = re.sub(r"steps *= *\d+", f"steps = {steps}", Lesson.load(lesson).text)
    paths = {kind: folder / f"{lesson}.{kind}" for kind in ("xlsx", "ods")}
    build_each(Lesson.from_toml(text), list(paths.values()))
    return paths


def parts_of(path: Path) -> Parts:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def zipped(path: Path, parts: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def made(source: Path, target: Path, maker: Maker) -> Path:
    """The workbook `source`, changed by a maker."""
    parts = parts_of(source)
    maker(parts)
    return zipped(target, parts)


def sheet(parts: Parts, name: str) -> str:
    """The part of an .xlsx that holds a sheet: they stand in their order."""
    names = re.findall(rb'<sheet [^>]*name="([^"]*)"', parts["xl/workbook.xml"])
    return f"xl/worksheets/sheet{names.index(name.encode()) + 1}.xml"


def replaced(parts: Parts, part: str, old: str, new: str, count: int = 1) -> None:
    """Replace what must be there."""
    assert old.encode() in parts[part], f"{part} holds no {old}"
    parts[part] = parts[part].replace(old.encode(), new.encode(), count)


def _rows_xlsx(parts: Parts, rows: str) -> None:
    """More rows at the end of the first sheet."""
    replaced(parts, sheet(parts, "Start"), "</sheetData>", f"{rows}</sheetData>")


def _rows_ods(parts: Parts, rows: str, into: str = "Index") -> None:
    """More rows at the beginning of a sheet's rows."""
    content = parts["content.xml"].decode()
    start = content.index(f'table:name="{into}"')
    place = content.index("<table:table-row", start)
    parts["content.xml"] = (content[:place] + rows + content[place:]).encode()


def _text_cell(text: str, more: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p>'
        "</table:table-cell>"
    )


def _in_front(parts: Parts, part: str, what: bytes) -> None:
    """Something between a part's declaration and its element."""
    declaration = re.match(rb"\s*<\?xml[^>]*\?>", parts[part])
    end = declaration.end() if declaration else 0
    parts[part] = parts[part][:end] + what + parts[part][end:]


# What repeats.


def comments_in_front(parts: Parts) -> None:
    for part in ("xl/styles.xml", "styles.xml"):
        if part in parts:
            _in_front(parts, part, (b"<!--" + b"a" * (MIB - 2**17) + b"-->") * 40)


def a_comment_in_front(parts: Parts) -> None:
    for part in ("xl/workbook.xml", "content.xml"):
        if part in parts:
            _in_front(parts, part, b"<!--" + b"a" * 40 * MIB + b"-->")


def elements(parts: Parts) -> None:
    for part in ("xl/worksheets/sheet1.xml", "content.xml"):
        if part in parts:
            end = parts[part].rindex(b"</")
            parts[part] = parts[part][:end] + b"<x/>" * 6_000_000 + parts[part][end:]


def attributes(parts: Parts) -> None:
    for part in ("xl/worksheets/sheet1.xml", "content.xml"):
        if part in parts:
            end = parts[part].rindex(b"</")
            many = " ".join(f'a{i}=""' for i in range(60_000)).encode()
            parts[part] = parts[part][:end] + b"<x " + many + b"/>" + parts[part][end:]


def a_namespace(parts: Parts) -> None:
    for part in ("xl/worksheets/sheet1.xml", "content.xml"):
        if part in parts:
            end = parts[part].rindex(b"</")
            inner = b"<x:a/>" * 100_000
            spaced = b'<x:a xmlns:x="' + b"u" * 900_000 + b'">' + inner + b"</x:a>"
            parts[part] = parts[part][:end] + spaced + parts[part][end:]


def zeros(parts: Parts) -> None:
    parts["zeros.bin"] = bytes(400 * MIB)


def a_long_text(parts: Parts) -> None:
    text = "a" * 2 * MIB
    if "content.xml" in parts:
        _rows_ods(parts, f"<table:table-row>{_text_cell(text)}</table:table-row>")
    else:
        cell = f'<c r="A9000" t="inlineStr"><is><t>{text}</t></is></c>'
        _rows_xlsx(parts, f'<row r="9000">{cell}</row>')


def a_long_formula(parts: Parts) -> None:
    formula = "1" + "+1" * 20_000
    if "content.xml" in parts:
        cell = f'<table:table-cell table:formula="of:={formula}" '
        cell += 'table:number-columns-repeated="1000"/>'
        _rows_ods(
            parts, f'<table:table-row table:number-rows-repeated="900">{cell}</table:table-row>'
        )
        return
    first = f'<c><f t="shared" si="0" ref="A9000:A9999">{formula}</f></c>'
    others = "<row>" + '<c><f t="shared" si="0"/></c>' * 600 + "</row>"
    _rows_xlsx(parts, f'<row r="9000">{first}</row>{others * 800}')


def cells(parts: Parts) -> None:
    if "content.xml" in parts:
        cell = _text_cell("a", 'table:number-columns-repeated="1000"')
        _rows_ods(
            parts, f'<table:table-row table:number-rows-repeated="100000">{cell}</table:table-row>'
        )
    else:
        row = "<row>" + "<c><v>1</v></c>" * 600 + "</row>"
        _rows_xlsx(parts, f'<row r="9000"/>{row * 1_500}')


def cells_that_lie_apart(parts: Parts) -> None:
    if "content.xml" in parts:
        rows = '<table:table-row table:number-rows-repeated="900000"/>'
        cell = '<table:table-cell table:number-columns-repeated="900"/>' + _text_cell("a")
        _rows_ods(parts, rows + f"<table:table-row>{cell}</table:table-row>", "Training")
    else:
        _rows_xlsx(parts, '<row r="1000000"><c r="XFD1000000"><v>1</v></c></row>')


def spaces(parts: Parts) -> None:
    if "content.xml" in parts:
        cell = _text_cell('<text:s text:c="99000"/>' * 9_000)
        _rows_ods(parts, f"<table:table-row>{cell}</table:table-row>")


def blocks(parts: Parts) -> None:
    """A block of all cells of a column, named 2,000 times."""
    values = ["block", "weight", "1", "Training", "A1:A1048576", "step", "", "step=1048576", "yes"]
    if "content.xml" in parts:
        written = "".join(map(_text_cell, values))
        rows = f'<table:table-row table:number-rows-repeated="2000">{written}</table:table-row>'
        _rows_ods(parts, rows)
    else:
        written = "".join(f'<c t="inlineStr"><is><t>{v}</t></is></c>' for v in values)
        rows = f'<row r="9000">{written}</row>' + f"<row>{written}</row>" * 2_000
        replaced(parts, sheet(parts, "Index"), "</sheetData>", f"{rows}</sheetData>")


def the_lesson(parts: Parts) -> None:
    """The index's lesson, 900 times."""
    if "content.xml" in parts:
        written = _text_cell("lesson+") + _text_cell("# " + "a" * 30_000)
        rows = f'<table:table-row table:number-rows-repeated="900">{written}</table:table-row>'
        _rows_ods(parts, rows)
        return
    text = f'<c t="inlineStr"><is><t>{"# " + "a" * 30_000}</t></is></c>'
    row = f'<row><c t="inlineStr"><is><t>lesson+</t></is></c>{text}</row>'
    rows = '<row r="9000"/>' + row * 900
    replaced(parts, sheet(parts, "Index"), "</sheetData>", f"{rows}</sheetData>")


def sheets(parts: Parts) -> None:
    if "content.xml" in parts:
        many = "".join(f'<table:table table:name="x{i}"/>' for i in range(200_000))
        replaced(parts, "content.xml", "</office:spreadsheet>", f"{many}</office:spreadsheet>")
    else:
        many = "".join(
            f'<sheet name="x{i}" sheetId="{i + 100}" xmlns:r="{RELATION}" r:id="rId1"/>'
            for i in range(200_000)
        )
        replaced(parts, "xl/workbook.xml", "</sheets>", f"{many}</sheets>")


def names(parts: Parts) -> None:
    if "content.xml" in parts:
        many = "".join(
            f'<table:named-expression table:name="x{i}" table:expression="{"1+" * 100}1"/>'
            for i in range(150_000)
        )
        more = f"<table:named-expressions>{many}</table:named-expressions>"
        replaced(parts, "content.xml", "</office:spreadsheet>", f"{more}</office:spreadsheet>")
    else:
        many = "".join(f'<definedName name="x{i}">1</definedName>' for i in range(600_000))
        replaced(parts, "xl/workbook.xml", "</definedNames>", f"{many}</definedNames>")


def depth(parts: Parts) -> None:
    for part in ("xl/worksheets/sheet1.xml", "content.xml"):
        if part in parts:
            end = parts[part].rindex(b"</")
            inner = b"<x>" * 500_000 + b"</x>" * 500_000
            parts[part] = parts[part][:end] + inner + parts[part][end:]


def validations(parts: Parts) -> None:
    """Ranges of validations, each as large as a sheet."""
    if "content.xml" in parts:
        name = re.search(rb'table:content-validation-name="([^"]*)"', parts["content.xml"])
        assert name
        valid = f'table:content-validation-name="{name[1].decode()}"'
        cell = f'<table:table-cell {valid} table:number-columns-repeated="16384"/>'
        row = f'<table:table-row table:number-rows-repeated="20">{cell}</table:table-row>'
        _rows_ods(parts, row * 9_000, "Start")
        return
    part = sheet(parts, "Start")
    one = f'<dataValidation type="decimal" sqref="{"A1:XFD1048576 " * 50}"/>'
    many = f"<dataValidations>{one * 1_500}</dataValidations>"
    content = re.sub(rb"<dataValidations.*?</dataValidations>", b"", parts[part])
    parts[part] = content.replace(b"</sheetData>", b"</sheetData>" + many.encode())


def names_of_names(parts: Parts) -> None:
    """Names that double each other."""
    doubled = [(f"n{i}", f"n{i - 1}+n{i - 1}") for i in range(1, 200)]
    if "content.xml" in parts:
        many = "".join(
            f'<table:named-expression table:name="{name}" table:expression="{text}"/>'
            for name, text in doubled
        )
        more = f"<table:named-expressions>{many}</table:named-expressions>"
        replaced(parts, "content.xml", "</office:spreadsheet>", f"{more}</office:spreadsheet>")
    else:
        many = "".join(f'<definedName name="{n}">{text}</definedName>' for n, text in doubled)
        replaced(parts, "xl/workbook.xml", "</definedNames>", f"{many}</definedNames>")


def brackets(parts: Parts) -> None:
    """A formula of ours, in 4,000 brackets."""
    written = "(" * 4_000 + "1" + ")" * 4_000
    if "content.xml" in parts:
        part, old, new = "content.xml", rb'table:formula="[^"]*"', f'table:formula="of:={written}"'
    else:
        part, old, new = sheet(parts, "Training"), rb"<f>[^<]*</f>", f"<f>{written}</f>"
    parts[part] = re.sub(old, new.encode(), parts[part], count=1)


REPEATING: list[Maker] = [
    validations,
    names_of_names,
    brackets,
    comments_in_front,
    a_comment_in_front,
    elements,
    attributes,
    a_namespace,
    zeros,
    a_long_text,
    a_long_formula,
    cells,
    cells_that_lie_apart,
    spaces,
    blocks,
    the_lesson,
    sheets,
    names,
    depth,
]


# What asks another machine. Their `ADDRESS` is filled in by `fetching`.


def picture_ods(parts: Parts) -> None:
    frame = f'<draw:frame {DRAW} {SVG} svg:width="1cm" svg:height="1cm"><draw:image {XLINK} '
    frame += f'xlink:href="{ADDRESS}/picture.png" xlink:show="embed" xlink:actuate="onLoad"/>'
    cell = f"<table:table-cell>{frame}</draw:frame></table:table-cell>"
    _rows_ods(parts, f"<table:table-row>{cell}</table:table-row>", "Drawing")


def object_ods(parts: Parts) -> None:
    frame = f'<draw:frame {DRAW} {SVG} svg:width="1cm" svg:height="1cm"><draw:object {XLINK} '
    frame += f'xlink:href="{ADDRESS}/object.ods" xlink:show="embed" xlink:actuate="onLoad"/>'
    cell = f"<table:table-cell>{frame}</draw:frame></table:table-cell>"
    _rows_ods(parts, f"<table:table-row>{cell}</table:table-row>", "Drawing")


def linked_sheet_ods(parts: Parts) -> None:
    source = f'<table:table-source {XLINK} xlink:href="{ADDRESS}/a.ods" xlink:actuate="onLoad" '
    source += 'table:table-name="a" table:refresh-delay="PT1S"/>'
    content = parts["content.xml"].decode()
    start = content.index(">", content.index('table:name="Drawing"')) + 1
    parts["content.xml"] = (content[:start] + source + content[start:]).encode()


def linked_range_ods(parts: Parts) -> None:
    source = f'<table:cell-range-source {XLINK} xlink:href="{ADDRESS}/a.ods" table:name="a" '
    source += (
        'table:last-column-spanned="1" table:last-row-spanned="1" table:refresh-delay="PT1S"/>'
    )
    cell = f"<table:table-cell>{source}</table:table-cell>"
    _rows_ods(parts, f"<table:table-row>{cell}</table:table-row>", "Drawing")


def metadata_ods(parts: Parts) -> None:
    parts["manifest.rdf"] = (
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY % p SYSTEM "{ADDRESS}/a.dtd">%p;'
        f'<!ENTITY x SYSTEM "{ADDRESS}/a.ent">]>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&x;</rdf:RDF>'
    ).encode()
    entry = '<manifest:file-entry manifest:full-path="manifest.rdf" '
    entry += 'manifest:media-type="application/rdf+xml"/></manifest:manifest>'
    replaced(parts, "META-INF/manifest.xml", "</manifest:manifest>", entry)


def background_ods(parts: Parts) -> None:
    image = f'<style:background-image {XLINK} xlink:href="{ADDRESS}/back.png" '
    image += 'xlink:actuate="onLoad"/>'
    for part in ("styles.xml", "content.xml"):
        content = parts[part].decode()
        match = re.search(r"<style:table-cell-properties[^>]*?/>", content)
        if match:
            opened = f"{match[0][:-2]}>{image}</style:table-cell-properties>"
            parts[part] = content.replace(match[0], opened).encode()


def script_ods(parts: Parts) -> None:
    listener = (
        '<office:scripts><office:event-listeners><script:event-listener xmlns:script="urn:oasis:'
        'names:tc:opendocument:xmlns:script:1.0" script:language="ooo:script" '
        f'script:event-name="dom:load" {XLINK} xlink:href="vnd.sun.star.script:a.py$b?language='
        f'Python&amp;location={ADDRESS}"/></office:event-listeners></office:scripts>'
    )
    replaced(
        parts,
        "content.xml",
        "<office:automatic-styles",
        f"{listener}<office:automatic-styles",
    )


def _formula_ods(formula: str) -> Maker:
    def maker(parts: Parts) -> None:
        cell = f'<table:table-cell table:formula="{formula}" office:value-type="float"/>'
        _rows_ods(parts, f"<table:table-row>{cell}</table:table-row>", "Drawing")

    return maker


def doctype_ods(parts: Parts) -> None:
    _in_front(parts, "content.xml", f'<!DOCTYPE a SYSTEM "{ADDRESS}/a.dtd">'.encode())


def picture_xlsx(parts: Parts) -> None:
    """A drawing's picture that is linked."""
    drawing = next(name for name in parts if re.fullmatch(r"xl/drawings/drawing\d+.xml", name))
    relations = f"xl/drawings/_rels/{drawing.rpartition('/')[2]}.rels"
    linked = f'<Relationship Id="rId77" Type="{RELATION}/image" Target="{ADDRESS}/picture.png" '
    replaced(
        parts, relations, "</Relationships>", f'{linked}TargetMode="External"/></Relationships>'
    )
    picture = (
        "<xdr:oneCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>0"
        '</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx="9000" cy="9000"/><xdr:pic>'
        '<xdr:nvPicPr><xdr:cNvPr id="77" name="p"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill>'
        '<a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        f'xmlns:r="{RELATION}" r:link="rId77"/></xdr:blipFill><xdr:spPr/></xdr:pic>'
        "<xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>"
    )
    replaced(parts, drawing, "</xdr:wsDr>", picture)


def other_book_xlsx(parts: Parts) -> None:
    """A link to another workbook, and a formula that uses it."""
    replaced(
        parts,
        "xl/_rels/workbook.xml.rels",
        "</Relationships>",
        f'<Relationship Id="rId77" Type="{RELATION}/externalLink" '
        'Target="externalLinks/externalLink1.xml"/></Relationships>',
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/externalLinks/externalLink1.xml"] = (
        f'<externalLink xmlns="{main}"><externalBook xmlns:r="{RELATION}" r:id="rId1">'
        '<sheetNames><sheetName val="a"/></sheetNames></externalBook></externalLink>'
    ).encode()
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{RELATION}/externalLinkPath" '
        f'Target="{ADDRESS}/a.xlsx" TargetMode="External"/></Relationships>'
    ).encode()
    replaced(
        parts,
        "[Content_Types].xml",
        "</Types>",
        '<Override PartName="/xl/externalLinks/externalLink1.xml" ContentType="application/vnd.'
        'openxmlformats-officedocument.spreadsheetml.externalLink+xml"/></Types>',
    )
    replaced(
        parts,
        "xl/workbook.xml",
        "</sheets>",
        f'</sheets><externalReferences xmlns:r="{RELATION}"><externalReference r:id="rId77"/>'
        "</externalReferences>",
    )
    _rows_xlsx(parts, '<row r="9000"><c r="A9000"><f>[1]a!A1</f><v>0</v></c></row>')


def _formula_xlsx(formula: str) -> Maker:
    def maker(parts: Parts) -> None:
        _rows_xlsx(parts, f'<row r="9000"><c r="A9000"><f>{formula}</f><v>0</v></c></row>')

    return maker


def doctype_xlsx(parts: Parts) -> None:
    _in_front(parts, "xl/styles.xml", f'<!DOCTYPE a SYSTEM "{ADDRESS}/a.dtd">'.encode())


#: An address that no pattern finds, since the formula puts it together.
COMPOSED = f"INDIRECT(&quot;'&quot;&amp;&quot;{ADDRESS}/a.ods'#$Sheet1.A1&quot;)"


def named_ods(parts: Parts) -> None:
    """A name that is relative to a cell of another file, its address in numbers."""
    address = ADDRESS.replace("t", "&#116;").replace("/", "&#47;")
    name = (
        f"""<table:named-range table:base-cell-address="'{address}/b.ods'#$a.$A$1" """
        'table:name="far" table:cell-range-address="$Index.$A$1"/>'
    )
    more = f"<table:named-expressions>{name}</table:named-expressions>"
    replaced(parts, "content.xml", "</office:spreadsheet>", f"{more}</office:spreadsheet>")


def sheet_name_ods(parts: Parts) -> None:
    """A sheet named as LibreOffice names what it keeps of another file."""
    far = f"""<table:table table:name="'{ADDRESS}/c.ods'#Sheet1"><table:table-row>"""
    far += "<table:table-cell/></table:table-row></table:table>"
    replaced(parts, "content.xml", "</office:spreadsheet>", f"{far}</office:spreadsheet>")


def base_ods(parts: Parts) -> None:
    """A base for addresses that are relative."""
    replaced(parts, "content.xml", "<office:body", f'<office:body xml:base="{ADDRESS}/"')
    frame = f'<draw:frame {DRAW} {SVG} svg:width="1cm" svg:height="1cm"><draw:image {XLINK} '
    frame += 'xlink:href="picture.png" xlink:show="embed" xlink:actuate="onLoad"/>'
    cell = f"<table:table-cell>{frame}</draw:frame></table:table-cell>"
    _rows_ods(parts, f"<table:table-row>{cell}</table:table-row>", "Drawing")


def included_ods(parts: Parts) -> None:
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{ADDRESS}/a.xml"/>'
    replaced(parts, "content.xml", "<office:spreadsheet>", f"<office:spreadsheet>{include}")
    _in_front(parts, "content.xml", f'<?xml-stylesheet href="{ADDRESS}/a.xsl"?>'.encode())


def web_query_xlsx(parts: Parts) -> None:
    """A connection that is refreshed when the file is opened."""
    replaced(
        parts,
        "xl/_rels/workbook.xml.rels",
        "</Relationships>",
        f'<Relationship Id="rId78" Type="{RELATION}/connections" Target="connections.xml"/>'
        "</Relationships>",
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/connections.xml"] = (
        f'<connections xmlns="{main}"><connection id="1" name="a" type="4" refreshOnLoad="1" '
        f'refreshedVersion="4"><webPr url="{ADDRESS}/a.html" htmlTables="1"/></connection>'
        "</connections>"
    ).encode()
    replaced(
        parts,
        "[Content_Types].xml",
        "</Types>",
        '<Override PartName="/xl/connections.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.connections+xml"/></Types>',
    )


def far_sheet_xlsx(parts: Parts) -> None:
    """A sheet that lies elsewhere, beside one of the same relation that does not."""
    relations = parts["xl/_rels/workbook.xml.rels"].decode()
    far = f'<Relationship Id="rId1" Type="{RELATION}/worksheet" Target="{ADDRESS}/a.xml" '
    end = relations.index("<Relationship ")
    relations = f'{relations[:end]}{far}TargetMode="External"/>{relations[end:]}'
    parts["xl/_rels/workbook.xml.rels"] = relations.encode()


FETCHING: dict[str, dict[str, Maker]] = {
    "ods": {
        "picture": picture_ods,
        "object": object_ods,
        "linked sheet": linked_sheet_ods,
        "linked range": linked_range_ods,
        "metadata": metadata_ods,
        "background": background_ods,
        "script": script_ods,
        "document type": doctype_ods,
        "base": base_ods,
        "included": included_ods,
        "name": named_ods,
        "sheet's name": sheet_name_ods,
        "composed": _formula_ods(f"of:={COMPOSED}"),
        "web service": _formula_ods(f"of:=COM.MICROSOFT.WEBSERVICE(&quot;{ADDRESS}/a&quot;)"),
        "other file": _formula_ods(f"of:=['{ADDRESS}/a.ods'#$Sheet1.A1]"),
        "dde": _formula_ods(
            f"of:=DDE(&quot;soffice&quot;;&quot;{ADDRESS}/a.ods&quot;;&quot;A1&quot;)"
        ),
    },
    "xlsx": {
        "picture": picture_xlsx,
        "other book": other_book_xlsx,
        "document type": doctype_xlsx,
        "web query": web_query_xlsx,
        "far sheet": far_sheet_xlsx,
        "composed": _formula_xlsx(COMPOSED),
        "dde": _formula_xlsx(f"soffice|'{ADDRESS}/a.ods'!A1"),
        "web service": _formula_xlsx(f'_xlfn.WEBSERVICE("{ADDRESS}/a")'),
        "image": _formula_xlsx(f'_xlfn.IMAGE("{ADDRESS}/a.png")'),
        "other file": _formula_xlsx(f"'{ADDRESS}/[a.xlsx]Sheet1'!A1"),
    },
}


def fetching(source: Path, folder: Path, port: int) -> Iterator[tuple[str, Path]]:
    """Every file that asks for something at a port, with its name."""
    kind = source.suffix[1:]
    for name, maker in FETCHING[kind].items():
        parts = parts_of(source)
        maker(parts)
        filled = {
            part: content.replace(b"{port}", str(port).encode()) for part, content in parts.items()
        }
        yield name, zipped(folder / f"{name.replace(' ', '-')}.{kind}", filled)


# Lessons.

LESSON = """title = "t"
source = "s"
notation = "bhadani"
[network]
inputs = 1
loss = "squared_error"
[[network.layers]]
units = 1
activation = "tanh"
weights = [[0.5]]
[data]
inputs = [[1]]
targets = [[1]]
[training]
learning_rate = 0.1
steps = 1
"""

LESSONS: dict[str, Callable[[], str]] = {
    "a key of 20,000 parts": lambda: LESSON + ".".join(["a"] * 20_000) + " = 1\n",
    "a key of quoted parts": lambda: LESSON + ".".join(['"a"'] * 20_000) + " = 1\n",
    "a long key": lambda: LESSON + "a" * 5_000_000 + " = 1\n",
    "comments": lambda: "# a comment\n" * 1_200_000 + LESSON,
    "too large": lambda: LESSON + f"# {'a' * 17 * MIB}\n",
    "brackets": lambda: LESSON.replace("[[1]]", "[" * 100_000 + "]" * 100_000, 1),
    "empty lists": lambda: LESSON.replace("[[1]]", f"[{'[],' * 4_000_000}]", 1),
    "numbers": lambda: LESSON.replace("[[1]]", f"[[{'1,' * 7_000_000}]]", 1),
    "keys": lambda: LESSON + "".join(f"a{i} = 1\n" for i in range(900_000)),
    "tables": lambda: LESSON + "".join(f"[a{i}]\n" for i in range(900_000)),
    "inline tables": lambda: LESSON + f"x = [{'{a=1},' * 900_000}]\n",
    "an endless text": lambda: 'title = "' + "\\" * 15_000_000,
    "a long number": lambda: LESSON.replace("steps = 1", f"steps = {'9' * 5_000}"),
    "a small number": lambda: LESSON.replace("0.5", "1e-320"),
    "a large number": lambda: LESSON.replace("0.5", "1.7e308"),
}
