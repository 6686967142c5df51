"""Files that are written whole or not at all, and the same bytes each time."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

import deflate
from zlib_ng import zlib_ng

from sheetnet import ending
from sheetnet.errors import SheetnetError
from sheetnet.files.package import LARGEST

try:
    import fcntl
except ImportError:  # not on Windows: there leftovers stay
    fcntl = None  # type: ignore[assignment]

#: How the names of files end that are being written.
UNFINISHED = ".unfinished"
#: The oldest date a zip can hold: files must not differ from run to run.
EPOCH = (1980, 1, 1, 0, 0, 0)
#: libdeflate's level, and zlib-ng's, at which an .xlsx is up to 5 % smaller than by zlib's 6.
LEVEL = 5
#: Bytes of a part that may wait in memory for being packed whole.
MOST_WHOLE = 32 * 2**20
#: Bytes of parts that may wait in memory for being written.
MOST_WAITING = 32 * 2**20


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its place at `path` only once everything is written.

    Until then it has another name beside it. What a killed run has left there goes first. Of a
    run that has been told to end there is no file, whatever became of the signal, and no folder
    that was made for it. Raises `SheetnetError` where the place cannot be written to.
    """
    # A name of its own, however long: with what is added, the file's name could be too long.
    prefix = f".{path.name[:40]}."
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise SheetnetError(f"{path}: is a pipe or a device, and no file: choose another place")
    made = [folder for folder in path.parents if not folder.exists()]
    with _none_left(made), _unfinished(path, prefix) as file:
        yield file


@contextmanager
def _none_left(folders: Sequence[Path]) -> Iterator[None]:
    """Remove folders, the innermost first, if what they were made for fails."""
    try:
        yield
    except BaseException:
        for folder in folders:
            with suppress(OSError):
                folder.rmdir()
        raise


@contextmanager
def _unfinished(path: Path, prefix: str) -> Iterator[IO[bytes]]:
    """The file under its other name, which begins with `prefix`, until all is written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(path.parent, prefix)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=UNFINISHED)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            locked(file)
            yield file
            os.chmod(temporary, 0o666 & ~_umask())
            file.flush()
            # What it was told may have been swallowed where it arrived.
            ending.heed()
            # While it is still locked: nobody takes it for a leftover.
            if os.name == "posix":
                os.replace(temporary, path)
        if os.name != "posix":
            os.replace(temporary, path)
    except OSError as error:
        _remove(temporary)
        raise _unwritable(path, error) from None
    except BaseException:
        _remove(temporary)
        raise


def locked(file: IO[bytes]) -> bool:
    """Lock a file until it is closed; False where another process has, or it cannot be done."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove_leftovers(folder: Path, prefix: str) -> None:
    for name in os.listdir(folder):
        if name.startswith(prefix) and name.endswith(UNFINISHED):
            with suppress(OSError), open(folder / name, "r+b") as file:
                if locked(file):
                    os.unlink(folder / name)


def _unwritable(path: Path, error: OSError) -> SheetnetError:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return SheetnetError(f"{path}: {path.parent} is no folder: choose another place")
    return SheetnetError(
        f"{path}: cannot be written ({error.strerror}): choose another place, or close the "
        "program that has it open"
    )


def _remove(temporary: str) -> None:
    with suppress(OSError):
        os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


class Part:
    """A member that is being written: packed whole, or as it comes where it is large.

    libdeflate takes a third of zlib's time, zlib-ng half of it, but only that takes a stream.
    """

    def __init__(self, package: Package, member: zipfile.ZipInfo) -> None:
        self._package, self._member = package, member
        self._whole = bytearray()
        self._stream: Any = None

    def write(self, content: bytes) -> None:
        """Append. Raises `SheetnetError` where the package becomes too large to be read."""
        self._package.count(content)
        if self._stream:
            self._stream.write(content)
            return
        self._whole += content
        if len(self._whole) > MOST_WHOLE:
            self._stream = self._package.stream(self._member)
            self._stream.write(self._whole)
            self._whole.clear()

    def close(self) -> None:
        """Nothing more is written."""
        if self._stream:
            self._stream.close()
        else:
            self._package.put(self._member, self._whole)


