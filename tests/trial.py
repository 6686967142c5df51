"""One command after another in a process of its own, watched: `python -m tests.trial`.

Reads lines of JSON, a list of arguments each, and writes a line of JSON on each: the exit
status, what was printed, whether a traceback would have been, the seconds of computing and the
memory.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sheetnet.errors import printable

ROOT = Path(__file__).parent.parent
#: What every answer must keep within: seconds of computing, and bytes of memory.
MOST_SECONDS, MOST_MEMORY = 15.0, 2**30
#: Seconds after which a run that does not answer is ended.
PATIENCE = 60.0


@dataclass(frozen=True)
class Answer:
    """What a command answered. `status` is None for a run that crashed or had to be ended."""

    status: int | None
    said: str
    seconds: float
    memory: int

    @property
    def wrong(self) -> str:
        """What is wrong with the answer, or an empty text."""
        last = self.said.strip().rpartition("\n")[2]
        if self.status not in (0, 1, 2):
            return f"status {self.status}: {last[:300]}"
        if self.status == 2 and ("Traceback" in self.said or ": " not in last):
            return f"no sentence: {last[:300]}"
        if printable(self.said) != self.said:
            return f"unseen characters: {self.said[:300]!r}"
        if self.status == 2 and len(last) > 2_100:
            return f"a sentence of {len(last):,} characters"
        if self.seconds > MOST_SECONDS:
            return f"took {self.seconds:.1f} s"
        if self.memory > MOST_MEMORY:
            return f"took {self.memory / 2**20:,.0f} MiB"
        return ""


class Trials:
    """A process that runs commands; a new one after each that does not answer."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def run(self, *arguments: str) -> Answer:
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        timer = threading.Timer(PATIENCE, process.kill)
        timer.start()
        began = time.monotonic()
        try:
            process.stdin.write(json.dumps(arguments) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            self.close()
            return Answer(None, "it crashed, or had to be ended", time.monotonic() - began, 0)
        return Answer(**json.loads(line))

    def _start(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.trial"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self._process

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@contextmanager
def trials() -> Iterator[Trials]:
    room = Trials()
    try:
        yield room
    finally:
        room.close()


def main() -> None:
    from click.testing import CliRunner

    from sheetnet.cli import main as program

    for line in sys.stdin:
        _forget_peak()
        began = _computed()
        result = CliRunner().invoke(program, json.loads(line))
        seconds = _computed() - began
        crashed = result.exception is not None and not isinstance(result.exception, SystemExit)
        answer = {
            "status": None if crashed else result.exit_code,
            "said": repr(result.exception) if crashed else result.output[-20_000:],
            "seconds": seconds,
            "memory": _peak(),
        }
        print(json.dumps(answer), flush=True)


def _computed() -> float:
    """Seconds that this process and those that it has ended have computed.

    Not those of a clock: what others do on the machine is not what is measured.
    """
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _forget_peak() -> None:
    """Let the peak of this process's memory begin anew, where the system can do that."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _peak() -> int:
    """The most memory that this process has had, in bytes."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    [kilobytes] = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(kilobytes) * 1024


if __name__ == "__main__":
    main()
