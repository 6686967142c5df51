"""OpenDocument's XML as text: elements, documents, and text that keeps its spaces.

The parts are written as strings, since the rows are; an element is one call, its
attributes stand in the order given, so that the same workbook gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
FOUNDATION = "urn:org:documentfoundation:names:experimental:"
NAMESPACES = {
    "office": OASIS + "office:1.0",
    "style": OASIS + "style:1.0",
    "text": OASIS + "text:1.0",
    "table": OASIS + "table:1.0",
    "draw": OASIS + "drawing:1.0",
    "fo": OASIS + "xsl-fo-compatible:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
    "meta": OASIS + "meta:1.0",
    "number": OASIS + "datastyle:1.0",
    "svg": OASIS + "svg-compatible:1.0",
    "chart": OASIS + "chart:1.0",
    "config": OASIS + "config:1.0",
    "manifest": OASIS + "manifest:1.0",
    "of": OASIS + "of:1.2",
    "ooo": "http://openoffice.org/2004/office",
    # What OpenDocument has no words for, in the words of Gnumeric and LibreOffice.
    "gnm": "http://www.gnumeric.org/odf-extension/1.0",
    "calcext": FOUNDATION + "calc:xmlns:calcext:1.0",
    "loext": FOUNDATION + "office:xmlns:loext:1.0",
}
VERSION = "1.3"
PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'

#: In attributes a line break or a tab would be read as a space.
_IN_ATTRIBUTES = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
_SPECIAL = re.compile('[&<>"\n\t\r]')

#: LibreOffice takes the name of a chart's series apart at commas: this one looks alike.
COMMA, ALIKE = ",", "\N{SINGLE LOW-9 QUOTATION MARK}"

Attributes = Mapping[str, object]


def quote(value: object) -> str:
    """A value as an attribute's text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return escape(text, _IN_ATTRIBUTES) if _SPECIAL.search(text) else text


def attributes_text(attributes: Attributes) -> str:
    """The attributes, those apart that are None."""
    return "".join(f' {k}="{quote(v)}"' for k, v in attributes.items() if v is not None)


def element(name: str, attributes: Attributes, *children: str) -> str:
    """An element; its children are XML already."""
    body = "".join(children)
    start = f"<{name}{attributes_text(attributes)}"
    return f"{start}>{body}</{name}>" if body else start + "/>"


def opening(root: str, prefixes: Iterable[str], **attributes: str) -> str:
    """A document's prolog and the start of its root element."""
    spaces = {f"xmlns:{prefix}": NAMESPACES[prefix] for prefix in prefixes}
    prefix = root.partition(":")[0]
    versioned = spaces | {f"{prefix}:version": VERSION} | attributes
    return f"{PROLOG}<{root}{attributes_text(versioned)}>"


def document(root: str, prefixes: Iterable[str], *children: str) -> bytes:
    """A whole part."""
    return (opening(root, prefixes) + "".join(children) + f"</{root}>").encode()


def lines(text: str) -> list[str]:
    """The lines of a text. OpenDocument knows one kind of line break only."""
    if "\n" not in text and "\r" not in text:
        return [text]
    return re.split("\r\n|\r|\n", text)


def spaced(text: str) -> str:
    """Text within a line: what a reader would fold or drop is written as elements."""
    if " " not in text and "\t" not in text:
        return escape(text)
    # A space at an end would be dropped, one beside another folded into it.
    return re.sub("^ +| +$|  +", _spaces, escape(text)).replace("\t", "<text:tab/>")


def _spaces(match: re.Match[str]) -> str:
    count = len(match[0])
    return "<text:s/>" if count == 1 else f'<text:s text:c="{count}"/>'


def paragraphs(text: str) -> str:
    """The text, a paragraph a line."""
    return "".join(element("text:p", {}, spaced(line)) for line in lines(text))