class _Packed:
    """A part that has been packed elsewhere, as the zip module asks for it."""

    def __init__(self, packed: Future[bytearray]) -> None:
        self._packed = packed

    def compress(self, content: bytes) -> bytes:
        return b""

    def flush(self) -> bytearray:
        return self._packed.result()


class Package:
    """A zip whose members carry no date; not `packed` where it is read once, and soon.

    Its parts are packed in threads, while Python makes the next; they stand in the order in which
    they were opened.
    """

    def __init__(self, file: IO[bytes], *, packed: bool = True, level: int = LEVEL) -> None:
        self._level = level
        self._kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        self._zip = zipfile.ZipFile(file, "w")
        self._threads = ThreadPoolExecutor(os.cpu_count())
        self._parts: deque[tuple[zipfile.ZipInfo, bytearray, Future[bytearray] | None]] = deque()
        self._waiting = self._unpacked = 0

    def __enter__(self) -> Package:
        return self

    def __exit__(self, kind: type[BaseException] | None, *failure: object) -> None:
        try:
            if kind is None:
                self._finish(0)
                self._zip.close()
        finally:
            self._threads.shutdown(cancel_futures=True)
            # With a member that is half written it cannot be closed; nobody will read it.
            self._zip.fp = None

    def add(self, name: str, content: bytes, *, stored: bool = False) -> None:
        """A whole member, as it is where it is `stored`."""
        with self.open(name, stored=stored) as part:
            part.write(content)

    @contextmanager
    def open(self, name: str, *, stored: bool = False) -> Iterator[Part]:
        """A member to stream into."""
        member = zipfile.ZipInfo(name, EPOCH)
        member.compress_type = zipfile.ZIP_STORED if stored else self._kind
        member.external_attr = 0o644 << 16
        part = Part(self, member)
        yield part
        part.close()

    def count(self, content: bytes) -> None:
        """Raises `SheetnetError` where nothing would read a package with this in it."""
        self._unpacked += len(content)
        if self._kind == zipfile.ZIP_DEFLATED and self._unpacked > LARGEST:
            raise SheetnetError(
                f"the workbook would have more than {LARGEST // 2**20} MiB unpacked, and nothing "
                "larger is read: make training.steps smaller, or give fewer examples"
            )

    def put(self, member: zipfile.ZipInfo, content: bytearray) -> None:
        """Have a whole member packed, to be written when its turn comes."""
        packed = None
        if member.compress_type == zipfile.ZIP_DEFLATED:
            packed = self._threads.submit(deflate.deflate_compress, content, self._level)
        self._parts.append((member, content, packed))
        self._waiting += len(content)
        self._finish(MOST_WAITING)

    def stream(self, member: zipfile.ZipInfo) -> IO[bytes]:
        """A member that is packed as it comes, behind all before it."""
        self._finish(0)
        part: Any = self._zip.open(member, "w")
        if member.compress_type == zipfile.ZIP_DEFLATED:
            _replace_compressor(
                part, zlib_ng.compressobj(self._level, zlib_ng.DEFLATED, -zlib_ng.MAX_WBITS)
            )
        return cast(IO[bytes], part)

    def _finish(self, most: int) -> None:
        """Write members until at most so many bytes of them wait."""
        while self._parts and (self._waiting > most or not most):
            member, content, packed = self._parts.popleft()
            self._waiting -= len(content)
            with self._zip.open(member, "w") as part:
                if packed:
                    _replace_compressor(part, _Packed(packed))
                part.write(content)


def _replace_compressor(part: Any, compressor: object) -> None:
    """The zip module knows its own library only."""
    assert hasattr(part, "_compressor")
    part._compressor = compressor
