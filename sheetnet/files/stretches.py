"""Rows that a plain copy takes as they stand, without a parser.

Most rows of a large sheet look alike and hold nothing but what is copied anyway. A pattern
that one regular expression matches tells so in a fraction of the time that following each
element takes. All others go through the parser, which also says where rows begin: a pattern
is tried only where a row has just ended, so never within a comment or the like, and only
where the prefixes of names mean what the pattern takes them for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sheetnet.files.package import LARGEST_MARKUP, Parser

_ENTITY = rb"&(?:amp|lt|gt|quot|apos);"
#: A text, and the value of an attribute: what XML takes as it is, and the entities that it
#: names itself.
CHARACTERS = rb"[^<>&\x00-\x08\x0b-\x1f]*+(?:%b[^<>&\x00-\x08\x0b-\x1f]*+)*+" % _ENTITY
VALUE = rb'"[^<>&"\x00-\x1f]*+(?:%b[^<>&"\x00-\x1f]*+)*+"' % _ENTITY
#: The value of an attribute that is a word, a number or a reference.
PLAIN = rb'"[A-Za-z0-9_.:+\- ]*+"'


def attributes(*names: str, value: bytes = PLAIN) -> bytes:
    """A pattern for attributes in this order, each of which may be missing.

    None may stand there twice: XML has no such elements.
    """
    return b"".join(rb"(?: %b=%b)?+" % (name.encode(), value) for name in names)


def element(name: str, attributes: bytes, content: bytes) -> bytes:
    """A pattern for an element."""
    tag = name.encode()
    return rb"<%b%b(?:/>|>%b</%b>)" % (tag, attributes, content, tag)


@dataclass(frozen=True)
class Stretches:
    """Rows of one kind.

    `rows` matches any number of whole rows one after another, `end` is the tag with which a
    row ends. `name` is the element's as it is copied, `spaces` are the namespaces by the
    prefixes in the pattern. `cut` takes out what is not copied. `harmless` says whether a
    stretch of text may go as it stands.
    """

    name: str
    end: bytes
    rows: re.Pattern[bytes]
    spaces: Mapping[str, str]
    cut: Callable[[bytes], bytes]
    harmless: Callable[[str], bool]

    def taken(self, content: bytes, spaces: Mapping[str, str]) -> bytes | None:
        """What is written for a stretch that matches, or None where the parser must see it.

        `spaces` are the namespaces by the prefixes that the part gives them.
        """
        for prefix, space in self.spaces.items():
            if spaces.get(prefix) != space and f"{prefix}:".encode() in content:
                return None
        if self.spaces.get("") != spaces.get(""):
            return None
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            return None
        if "\ufffe" in text or "\uffff" in text or not self.harmless(text):
            return None
        return self.cut(content)


class Feeding:
    """Feeds a part to a parser, but for the stretches that `take` gets.

    `ended` must be told where a row's end tag stands, as the parser's `place` says.
    """

    def __init__(self, parser: Parser, stretches: Stretches, take: Callable[[bytes], None]) -> None:
        self.parser, self.stretches, self.take = parser, stretches, take
        self._rest = b""
        self._row_end = -1

    def ended(self) -> None:
        """The parser tells of the end of a row."""
        self._row_end = self.parser.place

    def feed(self, chunk: bytes) -> None:
        stretches, parser = self.stretches, self.parser
        content, at = self._rest + chunk, 0
        while (end := content.find(stretches.end, at)) >= 0:
            stop = end + len(stretches.end)
            if self._between_rows():
                matching = stretches.rows.match(content, at)
                if matching and matching.end() > at:
                    stretch = content[at : matching.end()]
                    at = matching.end()
                    if (taken := stretches.taken(stretch, parser.spaces)) is not None:
                        self.take(taken)
                    else:
                        parser.feed(stretch)
                    continue
            parser.feed(content[at:stop])
            at = stop
        self._rest = content[at:]
        if len(self._rest) > LARGEST_MARKUP:
            self.end()

    def end(self) -> None:
        """Feed what is left."""
        if self._rest:
            self.parser.feed(self._rest)
            self._rest = b""

    def _between_rows(self) -> bool:
        return self._row_end == self.parser.fed - len(self.stretches.end)
