"""A machine that fails, and runs that are ended: a sentence, a status, and nothing left."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import click
import pytest

from sheetnet import build
from sheetnet.errors import SheetnetError
from sheetnet.files.packing import UNFINISHED, whole_file
from sheetnet.lessons.text import override
from sheetnet.recalc import folder as folders
from sheetnet.recalc import ironcalc, recalculate
from sheetnet.recalc.folder import LOCK, WorkFolder
from sheetnet.terminal import Program
from tests import hostile

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-c", "from sheetnet.cli import main; main()"]

posix = pytest.mark.skipif(os.name != "posix", reason="signals, and devices, as in POSIX")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.built(tmp_path_factory.mktemp("small"))["xlsx"]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def run(
    *arguments: str, stdout: int | IO[str] = subprocess.PIPE, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=environment(**more),
        encoding="utf-8",
        errors="replace",
        timeout=120,
        check=False,
    )


def sentence(done: subprocess.CompletedProcess[str], status: int = 2) -> str:
    """The one sentence of a run that failed."""
    assert done.returncode == status, done.stderr
    assert done.stderr.startswith("sheetnet: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


COMMANDS = [
    "lessons",
    "inspect BOOK",
    "inspect BOOK --json",
    "train mazur",
    "verify BOOK",
    "--help",
]


@posix
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_behind_standard_output(command: str, book: Path) -> None:
    with open("/dev/full", "w") as full:
        done = run(*command.replace("BOOK", str(book)).split(), stdout=full)
    assert "No space left on device" in sentence(done)


@posix
@pytest.mark.parametrize(
    ("closed", "status"), [(">&-", 2), ("2>&-", 0), (">&- 2>&-", 2)], ids=["out", "err", "both"]
)
def test_closed_streams(closed: str, status: int, book: Path) -> None:
    words = " ".join(f"'{word}'" for word in [*COMMAND, "verify", str(book)])
    done = subprocess.run(
        ["sh", "-c", f"{words} {closed}"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    if closed == ">&-":
        assert "standard output is closed" in done.stderr


@posix
def test_a_closed_pipe_is_no_answer(book: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        done = run("inspect", str(book), stdout=pipe)
    assert done.returncode == 141
    assert done.stderr == ""


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
@pytest.mark.parametrize("command", ["train mazur", "inspect BOOK --json", "inspect BOOK"])
def test_other_encodings(command: str, encoding: str, book: Path) -> None:
    done = run(*command.replace("BOOK", str(book)).split(), PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    if command.endswith("--json"):
        assert "½" in json.loads(done.stdout)["lesson"] or json.loads(done.stdout)["blocks"]
    if command.startswith("train"):
        assert ("█" if encoding == "utf-8" else "###") in done.stdout
        assert r"\u" not in done.stdout


LONG = "n" * 300


@pytest.mark.parametrize(
    "command",
    [
        f"build mazur -o {LONG}.xlsx",
        f"new {LONG}",
        f"verify {LONG}.xlsx",
        f"inspect {LONG}.xlsx",
        f"train {LONG}.toml",
        f"train mazur -o {LONG}.csv",
    ],
)
def test_long_names(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "File name too long" in sentence(run(*command.split()))
    assert not list(tmp_path.iterdir())


def test_the_longest_name_that_there_can_be(tmp_path: Path) -> None:
    path = tmp_path / f"{'n' * 250}.xlsx"
    with whole_file(path) as file:
        file.write(b"a")
    assert path.read_bytes() == b"a"
    assert list(tmp_path.iterdir()) == [path]


def test_long_numbers() -> None:
    digits = "9" * 5_000
    for field in ("training.steps", "training.learning_rate", "network.layers[0].units", digits):
        with pytest.raises(SheetnetError) as caught:
            override("[training]\nsteps = 1\n[[network.layers]]\nunits = 1\n", f"{field}={digits}")
        assert len(str(caught.value)) < 700
    assert "4300 digits" in sentence(run("train", "mazur", "--set", f"training.steps={digits}"))


def test_no_place_for_temporary_files(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(SheetnetError, match="temporary files cannot be written there"):
        recalculate(book, "ironcalc")


def test_a_full_place_for_temporary_files(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"a")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(ironcalc, "copy_plain", full)
    with pytest.raises(SheetnetError, match=r"No space left on device\): make room"):
        recalculate(book, "ironcalc")
    assert not list(tmp_path.iterdir())


# Runs that are ended.


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook that takes seconds to compute."""
    return hostile.built(tmp_path_factory.mktemp("large"), steps=800)["xlsx"]


def eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


