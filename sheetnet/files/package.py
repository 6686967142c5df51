"""A stranger's zip package: looked at before it is unpacked, counted while it is.

A workbook is a zip file of XML parts. What its headers say is believed only as far as
it makes us refuse sooner: bytes and tags are counted as they are inflated, and the XML parser
meets no document type, so no entity and nothing from outside. How much a package may hold
grows with its own size (`Room`): a small file cannot be a large workbook.
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol
from xml.parsers import expat

from sheetnet.errors import SheetnetError, quoted

#: Bytes that a package may hold, unpacked and packed.
LARGEST = 512 * 2**20
MOST_MEMBERS = 10_000
#: The zip directory is read at one go; 10,000 members take about 1 MiB.
LARGEST_DIRECTORY = 4 * 2**20
#: Markup of more bytes (an attribute's text, a comment) is no workbook's. The parser reads
#: an unfinished one again with every chunk, so this also bounds the time.
LARGEST_MARKUP = 2**20
CHUNK = 2**16
#: Different names of elements and attributes in a part, and characters of a namespace's name,
#: which the parser puts in front of each of them.
MOST_NAMES, LONGEST_NAMESPACE = 10_000, 1_000
LONGEST_REASON = 600

ENCODINGS = ("utf-8", "utf-16", "us-ascii", "iso-8859-1")
OLE = bytes.fromhex("D0CF11E0A1B11AE1")
SAVE_AGAIN = "open it in a spreadsheet program and save it again"
SMALLER = "make a smaller one"
#: What the zip library raises on damaged files.
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError)

Attributes = dict[str, str]


class Room(NamedTuple):
    """How much a package may hold: bytes unpacked, tags, cells and the characters in them.

    `cells` also bounds the areas that sheets use. Everything is counted as often as it stands
    there or is repeated.
    """

    unpacked: int
    tags: int
    cells: int
    characters: int


def room(packed: int) -> Room:
    """How much a file of so many bytes may hold.

    A workbook of ours unpacks to 5 to 34 times its size, and takes 5 to 17 bytes for a cell, 1.2
    to 4 for a tag and 0.2 to 0.9 for a character in a cell, the least where all numbers are 0.
    What is made to repeat can be 1,000 times as dense. The first numbers are what any file may
    hold: it is read in seconds.
    """
    return Room(
        unpacked=min(LARGEST, 64 * 2**20 + 100 * packed),
        tags=1_000_000 + 2 * packed,
        cells=300_000 + packed,
        characters=16_000_000 + 16 * packed,
    )


class Handler(Protocol):
    """What `Package.parse` tells: names are `namespace local`, or `local` without one."""

    def start(self, name: str, attributes: Attributes) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class _Found(Exception):
    """The root element has begun; there was no document type before it."""


class _Cautious(io.BufferedReader):
    """A file that is never read in one piece larger than a zip directory may be."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LARGEST_DIRECTORY:
            raise zipfile.BadZipFile("its directory is too large")
        return super().read(size)


class Package:
    """An open zip package. `read`, `stream`, `parse` and `check` raise `SheetnetError`."""

    def __init__(self, path: Path, file: _Cautious) -> None:
        self.path = path
        self._file = file
        self.room = room(os.fstat(file.fileno()).st_size)
        self._inflated = self._tags = 0
        self._followed: Parser | None = None
        try:
            self._archive = zipfile.ZipFile(file)
        except (*DAMAGE, OSError) as error:
            raise self.error(f"it is no whole zip file ({quoted(error, marks=False)})") from None
        self._members = {info.filename.lower(): info for info in self._archive.infolist()}
        self._look()

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._archive.close()
        self._file.close()

    def _look(self) -> None:
        """Refuse what can be refused on the headers' own word."""
        members = self._archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise self.error(f"it has {len(members):,} parts, more than {MOST_MEMBERS:,}")
        if len(members) > len(self._members):
            twice = Counter(info.filename.lower() for info in members).most_common(1)[0][0]
            raise self.error(f"it has two parts named {quoted(twice)}")
        if sum(info.file_size for info in members) > self.room.unpacked:
            raise self._too_much()
        for info in members:
            if info.flag_bits & 1:
                raise self.error("it is encrypted", "save it without a password")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self.error(f"its part {quoted(info.filename)} is packed in an unusual way")

    def __contains__(self, name: str) -> bool:
        """Whether there is such a part; as in OOXML, capitals make no difference."""
        return name.lower() in self._members

    @property
    def parts(self) -> list[str]:
        """The names of all parts, as they are written."""
        return [info.filename for info in self._members.values()]

    def name(self, part: str) -> str:
        """A part's name as it is written. Raises KeyError."""
        return self._members[part.lower()].filename

    def error(self, reason: str, remedy: str = SAVE_AGAIN) -> SheetnetError:
        """What to raise; names out of the file can be of any length, the sentence cannot."""
        if len(reason) > LONGEST_REASON:
            reason = reason[:LONGEST_REASON] + "…"
        return SheetnetError(f"{self.path}: is no workbook: {reason}: {remedy}")

    def _too_much(self) -> SheetnetError:
        most = self.room.unpacked // 2**20
        return self.error(f"it unpacks to more than {most} MiB", SMALLER)

    def stream(self, name: str) -> Iterator[bytes]:
        """The part's bytes, in chunks of 64 KiB."""
        info = self._members.get(name.lower())
        if info is None:
            raise self.error(f"its part {quoted(name)} is missing")
        try:
            with self._archive.open(info) as member:
                while chunk := member.read(CHUNK):
                    self._inflated += len(chunk)
                    self._tags += chunk.count(b"<")
                    if self._inflated > self.room.unpacked:
                        raise self._too_much()
                    if self._tags > self.room.tags:
                        raise self.error(f"it has more than {self.room.tags:,} tags", SMALLER)
                    yield chunk
        except (*DAMAGE, OSError) as error:
            what = quoted(error, marks=False)
            raise self.error(f"its part {quoted(name)} is damaged ({what})") from None

    def parser(self, name: str, handler: Handler) -> Parser:
        """A parser for what `stream` gives."""
        return Parser(self, name, handler)

    def read(self, name: str) -> bytes:
        """The whole part."""
        return b"".join(self.stream(name))

    def parse(self, name: str, handler: Handler) -> None:
        """Tell `handler` the elements and texts of an XML part, in constant memory.

        The parser's own stack grows with the depth of the elements: `handler` bounds it.
        """
        for _ in self.parsing(name, handler):
            pass

    def parsing(self, name: str, handler: Handler) -> Iterator[None]:
        """`parse`, in steps of a chunk."""
        parser = self._followed = Parser(self, name, handler)
        for chunk in self.stream(name):
            parser.feed(chunk)
            yield
        parser.end()

    @property
    def place(self) -> int:
        """Where in its part the tag begins that `parse` is telling of, in bytes."""
        return self._followed.place if self._followed else 0

    def check(self) -> None:
        """Unpack everything once, and see that no XML part declares a document type.

        For programs that will open the file by themselves. Raises `SheetnetError`.
        """
        for name in self._members:
            chunks = self.stream(name)
            if name.endswith((".xml", ".rels")):
                self._check_prolog(name, chunks)
            for _ in chunks:
                pass

    def _check_prolog(self, name: str, chunks: Iterator[bytes]) -> None:
        parser = Parser(self, name, _Prolog())
        try:
            for chunk in chunks:
                parser.feed(chunk)
        except _Found:
            return


