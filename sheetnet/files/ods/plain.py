"""An .ods workbook as a program gets it: cells, formulas and names, nothing else."""

from __future__ import annotations

import re
from functools import partial
from itertools import chain

from sheetnet.files import fetching, packing
from sheetnet.files.ods.parts import CALCEXT, CONTENT, ELEMENTS, NAMESPACES, OFFICE, TABLE, TEXT
from sheetnet.files.package import Package
from sheetnet.files.plain import Copy, Kept
from sheetnet.files.stretches import CHARACTERS, VALUE, Stretches, attributes, element

KIND = "application/vnd.oasis.opendocument.spreadsheet"
OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
#: The languages of formulas are known by the namespaces of their prefixes.
SPACES = {
    "xmlns:office": OFFICE.strip(),
    "xmlns:table": TABLE.strip(),
    "xmlns:text": TEXT.strip(),
    "xmlns:calcext": CALCEXT.strip(),
    "xmlns:of": f"{OASIS}of:1.2",
    "xmlns:oooc": "http://openoffice.org/2004/calc",
    "xmlns:msoxl": "http://schemas.microsoft.com/office/excel/formula",
    "office:version": "1.2",
}
#: The attributes that are copied, of any element.
ATTRIBUTES = {
    f"{namespace}{name}": f"{prefix}:{name}"
    for prefix, namespace, names in (
        (
            "office",
            OFFICE,
            "value-type value boolean-value string-value date-value time-value currency",
        ),
        ("calcext", CALCEXT, "value-type"),
        ("text", TEXT, "c"),
        (
            "table",
            TABLE,
            "name formula number-columns-repeated number-rows-repeated number-columns-spanned "
            "number-rows-spanned number-matrix-columns-spanned number-matrix-rows-spanned "
            "cell-range-address base-cell-address expression date-value value-type "
            "case-sensitive precision-as-shown search-criteria-must-apply-to-whole-cell "
            "automatic-find-labels use-regular-expressions use-wildcards null-year "
            "status steps maximum-difference",
        ),
    )
    for name in names.split()
}
#: Attributes that hold a formula, or an address as a formula may.
FORMULAS = (
    "table:formula",
    "table:expression",
    "table:cell-range-address",
    "table:base-cell-address",
)
#: Elements of these namespaces are copied; drawings and colours are of no use.
KEPT = ("office", "table", "text")
#: Settings that matter besides those that the reader needs.
MORE = {"table:calculation-settings": "table:null-date table:iteration"}
MANIFEST = f"""<manifest:manifest xmlns:manifest="{OASIS}manifest:1.0" manifest:version="1.2">\
<manifest:file-entry manifest:full-path="/" manifest:media-type="{KIND}"/>\
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>\
</manifest:manifest>"""


def _nodes() -> Kept:
    elements = {
        name: [each for each in inner.split() if each.partition(":")[0] in KEPT]
        for name, inner in (ELEMENTS | MORE).items()
    }
    names = {*elements, *chain(*elements.values())}
    nodes = {
        name: Kept(
            name,
            ATTRIBUTES,
            text=name.startswith("text:"),
            formulas=FORMULAS,
        )
        for name in names
    }
    for name, inner in elements.items():
        for each in inner:
            prefix, _, local = each.partition(":")
            nodes[name].inner[NAMESPACES[prefix] + local] = nodes[each]
    nodes["office:document-content"].always = SPACES
    return nodes[""]


ROOT = _nodes()


def _rows() -> re.Pattern[bytes]:
    """Rows as we and LibreOffice write them, of cells with one line of text or none."""
    repeated, style = "table:number-columns-repeated", "table:style-name"
    spans = ("table:number-columns-spanned", "table:number-rows-spanned")
    matrix = ("table:number-matrix-columns-spanned", "table:number-matrix-rows-spanned")
    start = rb"(?:%b|%b)" % (attributes(repeated, style), attributes(style, repeated))
    cell = start + attributes("table:content-validation-name", value=VALUE)
    cell += attributes(*spans, *matrix)
    cell += attributes("table:formula", value=VALUE)
    cell += attributes("office:value-type", "office:value", "office:boolean-value")
    cell += attributes("office:string-value", value=VALUE)
    cell += attributes("calcext:value-type")
    # Without quotation marks in texts, what looks like an attribute is one.
    text = CHARACTERS.replace(rb"[^<>&", rb"[^<>&\"")
    look = attributes("text:style-name")
    span = element("text:span", look, text)
    pieces = rb"%b(?:(?:%b|<text:s%b/>)%b)*+" % (text, span, attributes("text:c"), text)
    line = rb"(?:%b)?+" % element("text:p", look, pieces)
    cells = (
        element("table:table-cell", cell, line),
        element("table:covered-table-cell", cell, line),
    )
    rows = "table:number-rows-repeated"
    row = rb"(?:%b|%b)" % (attributes(rows, style), attributes(style, rows))
    inner = rb"(?:%b|%b)*+" % cells
    return re.compile(rb"(?:%b)*+" % element("table:table-row", row, inner))


LOOKS = re.compile(rb' (?:table:style-name|table:content-validation-name|text:style-name)="[^"]*+"')
STRETCHES = Stretches(
    "table:table-row",
    b"</table:table-row>",
    _rows(),
    {prefix: NAMESPACES[prefix].strip() for prefix in ("table", "office", "text", "calcext")},
    partial(LOOKS.sub, b""),
    partial(fetching.harmless, excel=False),
)


def write_plain(package: Package, target: packing.Package) -> None:
    """Write what computing needs of the workbook. Raises `SheetnetError`."""
    target.add("mimetype", KIND.encode(), stored=True)
    target.add("META-INF/manifest.xml", MANIFEST.encode())
    copy = Copy(package, CONTENT, ROOT, excel=False, stretches=STRETCHES)
    with target.open(CONTENT) as part:
        for content in copy.content():
            part.write(content)
