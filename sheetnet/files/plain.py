"""Copies of workbooks for programs that were not made for a stranger's file.

A format says which elements and attributes computing needs; these are written anew, and
nothing else. So no document type, no entity, no comment and no address of anything outside
reaches a program, whatever a part is called, and a formula that fetches is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from sheetnet.errors import SheetnetError, quoted
from sheetnet.files import fetching
from sheetnet.files.package import Attributes, Package
from sheetnet.files.stretches import Feeding, Stretches

#: Elements that are left out, within each other.
DEEPEST = 200
#: Defined names of a workbook; programs take minutes over hundreds of thousands.
NAMES, MOST_NAMES = ("definedName", "named-expression", "named-range"), 20_000
IN_ATTRIBUTES = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
#: As a character of its own it would be read as a line feed.
IN_TEXT = {"\r": "&#13;"}


@dataclass(eq=False, slots=True)
class Kept:
    """An element that is copied.

    `name` is how it is written, `attributes` are those that are kept, by their full names as
    they are written (None: all that stand in no namespace). `text` says whether the text in it
    matters, `formula` whether that is a formula, and `formulas` which attributes are. `names` are
    attributes that may be no address. `always` are attributes that it has in every copy.
    """

    name: str
    attributes: Mapping[str, str] | None = None
    text: bool = False
    formula: bool = False
    formulas: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    always: Mapping[str, str] = field(default_factory=dict)
    inner: dict[str, Kept] = field(default_factory=dict)


class Copy:
    """Follows a part's XML and writes it anew.

    `root` holds the elements that may be the part's own, `where` is what errors call it.
    `stretches` are rows that need no parser. `excel` says in which way formulas are written.
    """

    def __init__(
        self,
        package: Package,
        part: str,
        root: Kept,
        *,
        excel: bool,
        where: str = "",
        stretches: Stretches | None = None,
    ) -> None:
        self.package, self.part = package, part
        self.excel = excel
        self.parser = package.parser(part, self)
        self.feeding = Feeding(self.parser, stretches, self.take) if stretches else None
        self.where = where or f"in its part {quoted(part)}"
        self.stack = [root]
        self.skipped = self.named = 0
        self.written: list[str] = []
        self.encoded: list[bytes] = []
        self.formula: list[str] = []

    def content(self) -> Iterator[bytes]:
        """The part, written anew. Raises `SheetnetError`."""
        feed = (self.feeding or self.parser).feed
        for chunk in self.package.stream(self.part):
            feed(chunk)
            yield self._done()
        if self.feeding:
            self.feeding.end()
        self.parser.end()
        yield self._done()

    def take(self, content: bytes) -> None:
        """A stretch of rows that stays as it is."""
        self._encode()
        self.encoded.append(content)

    def _encode(self) -> None:
        self.encoded.append("".join(self.written).encode("utf-8", "replace"))
        self.written.clear()

    def _done(self) -> bytes:
        self._encode()
        result = b"".join(self.encoded)
        self.encoded.clear()
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
        if kept.name.endswith(NAMES):
            self.named += 1
            if self.named > MOST_NAMES:
                raise self.package.error(f"it has more than {MOST_NAMES:,} names")
        text = f"<{kept.name}"
        for key, value in self.attributes(kept, attributes).items():
            if not value.isalnum():
                if key in kept.formulas:
                    self._refuse_fetching(value)
                elif key in kept.names and fetching.is_address(value):
                    raise self._refusal("a name refers to another file")
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
            self._refuse_fetching("".join(self.formula))
            self.formula.clear()
        self.written.append(f"</{kept.name}>")
        if self.feeding and kept.name == self.feeding.stretches.name:
            self.feeding.ended()

    def text(self, text: str) -> None:
        kept = self.stack[-1]
        if kept.text and not self.skipped:
            self.written.append(escape(text, IN_TEXT))
            if kept.formula:
                self.formula.append(text)

    def _refuse_fetching(self, formula: str) -> None:
        # A prefix of OpenFormula can also name Excel's way.
        excel = self.excel or formula.startswith("msoxl:")
        if found := fetching.found(formula, excel=excel):
            raise self._refusal(f"a formula {found}")

    def _refusal(self, what: str) -> SheetnetError:
        return SheetnetError(
            f"{self.package.path}: {self.where}, {what}, and nothing is fetched from elsewhere: "
            "take it out"
        )