class _Prolog:
    """Looks for the root element, and no further."""

    def start(self, name: str, attributes: Attributes) -> None:
        raise _Found

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class Parser:
    """Follows a part's XML, piece by piece, and tells `handler`. Raises `SheetnetError`.

    `spaces` are the namespaces by the prefixes that the root element gives them ("" for none),
    without those that another element gives another meaning. It is empty unless the bytes of
    the part are UTF-8. `fed` counts bytes.
    """

    def __init__(self, package: Package, name: str, handler: Handler) -> None:
        self.package, self.name = package, name
        self.spaces: dict[str, str] = {}
        self.fed = 0
        self._handler = handler
        self._utf8 = self._begun = False
        parser = self._parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.XmlDeclHandler = self._declared
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._root
        parser.EndElementHandler = handler.end
        parser.CharacterDataHandler = handler.text

    @property
    def place(self) -> int:
        """Where the tag begins that the handler is told of, in bytes of what was fed."""
        return self._parser.CurrentByteIndex

    def feed(self, content: bytes) -> None:
        parser, name = self._parser, self.name
        if not self.fed:
            self._utf8 = content[:1] == b"<" and content[1:2] != b"\0"
        self.fed += len(content)
        try:
            parser.Parse(content, False)
        except expat.ExpatError as error:
            raise self._invalid(error) from None
        if self.fed - parser.CurrentByteIndex > LARGEST_MARKUP:
            raise self._error(f"its part {quoted(name)} has a tag of more than 1 MiB")
        if len(parser.intern) > MOST_NAMES:
            raise self._error(
                f"its part {quoted(name)} uses more than {MOST_NAMES:,} names of elements"
            )

    def end(self) -> None:
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._invalid(error) from None

    def _root(self, name: str, attributes: Attributes) -> None:
        self._begun = True
        self._parser.StartElementHandler = self._handler.start
        self._handler.start(name, attributes)

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        if uri and len(uri) > LONGEST_NAMESPACE:
            raise self._error(f"its part {quoted(self.name)} has a namespace of an endless name")
        if self._begun:
            self.spaces.pop(prefix or "", None)
        elif self._utf8:
            self.spaces[prefix or ""] = uri or ""

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding and encoding.lower() not in ENCODINGS:
            raise self._error(f"its part {quoted(self.name)} is no UTF-8")
        self._utf8 &= (encoding or "utf-8").lower() == "utf-8"

    def _refuse_doctype(self, *_: object) -> None:
        raise self._error(f"its part {quoted(self.name)} declares a document type, which none may")

    def _invalid(self, error: expat.ExpatError) -> SheetnetError:
        return self._error(f"its part {quoted(self.name)} is no valid XML ({error})")

    def _error(self, reason: str) -> SheetnetError:
        return self.package.error(reason)


def open_package(path: Path) -> Package:
    """Open the zip package at `path`, for use in a `with` statement.

    Raises `SheetnetError` where it cannot be read, is no zip file, is encrypted, has too
    many parts or two of one name, or says that it unpacks to more than 512 MiB.
    """
    try:
        if not path.is_file():
            there = "it is no regular file" if path.exists() else "there is no such file"
            what = "it is a folder" if path.is_dir() else there
            raise SheetnetError(f"{path}: is no workbook: {what}: name an .xlsx or .ods file")
        file = _Cautious(io.FileIO(path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SheetnetError(f"{path}: cannot be read ({reason}): check the file") from None
    try:
        if file.seek(0, io.SEEK_END) > LARGEST:
            raise SheetnetError(f"{path}: is no workbook: it is larger than 512 MiB: {SMALLER}")
        file.seek(0)
        if file.read(len(OLE)) == OLE:
            raise SheetnetError(
                f"{path}: is no workbook: it is encrypted, or of the old .xls kind: "
                "save it without a password as .xlsx"
            )
        return Package(path, file)
    except BaseException:
        file.close()
        raise
