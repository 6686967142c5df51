"""Copies of workbooks for programs that were not made for a stranger's file.

A format says which elements and attributes computing needs; these are written anew, and
nothing else. So no document type, no entity, no comment and no address of anything outside
reaches a program, whatever a part is called, and a formula that fetches is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from sheetnet.errors import SheetnetError, quoted
from sheetnet.files.package import Attributes, Package

#: Elements that are left out, within each other.
DEEPEST = 200
#: Pieces of text that are handed on at one go.
CHUNK = 20_000
IN_ATTRIBUTES = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
#: As a character of its own it would be read as a line feed.
IN_TEXT = {"\r": "&#13;"}

#: Functions of any program that read files, call programs, or ask another machine.
FETCHING = re.compile(
    r"(?<![A-Z0-9_])(WEBSERVICE|DDE|RTD|IMAGE|CALL|REGISTER(?:\.ID)?|EXEC|EXECSQL|READDBTABLE|"
    r"SQL\.REQUEST|CUBE[A-Z]+|STOCKHISTORY|IMPORT[A-Z]+|ATL_LAST)\s*\(",
    re.IGNORECASE,
)
#: A reference to another file, by an address, by `'name'#`, or by [name.ending].
OUTSIDE = re.compile(r"://|file:|'\s*#|\[[^\]\[$]*\.(?:xl|od|csv|sxc)\w*\]", re.IGNORECASE)
STRING = re.compile('"[^"]*"')


@dataclass(eq=False, slots=True)
class Kept:
    """An element that is copied.

    `name` is how it is written, `attributes` are those that are kept, by their full names as
    they are written (None: all that stand in no namespace). `text` says whether the text in it
    matters, `formula` whether that is a formula, and `formulas` which attributes are. `always`
    are attributes that it has in every copy.
    """

    name: str
    attributes: Mapping[str, str] | None = None
    text: bool = False
    formula: bool = False
    formulas: tuple[str, ...] = ()
    always: Mapping[str, str] = field(default_factory=dict)
    inner: dict[str, Kept] = field(default_factory=dict)


class Copy:
    """Follows a part's XML and writes it anew.

    `root` holds the elements that may be the part's own, `where` is what errors call it.
    """

    def __init__(self, package: Package, part: str, root: Kept, where: str = "") -> None:
        self.package, self.part = package, part
        self.where = where or f"in its part {quoted(part)}"
        self.stack = [root]
        self.skipped = 0
        self.written: list[str] = []
        self.formula: list[str] = []

    def content(self) -> Iterator[bytes]:
        """The part, written anew. Raises `SheetnetError`."""
        for _ in self.package.parsing(self.part, self):
            if len(self.written) > CHUNK:
                yield self._taken()
        yield self._taken()

    def _taken(self) -> bytes:
        result = "".join(self.written).encode("utf-8", "replace")
        self.written.clear()
        return result

    def start(self, name: str, attributes: Attributes) -> None:
        kept = None if self.skipped else self.stack[-1].inner.get(name)
        if kept is None:
            if len(self.stack) == 1:
                raise self.package.error(f"its part {quoted(self.part)} holds something else")
            self.skipped += 1
            if self.skipped > DEEPEST:
                raise self.package.error(f"its part {quoted(self.part)} is nested too deeply")
            return
        self.stack.append(kept)
        if len(self.stack) > DEEPEST:
            raise self.package.error(f"its part {quoted(self.part)} is nested too deeply")
        text = f"<{kept.name}"
        for key, value in self.attributes(kept, attributes).items():
            if not value.isalnum():
                if key in kept.formulas:
                    refuse_fetching(value, self.package, self.where)
                value = escape(value, IN_ATTRIBUTES)
            text += f' {key}="{value}"'
        self.written.append(text + ">")

    def attributes(self, kept: Kept, attributes: Attributes) -> dict[str, str]:
        """The attributes that are written."""
        wanted = kept.attributes
        if wanted is None:
            chosen = {key: value for key, value in attributes.items() if " " not in key}
        else:
            chosen = {wanted[key]: value for key, value in attributes.items() if key in wanted}
        return {**kept.always, **chosen} if kept.always else chosen

    def end(self, name: str) -> None:
        if self.skipped:
            self.skipped -= 1
            return
        kept = self.stack.pop()
        if kept.formula:
            refuse_fetching("".join(self.formula), self.package, self.where)
            self.formula.clear()
        self.written.append(f"</{kept.name}>")

    def text(self, text: str) -> None:
        kept = self.stack[-1]
        if kept.text and not self.skipped:
            self.written.append(escape(text, IN_TEXT))
            if kept.formula:
                self.formula.append(text)


def refuse_fetching(formula: str, package: Package, where: str) -> None:
    """Raise `SheetnetError` for a formula that looks beyond its workbook."""
    if not ("(" in formula or ":" in formula or "#" in formula or "[" in formula):
        return
    bare = STRING.sub('""', formula)
    if found := FETCHING.search(bare):
        raise refusal(package, where, f"calls {found[1].upper()}")
    if OUTSIDE.search(bare):
        raise refusal(package, where, "refers to another file")


def refusal(package: Package, where: str, what: str) -> SheetnetError:
    return SheetnetError(
        f"{package.path}: {where}, a formula {what}, and nothing is fetched from elsewhere: "
        "take it out"
    )