def working_in(place: Path) -> list[str]:
    """The processes that work in a folder, or below it."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            at = os.readlink(process / "cwd")
        except OSError:
            continue
        if process.name.isdigit() and at.startswith(str(place)):
            found.append(process.name)
    return found


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    place = tmp_path / "temporary"
    place.mkdir()
    return place


def started(place: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *arguments],
        env=environment(TMPDIR=str(place)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell lets what it runs in the background pass over Ctrl-C, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def computing(place: Path, book: Path, engine: str) -> subprocess.Popen[str]:
    """A run of verify whose program has begun to work, with its files in `place`."""
    process = started(place, "verify", str(book), "--engine", engine)
    assert eventually(lambda: bool(working_in(place)))
    return process


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@linux
@pytest.mark.programs
@pytest.mark.parametrize("engine", ["ironcalc", "libreoffice"])
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["term", "int"]
)
def test_a_run_that_is_ended_leaves_nothing(
    number: signal.Signals,
    status: int,
    engine: str,
    large: Path,
    temporary: Path,
    program_or_skip: Callable[[str], None],
) -> None:
    program_or_skip(engine)
    process = computing(temporary, large, engine)
    time.sleep(0.3)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == status, said
    assert "Traceback" not in said
    assert eventually(lambda: not working_in(temporary), 10)
    assert not list(temporary.iterdir())


@linux
@pytest.mark.programs
@pytest.mark.parametrize("engine", ["ironcalc", "libreoffice"])
def test_what_a_killed_run_leaves_goes_with_the_next(
    engine: str,
    book: Path,
    large: Path,
    temporary: Path,
    program_or_skip: Callable[[str], None],
) -> None:
    program_or_skip(engine)
    process = computing(temporary, large, engine)
    process.kill()
    process.communicate()
    assert eventually(lambda: not working_in(temporary), 20), "a child computes on"
    assert [path.name[:9] for path in temporary.iterdir()] == ["sheetnet-"]
    assert run("verify", str(book), TMPDIR=str(temporary)).returncode == 0
    assert not list(temporary.iterdir())


@posix
def test_only_leftovers_are_removed(
    temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    folders._remove_leftovers.cache_clear()
    (temporary / "sheetnet-notes").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / LOCK).touch()
    (temporary / "sheetnet-link").symlink_to(tmp_path / "elsewhere")
    (temporary / "sheetnet-dead").mkdir()
    (temporary / "sheetnet-dead" / LOCK).touch()
    with WorkFolder() as first:
        folders._remove_leftovers.cache_clear()
        with WorkFolder() as second:
            there = {path.name for path in temporary.iterdir()}
            assert there == {
                "sheetnet-notes",
                "sheetnet-link",
                first.path.name,
                second.path.name,
            }
    assert (tmp_path / "elsewhere" / LOCK).exists()


@posix
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_library_that_makes_an_error_of_a_signal(
    number: signal.Signals, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As openpyxl does where it converts a value."""
    if number == signal.SIGINT:  # which what runs in the background has been told to ignore
        signal.signal(number, signal.default_int_handler)

    @click.command()
    def command() -> None:
        try:
            os.kill(os.getpid(), number)
            time.sleep(5)
        except BaseException:
            raise TypeError("expected a number") from None

    group = Program(commands={"convert": command})
    with pytest.raises(SystemExit) as ended:
        group.main(["convert"])
    assert ended.value.code == status


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_file_that_is_being_written(number: signal.Signals, tmp_path: Path) -> None:
    target = tmp_path / "book.xlsx"
    build = ("build", "mazur", "--set", "training.steps=20000", "-o", str(target))
    process = started(tmp_path, *build)
    assert eventually(lambda: bool(list(tmp_path.glob(f".book*{UNFINISHED}"))))
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert not target.exists()
    left = list(tmp_path.iterdir())
    if number is signal.SIGKILL:
        assert process.returncode == -number
        assert len(left) == 1
        assert run("build", "mazur", "-o", str(target)).returncode == 0
        assert list(tmp_path.iterdir()) == [target]
    else:
        assert process.returncode == 128 + number, said
        assert said.count("\n") <= 2
        assert not left


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_is_swallowed_while_a_file_is_written(
    number: signal.Signals, tmp_path: Path
) -> None:
    """As where it arrives in a finaliser: the exception is printed, and the work goes on."""
    if number == signal.SIGINT:
        signal.signal(number, signal.default_int_handler)
    target = tmp_path / "book.xlsx"

    @click.command()
    def command() -> None:
        with whole_file(target) as file:
            with suppress(BaseException):
                os.kill(os.getpid(), number)
                time.sleep(5)
            file.write(b"a")

    with pytest.raises(SystemExit) as ended:
        Program(commands={"write": command}).main(["write"])
    assert ended.value.code == 128 + number
    assert not list(tmp_path.iterdir())
    # The next run is another one.
    with whole_file(target) as file:
        file.write(b"a")
    assert target.exists()


class Finalised:
    """Its finaliser is where a signal arrives."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.kill(os.getpid(), self.number)
        time.sleep(0.01)


@posix
def test_a_signal_that_a_finaliser_swallows_is_told_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    @click.command()
    def command() -> None:
        Finalised(signal.SIGTERM)
        time.sleep(5)

    began = time.monotonic()
    with pytest.raises(SystemExit) as ended:
        Program(commands={"wait": command}).main(["wait"])
    assert ended.value.code == 143
    assert time.monotonic() - began < 4
    assert capsys.readouterr().err == "sheetnet: told to end\n"


def test_a_file_of_another_run_stays(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with whole_file(path) as first:
        first.write(b"first")
        with whole_file(path) as second:
            second.write(b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture(autouse=True)
def look_for_leftovers_again() -> Iterator[None]:
    folders._remove_leftovers.cache_clear()
    yield
    folders._remove_leftovers.cache_clear()


def test_no_folder_is_left_by_what_fails(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with pytest.raises(ZeroDivisionError), WorkFolder() as work:
        (work.path / "a").write_text("a")
        raise ZeroDivisionError
    assert not list(temporary.iterdir())
    shutil.rmtree(temporary)
    with pytest.raises(SheetnetError, match="TMPDIR"):
        WorkFolder()


def test_a_failure_leaves_no_folder_that_was_made_for_it(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "there" / "new" / "a.xlsx"):
        raise ZeroDivisionError
    assert [*tmp_path.rglob("*")] == [tmp_path / "there"]


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    with pytest.raises(SheetnetError, match="is a pipe or a device"):
        build("mazur", tmp_path / "pipe.xlsx")
