"""The small parts of the package: named styles and pages, settings, properties, manifest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from sheetnet import __version__
from sheetnet.files.ods.markup import VERSION, document, element
from sheetnet.files.ods.styles import Styles, text_properties
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import FONT, PLAIN

KIND = "application/vnd.oasis.opendocument.spreadsheet"
CHART_KIND = "application/vnd.oasis.opendocument.chart"
#: Files must not differ from run to run.
DATE = "2000-01-01T00:00:00"
#: A4, in centimetres.
SHORT, LONG = "21.001cm", "29.7cm"
MARGIN, FOOTER = "1.016cm", "0.762cm"


def styles_part(styles: Styles) -> bytes:
    """The default look, the styles of conditional formats, the pages."""
    default = element(
        "style:style",
        {"style:name": "Default", "style:family": "table-cell"},
        element("style:text-properties", text_properties(PLAIN)),
    )
    fallback = element(
        "style:default-style",
        {"style:family": "table-cell"},
        element("style:text-properties", {"style:font-name": FONT, "fo:font-size": "10pt"}),
    )
    pages = list(styles.pages())
    return document(
        "office:document-styles",
        ("office", "style", "text", "table", "fo", "number", "svg"),
        styles.fonts(),
        element("office:styles", {}, fallback, default, styles.rules()),
        element("office:automatic-styles", {}, *(_layout(name, setup) for name, setup in pages)),
        element("office:master-styles", {}, *(_master(name) for name, _ in pages)),
    )


def _layout(name: str, setup: PrintSetup) -> str:
    width, height = (LONG, SHORT) if setup.landscape else (SHORT, LONG)
    properties = {
        "fo:page-width": width,
        "fo:page-height": height,
        "style:num-format": "1",
        "style:print-orientation": "landscape" if setup.landscape else "portrait",
        "fo:margin-top": MARGIN,
        "fo:margin-bottom": FOOTER,
        "fo:margin-left": MARGIN,
        "fo:margin-right": MARGIN,
        # Without one of them there are as many pages as it takes.
        "style:scale-to-X": setup.fit_width or None,
        "style:scale-to-Y": setup.fit_height or None,
        "style:writing-mode": "lr-tb",
        "style:print": "charts drawings objects zero-values",
    }
    footer = element(
        "style:header-footer-properties", {"fo:min-height": FOOTER, "fo:margin-top": "0cm"}
    )
    return element(
        "style:page-layout",
        {"style:name": f"{name}Layout"},
        element("style:page-layout-properties", properties),
        element("style:header-style", {}),
        element("style:footer-style", {}, footer),
    )


def _master(name: str) -> str:
    return element(
        "style:master-page",
        {"style:name": name, "style:page-layout-name": f"{name}Layout"},
        element("style:header", {"style:display": False}),
        element(
            "style:footer",
            {},
            "<text:p><text:sheet-name>sheet</text:sheet-name>, page "
            "<text:page-number>1</text:page-number> of "
            "<text:page-count>1</text:page-count></text:p>",
        ),
    )


def settings_part(book: Book) -> bytes:
    """How the sheets open: cursor, frozen panes, zoom, grid lines."""
    tables = (_entry(sheet.name, _view(sheet)) for sheet in book.sheets)
    first = book.sheets[0]
    view = [
        _item("ViewId", "view1"),
        element("config:config-item-map-named", {"config:name": "Tables"}, *tables),
        _item("ActiveTable", first.name),
        _item("ShowGrid", True),
        _item("ShowPageBreakPreview", False),
        _item("ZoomType", 0, "short"),
        _item("ZoomValue", first.zoom),
    ]
    views = element(
        "config:config-item-map-indexed",
        {"config:name": "Views"},
        element("config:config-item-map-entry", {}, *view),
    )
    return document(
        "office:document-settings",
        ("office", "config", "ooo"),
        element(
            "office:settings",
            {},
            element("config:config-item-set", {"config:name": "ooo:view-settings"}, views),
        ),
    )


def _entry(name: str, items: Iterable[str]) -> str:
    return element("config:config-item-map-entry", {"config:name": name}, *items)


def _view(sheet: Sheet) -> Iterator[str]:
    row, column = sheet.freeze or (1, 1)
    yield _item("CursorPositionX", sheet.cursor[1] - 1)
    yield _item("CursorPositionY", sheet.cursor[0] - 1)
    for way, frozen in (("Horizontal", column - 1), ("Vertical", row - 1)):
        # 2 is frozen, 0 is not split.
        yield _item(f"{way}SplitMode", 2 if frozen else 0, "short")
        yield _item(f"{way}SplitPosition", frozen)
    # The panes are counted from the upper left one; without a split there is the lower left.
    yield _item("ActiveSplitRange", 3 if column > 1 else 2, "short")
    yield _item("PositionLeft", 0)
    yield _item("PositionRight", column - 1)
    yield _item("PositionTop", 0)
    yield _item("PositionBottom", row - 1)
    yield _item("ZoomType", 0, "short")
    yield _item("ZoomValue", sheet.zoom)
    yield _item("ShowGrid", sheet.gridlines)


def _item(name: str, value: str | int | bool, kind: str | None = None) -> str:
    kinds = {str: "string", bool: "boolean", int: "int"}
    attributes = {"config:name": name, "config:type": kind or kinds[type(value)]}
    text = str(value).lower() if isinstance(value, bool) else escape(str(value))
    return element("config:config-item", attributes, text)


def meta_part(book: Book) -> bytes:
    texts = {
        "meta:generator": f"sheetnet/{__version__}",
        "dc:title": book.title,
        "dc:subject": book.subject,
        "meta:initial-creator": "sheetnet",
        "meta:creation-date": DATE,
        "dc:date": DATE,
    }
    items = (element(name, {}, escape(text)) for name, text in texts.items())
    return document(
        "office:document-meta", ("office", "meta", "dc"), element("office:meta", {}, *items)
    )


def manifest_part(parts: Iterable[str]) -> bytes:
    """The list of the parts; a name that ends in a slash is a chart."""
    kinds = {"/": KIND} | {part: CHART_KIND if part.endswith("/") else "text/xml" for part in parts}
    entries = (
        element(
            "manifest:file-entry",
            {"manifest:full-path": path, "manifest:version": None, "manifest:media-type": kind}
            | ({"manifest:version": VERSION} if path.endswith("/") else {}),
        )
        for path, kind in kinds.items()
    )
    return document("manifest:manifest", ("manifest",), *entries)
