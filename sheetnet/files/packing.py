"""Files that are written whole or not at all, and the same bytes each time."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

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
#: Of zlib-ng: files are 6 to 20 % larger than at level 5, which is zlib's 6, in half the time;
#: at 5 packing took a quarter of what building a large lesson takes.
LEVEL = 3
#: Bytes that the plain headers of a zip hold for sure.
LARGE = 2**31 - 1


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its place at `path` only once everything is written.

    Until then it has another name beside it. What a killed run has left there goes first. Of a
    run that has been told to end there is no file, whatever became of the signal.
    Raises `SheetnetError` where the place cannot be written to.
    """
    # A name of its own, however long: with what is added, the file's name could be too long.
    prefix = f".{path.name[:40]}."
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


class Package:
    """A zip whose members carry no date; not `packed` where it is read once, and soon."""

    def __init__(self, file: IO[bytes], *, packed: bool = True) -> None:
        self._kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)

    def __enter__(self) -> Package:
        return self

    def __exit__(self, kind: type[BaseException] | None, *failure: object) -> None:
        if kind is None:
            self._zip.close()
            unpacked = sum(member.file_size for member in self._zip.filelist)
            if self._kind == zipfile.ZIP_DEFLATED and unpacked > LARGEST:
                raise SheetnetError(
                    f"the workbook would have {unpacked // 2**20:,} MiB unpacked, and nothing of "
                    f"more than {LARGEST // 2**20} is read: make training.steps smaller, or give "
                    "fewer examples"
                )
        else:
            # With a member that is half written it cannot be closed; nobody will read it.
            self._zip.fp = None

    def add(self, name: str, content: bytes, *, stored: bool = False) -> None:
        member = self._member(name)
        if stored:
            member.compress_type = zipfile.ZIP_STORED
        with self._opened(member, len(content) > LARGE) as part:
            part.write(content)

    def open(self, name: str, *, most: int = 0) -> IO[bytes]:
        """A member to stream into, up to `most` bytes: above 2 GiB it needs longer headers."""
        return self._opened(self._member(name), most > LARGE)

    def _opened(self, member: zipfile.ZipInfo, large: bool) -> IO[bytes]:
        # Some readers refuse a file with the headers of large parts, so only these get them.
        part: Any = self._zip.open(member, "w", force_zip64=large)
        if member.compress_type == zipfile.ZIP_DEFLATED:
            # The zip module knows its own library only; this one takes half the time.
            assert hasattr(part, "_compressor")
            part._compressor = zlib_ng.compressobj(LEVEL, zlib_ng.DEFLATED, -zlib_ng.MAX_WBITS)
        return cast(IO[bytes], part)

    def _member(self, name: str) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name, EPOCH)
        member.compress_type = self._kind
        member.external_attr = 0o644 << 16
        return member
