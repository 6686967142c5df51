"""The command line and the machine: what is printed, how a run ends, and with which status.

Whatever goes wrong outside of the program (a full disk, a closed stream, an interrupt) ends in
one sentence and a status that no answer has.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click

from sheetnet import ending
from sheetnet.ending import HUNG_UP, INTERRUPTED, PIPE_CLOSED, TERMINATED, Ended
from sheetnet.errors import LONGEST_WORD, SheetnetError, cut, printable

#: The status after wrong usage or input.
WRONG = 2
#: Signals that ask a run to end, by their names: not every system has all.
SIGNALS = {"SIGTERM": TERMINATED, "SIGHUP": HUNG_UP, "SIGINT": INTERRUPTED}

#: Seconds until a signal is told again.
SOON = 0.01


class Program(click.Group):
    """The group of all commands. Its status is 0, 1 or 2, or that of a signal."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        restore = _listen()
        try:
            status = _status(lambda: click.Group.main(self, *args, **_but_standalone(kwargs)))
        except Exception:
            # Libraries make errors of their own of whatever reaches them, also of `Ended`.
            if ending.told() is None:
                raise
            complain("told to end")
        finally:
            restore()
            told = ending.told()
            ending.forget()
        sys.exit(status if told is None else told)


def _but_standalone(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {**kwargs, "standalone_mode": False}


def _status(run: Callable[[], Any]) -> int:
    """Run, and say in a sentence what went wrong."""
    try:
        if sys.stdout is None:
            raise SheetnetError("standard output is closed: leave it open, or send it to a file")
        with suppress(AttributeError, ValueError):
            # What the terminal's encoding does not have is written as its number.
            sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        try:
            result = run()
        except SystemExit as end:
            result = end.code
        _flush()
        return result if isinstance(result, int) else 0
    except (KeyboardInterrupt, click.Abort):
        complain("interrupted")
        return INTERRUPTED
    except Ended as end:
        if end.status != PIPE_CLOSED:
            complain("told to end")
        return end.status
    except click.ClickException as error:
        if sys.stderr is not None:
            error.show()
        return error.exit_code
    except SheetnetError as error:
        complain(str(error))
    except MemoryError:
        complain("there is not enough memory: close other programs, or use a smaller lesson")
    except RecursionError:
        complain("something is nested too deeply: use a simpler file")
    except OSError as error:
        complain(_sentence(error))
    return WRONG


def _sentence(error: OSError) -> str:
    where = f"{cut(str(error.filename), LONGEST_WORD)}: " if error.filename is not None else ""
    reason = error.strerror or str(error)
    if error.errno == errno.ENOSPC:
        return f"{where}{reason}: make room on the disk"
    return f"{where}{reason}: check the name and the place"


def say(text: str) -> None:
    """Print a text that may hold words of a stranger's file. Raises `SheetnetError`, `Ended`."""
    text = printable(text)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.replace("█", "#")
    _printed(lambda: click.echo(text))


def say_json(content: Any, indent: int | None = 2) -> None:
    """Print JSON; what a terminal may obey, and what its encoding lacks, is escaped."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    text = json.dumps(content, indent=indent, ensure_ascii=encoding != "utf8")
    for char in set(text):
        if char != "\n" and printable(char) != char:
            text = text.replace(char, json.dumps(char)[1:-1])
    _printed(lambda: click.echo(text))


def complain(text: str) -> None:
    """Print a sentence to standard error, if there is one."""
    with suppress(OSError, ValueError):
        if sys.stderr is not None:
            click.echo(f"sheetnet: {printable(text)}", err=True)


def watched() -> bool:
    """Whether somebody may see how the work goes on."""
    return sys.stderr is not None and sys.stderr.isatty()


def _flush() -> None:
    _printed(lambda: sys.stdout.flush())


def _printed(write: Callable[[], None]) -> None:
    try:
        write()
    except OSError as error:
        # What is left in the stream's memory has nowhere to go.
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        if error.errno == errno.EPIPE:
            raise Ended(PIPE_CLOSED) from None
        raise SheetnetError(
            f"standard output cannot be written to ({error.strerror}): make room, or send it "
            "elsewhere"
        ) from None


def _listen() -> Callable[[], None]:
    """Let the signals that end a run raise `Ended`, and be noted. What is returned puts things
    back."""
    ending.forget()
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    before: dict[int, Any] = {}
    said, again = sys.unraisablehook, list[threading.Timer]()

    def end(number: int, frame: Any) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        ending.tell(SIGNALS[signal.Signals(number).name])

    def swallowed(what: Any) -> None:
        """A finaliser has swallowed what ends the run: it is told again, outside of that."""
        told = [n for n in before if SIGNALS[signal.Signals(n).name] == ending.told()]
        if not told or not isinstance(what.exc_value, Ended | KeyboardInterrupt):
            said(what)
            return
        signal.signal(told[0], end)
        # To the main thread, which may sleep.
        again.append(threading.Timer(SOON, signal.pthread_kill, [threading.get_ident(), *told]))
        again[-1].start()

    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, end)

    if os.name == "posix":
        sys.unraisablehook = swallowed

    def restore() -> None:
        sys.unraisablehook = said
        for timer in again:
            timer.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore
