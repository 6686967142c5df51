"""Small .ods packages, written by hand: as this program or that writes them, or broken."""

from __future__ import annotations

from pathlib import Path

from packages import write

KIND = "application/vnd.oasis.opendocument.spreadsheet"
OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
SPACES = " ".join(
    f'xmlns:{prefix}="{OASIS}{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
#: LibreOffice knows the languages of formulas by their namespaces.
SPACES += (
    f' xmlns:of="{OASIS}of:1.2" xmlns:msoxl="http://schemas.microsoft.com/office/excel/formula"'
)
CALCEXT = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'


def content(spreadsheet: str, body: str = "spreadsheet") -> str:
    return (
        f"<office:document-content {SPACES} {CALCEXT}><office:automatic-styles/><office:body>"
        f"<office:{body}>{spreadsheet}</office:{body}></office:body></office:document-content>"
    )


def table(rows: str, name: str = "Sheet") -> str:
    return f'<table:table table:name="{name}"><table:table-column/>{rows}</table:table>'


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def cell(attributes: str = "", inner: str = "") -> str:
    return f"<table:table-cell {attributes}>{inner}</table:table-cell>"


def number(value: float | str, attributes: str = "") -> str:
    inner = f"<text:p>{value}</text:p>"
    return cell(f'office:value-type="float" office:value="{value}" {attributes}', inner)


def text(*paragraphs: str, attributes: str = "") -> str:
    inner = "".join(f"<text:p>{paragraph}</text:p>" for paragraph in paragraphs)
    return cell(f'office:value-type="string" {attributes}', inner)


def formula(text: str, attributes: str = 'office:value-type="float" office:value="77"') -> str:
    return cell(f'table:formula="{text}" {attributes}')


def ods(path: Path, content_part: str | bytes, **more: str) -> Path:
    """Zip the content with what every package has."""
    manifest = (
        "<m:manifest xmlns:m='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'>"
        + "".join(
            f"<m:file-entry m:full-path='{part}' m:media-type='{kind}'/>"
            for part, kind in (("/", KIND), ("content.xml", "text/xml"))
        )
    )
    parts: dict[str, str | bytes] = {
        "mimetype": KIND,
        "content.xml": content_part,
        "META-INF/manifest.xml": manifest + "</m:manifest>",
    }
    return write(path, parts | more)
