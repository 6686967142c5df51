"""A folder for the files of one computation, which goes whatever happens.

A run that is killed leaves its folder behind. Each holds a file that is locked as long as the
run lives: the next run removes those that nobody locks any more.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sheetnet.errors import SheetnetError
from sheetnet.files.packing import locked

PREFIX, LOCK = "sheetnet-", ".sheetnet-lock"
#: Folders that are looked at, so that a full place costs no time.
MOST_LOOKED_AT = 1_000
#: What a full or unusable disk answers.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EMFILE, errno.ENFILE)


class WorkFolder:
    """The folder `path`, in a `with` statement or until `close`.

    Raises `SheetnetError` where there is no place for temporary files, or where it is full.
    """

    def __init__(self) -> None:
        self._lock: Any = None
        try:
            place = Path(tempfile.gettempdir())
            _remove_leftovers(place)
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        except OSError as error:
            raise _unusable(error) from None
        try:
            # Another run takes a lock that nobody holds for a leftover: it gets its name held.
            unnamed = self.path / f"{LOCK}-"
            self._lock = unnamed.open("wb")
            locked(self._lock)
            unnamed.rename(self.path / LOCK)
        except OSError as error:
            self.close()
            raise _unusable(error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        if isinstance(error, OSError) and error.errno in FULL:
            raise _unusable(error) from None

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()


def _unusable(error: OSError) -> SheetnetError:
    place = os.environ.get("TMPDIR") or tempfile.tempdir or "the system's folder"
    return SheetnetError(
        f"{place}: temporary files cannot be written there ({error.strerror}): make room, or "
        "name another folder in the environment variable TMPDIR"
    )


@cache
def _remove_leftovers(place: Path) -> None:
    if os.name != "posix":
        return
    names = [name for name in os.listdir(place) if name.startswith(PREFIX)]
    for name in names[:MOST_LOOKED_AT]:
        folder = place / name
        with suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            with (folder / LOCK).open("r+b") as lock:
                if locked(lock):
                    shutil.rmtree(folder, ignore_errors=True)
