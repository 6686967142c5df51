"""An .xlsx workbook as a program gets it: cells, texts, styles and names, nothing else."""

from __future__ import annotations

import re
from functools import partial

from sheetnet.errors import quoted
from sheetnet.files import fetching, packing
from sheetnet.files.package import Attributes, Package
from sheetnet.files.plain import Copy, Kept
from sheetnet.files.stretches import CHARACTERS, Stretches, attributes, element
from sheetnet.files.xlsx.parts import NAMESPACES, workbook
from sheetnet.files.xlsx.patterns import ROW, TEXTS

MAIN = NAMESPACES[0]
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SPACE = {"http://www.w3.org/XML/1998/namespace space": "xml:space"}

#: The elements that are copied, and those that are copied in them.
ELEMENTS = {
    "": "workbook worksheet sst styleSheet",
    "workbook": "workbookPr sheets definedNames calcPr",
    "sheets": "sheet",
    "definedNames": "definedName",
    "worksheet": "sheetData mergeCells",
    "mergeCells": "mergeCell",
    "sheetData": "row",
    "row": "c",
    "c": "f v is",
    "is": "t r",
    "r": "t",
    "sst": "si",
    "si": "t r",
    "styleSheet": "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles",
    "numFmts": "numFmt",
    "fonts": "font",
    "font": "b i sz name",
    "fills": "fill",
    "fill": "patternFill",
    "borders": "border",
    "border": "left right top bottom diagonal",
    "cellStyleXfs": "xf",
    "cellXfs": "xf",
    "cellStyles": "cellStyle",
}
#: Elements whose attributes are no more than these.
ATTRIBUTES = {
    "t": SPACE,
    "sst": {},
    "sheet": {"name": "name"},
    "workbookPr": {"date1904": "date1904"},
    "definedName": {key: key for key in ("name", "localSheetId", "hidden")},
    "workbook": {},
    "worksheet": {},
    "styleSheet": {},
}
#: Attributes of a part's own element: the namespace, which then needs no prefix.
ALWAYS = {
    "workbook": {"xmlns": MAIN, "xmlns:r": OFFICE},
    **dict.fromkeys(("worksheet", "sst", "styleSheet"), {"xmlns": MAIN}),
}
#: What stands for a sheet without cells.
EMPTY = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
#: The names of styles, of which programs want one at least.
NAMED = '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
#: The smallest styles that programs take.
STYLES = f"""<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Arial"/>\
</font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>\
{NAMED}</styleSheet>"""


def _tree(name: str = "") -> Kept:
    kept = Kept(
        name,
        ATTRIBUTES.get(name),
        text=name in ("f", "v", "t", "definedName"),
        formula=name in ("f", "definedName"),
        always=ALWAYS.get(name, {}),
    )
    for inner in ELEMENTS.get(name, "").split():
        node = _tree(inner)
        for namespace in NAMESPACES:
            kept.inner[f"{namespace} {inner}"] = node
    return kept


ROOT = _tree()


def _rows() -> re.Pattern[bytes]:
    """Rows as we, LibreOffice, Gnumeric and Excel write them."""
    formula = element("f", attributes("aca", "t", "aca", "ref", "si"), CHARACTERS)
    value = rb"(?:<v/>|<v>%b</v>|<is>%b</is>)?+" % (CHARACTERS, TEXTS)
    cell = element("c", attributes("r", "s", "t"), rb"(?:%b)?+%b" % (formula, value))
    row = attributes("r") + ROW
    return re.compile(rb"(?:%b)*+" % element("row", row, rb"(?:%b)*+" % cell))


#: How a part of a text looks, and what Excel adds to the tag of each row.
LOOK = re.compile(rb"<rPr>(?:(?!</rPr>).)*+</rPr>")
DESCENT = re.compile(rb'(<row [^<>]*?) x14ac:dyDescent="[^"]*+"')


def _cut(content: bytes) -> bytes:
    if b"<rPr>" in content:
        content = LOOK.sub(b"", content)
    return DESCENT.sub(rb"\1", content) if b"x14ac:" in content else content


STRETCHES = Stretches(
    "row", b"</row>", _rows(), {"": MAIN}, _cut, partial(fetching.harmless, excel=True)
)


def write_plain(package: Package, target: packing.Package) -> None:
    """Write what computing needs of the workbook. Raises `SheetnetError`."""
    parts = workbook(package)
    paths = {f"worksheets/sheet{i}.xml": "worksheet" for i in range(1, len(parts.sheets) + 1)}
    paths["styles.xml"] = "styles"
    if parts.strings:
        paths["sharedStrings.xml"] = "sharedStrings"
    for name, text in small_parts(paths).items():
        target.add(name, text.encode())
    copy = partial(Copy, package, root=ROOT, excel=True)
    _copy(_Book(package, parts.part, ROOT, excel=True), target, "workbook.xml")
    for (name, (kind, part)), path in zip(parts.sheets.items(), paths, strict=False):
        if kind == "worksheet":
            where = f"in its sheet {quoted(name)}"
            _copy(copy(part, where=where, stretches=STRETCHES), target, path)
        else:
            target.add(f"xl/{path}", EMPTY.encode())
    if parts.styles:
        _copy(_Styles(package, parts.styles, ROOT, excel=True), target, "styles.xml")
    else:
        target.add("xl/styles.xml", STYLES.encode())
    if parts.strings:
        _copy(copy(parts.strings), target, "sharedStrings.xml")


def _copy(copy: Copy, target: packing.Package, path: str) -> None:
    with target.open(f"xl/{path}") as part:
        for content in copy.content():
            part.write(content)


class _Book(Copy):
    """The workbook's own part: its sheets are numbered anew, in their order."""

    sheets = 0

    def attributes(self, kept: Kept, attributes: Attributes) -> dict[str, str]:
        chosen = super().attributes(kept, attributes)
        if kept.name == "sheet":
            self.sheets += 1
            chosen |= {"sheetId": str(self.sheets), "r:id": f"rId{self.sheets}"}
        return chosen


class _Styles(Copy):
    """The styles; Gnumeric names none of them, without which IronCalc reads no workbook."""

    named = False

    def attributes(self, kept: Kept, attributes: Attributes) -> dict[str, str]:
        self.named |= kept.name == "cellStyles"
        return super().attributes(kept, attributes)

    def end(self, name: str) -> None:
        if not self.skipped and not self.named and self.stack[-1].name == "styleSheet":
            self.written.append(NAMED)
        super().end(name)


def small_parts(paths: dict[str, str]) -> dict[str, str]:
    """What says which part is which; `paths` are the parts in xl/ and what they are."""
    overrides = "".join(
        f'<Override PartName="/xl/{path}" ContentType="{KIND}.{what}+xml"/>'
        for path, what in {**paths, "workbook.xml": "sheet.main"}.items()
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": _relations({"xl/workbook.xml": "officeDocument"}),
        "xl/_rels/workbook.xml.rels": _relations(paths),
    }


def _relations(targets: dict[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(targets.items(), 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'
