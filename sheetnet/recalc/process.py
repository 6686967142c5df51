"""Run a program so that it ends: with limits, in a process group of its own."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

#: Bytes of address space that a program may use.
MEMORY = 4 * 2**30
#: What was started and not yet ended, with the thread that started it.
_running: dict[subprocess.Popen[str], int] = {}


class Failed(Exception):
    """The program failed; the message completes "The program …"."""


class Late(Failed):
    """The program was ended, since its time was up."""


def start(
    command: Sequence[str | Path],
    folder: Path,
    *,
    seconds: float = 0,
    memory: int = MEMORY,
    environment: Mapping[str, str] | None = None,
    fed: bool = False,
    heard: bool = False,
) -> subprocess.Popen[str]:
    """Start a program in `folder`, with limits of computing time (seconds) and memory.

    Its standard input is a pipe where it is `fed`, its output where it is `heard`, or else
    nothing; what it complains about goes to the file `complaints` in the folder, and its
    temporary files into the folder. Where the system can do it, a program ends with us; one
    that is heard sees its pipes end. Raises OSError.
    """
    words = [str(word) for word in command]
    if os.name == "posix":
        launcher = Path(__file__).with_name("limited.py")
        parent = 0 if heard else os.getpid()
        limits = [str(math.ceil(seconds)), str(memory), str(parent)]
        words = [sys.executable, "-I", str(launcher), *limits, *words]
    with complaints(folder, "wb") as file:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env={**os.environ, "TMPDIR": str(folder), **(environment or {})},
            stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
            stdout=subprocess.PIPE if heard else subprocess.DEVNULL,
            stderr=file,
            encoding="utf-8",
            start_new_session=True,
        )
    _running[process] = threading.get_ident()
    return process


def complaints(folder: Path, mode: str) -> IO[Any]:
    return open(folder / "complaints", mode)


def run(
    command: Sequence[str | Path],
    folder: Path,
    timeout: float,
    environment: Mapping[str, str] | None = None,
    lines: Iterable[str] = (),
) -> None:
    """Run a program to its end, `timeout` seconds at most. Raises `Failed`, or `Late` of these.

    It is fed the lines as they come; its time begins with the last one. Its computing time is
    limited all along.
    """
    try:
        process = start(command, folder, seconds=timeout, environment=environment, fed=True)
    except OSError as error:
        raise Failed(f"cannot be started ({error.strerror})") from None
    try:
        _feed(process, lines)
        status = process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise Late(f"took longer than {timeout:.3g} s") from None
    finally:
        kill(process)
    if status:
        raise Failed(ending(status, folder))


def _feed(process: subprocess.Popen[str], lines: Iterable[str]) -> None:
    assert process.stdin is not None
    # A program that has ended takes no more; what became of it, its status tells.
    with suppress(BrokenPipeError), process.stdin as stream:
        for line in lines:
            stream.write(line + "\n")
            stream.flush()


def kill(process: subprocess.Popen[str]) -> None:
    """End the program and all that it started, at once."""
    _signal(process)
    process.wait()
    _running.pop(process, None)


def end_started_by(threads: Collection[int]) -> None:
    """End the programs that these threads have started. Who waits for one sees it crash."""
    for process, thread in list(_running.items()):
        if thread in threads:
            _signal(process)


def _signal(process: subprocess.Popen[str]) -> None:
    if os.name == "posix":
        # The group outlives its leader as long as a program that it started runs on.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def ending(status: int, folder: Path) -> str:
    """What became of a program, in words: from its status and its last complaint."""
    if status < 0:
        with suppress(ValueError):
            name = signal.Signals(-status).name
            if name == "SIGXCPU":
                return "took too much computing time"
            return f"crashed ({name}), perhaps for want of memory"
    with complaints(folder, "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - 2000))
        lines = file.read().decode("utf-8", "replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), f"status {status}")
    return f"failed ({last[:200]})"
