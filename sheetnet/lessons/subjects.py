"""The kinds of lessons. To add one, write a `Subject` and name its module in `SUBJECTS`.

The command line, the proof and the index see nothing of a lesson but its subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from sheetnet.errors import SheetnetError
from sheetnet.lessons.errors import suggest
from sheetnet.lessons.files import find, folder_of, parse, read_text
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import Array, Key, Knob, Settings

NETWORK = "network"
CALCULUS = "calculus"


class AnyLesson(Protocol):
    """What every kind of lesson says of itself; `text` is its file's text, `name` the file."""

    title: str
    source: str

    @property
    def name(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def folder(self) -> Any: ...

    @property
    def beside(self) -> tuple[str, ...]: ...


class Reader(Protocol):
    """Makes a lesson of its file's text; see `Subject`."""

    def __call__(
        self,
        text: str,
        name: str,
        originals: Mapping[Key, Array] | None,
        folder: Any = None,
        /,
    ) -> Any: ...


@dataclass(frozen=True)
class Subject:
    """A kind of lesson.

    `lesson(text, name, originals, folder)` reads a file's text, `name` being what errors call it,
    `originals` the arrays that it leaves out (or None: then files that it names are read, from
    `folder`); `knobs(lesson)` are its inputs;
    `numbers(lesson, settings)` computes all that claims are made of, with NumPy; `book(lesson,
    numbers)` is its workbook; `array(numbers, block)` is what a block of the index must hold,
    as rows × columns, and of what size the numbers are that it is a difference of (0: of none),
    or None where a block of that quantity is not known here; `steady(numbers)` says whether
    programs can be expected to agree on them: a last bit does not grow beyond what is compared;
    `decoder(numbers)` reads the symbols of its written mathematics (see `proof.readings`); None,
    where it writes none.
    All raise `SheetnetError`. `count(lesson)` is how many numbers its workbook holds at the
    least, known before they are computed; `steps(lesson)` how many steps they are of,
    `check(lesson)` refuses what no workbook can hold, before anything is computed;
    `shortened(lesson, steps)` the same lesson with fewer, and `smaller(lesson, most)` says which
    number of the lesson to make how small for `most` numbers. `schema()` is the JSON Schema of
    its files. `rounded(numbers)` are others that differ in the last bits of what goes in, by which
    those that are not steady are compared.
    """

    key: str
    lesson: Reader
    knobs: Callable[[Any], list[Knob]]
    numbers: Callable[[Any, Settings], Any]
    book: Callable[[Any, Any], Book]
    array: Callable[[Any, Block], tuple[Array, float] | None]
    steady: Callable[[Any], bool]
    decoder: Callable[[Any], Any]
    count: Callable[[Any], int] = lambda lesson: 0
    check: Callable[[Any], None] = lambda lesson: None
    steps: Callable[[Any], int] = lambda lesson: 0
    shortened: Callable[[Any, int], Any] = lambda lesson, steps: lesson
    smaller: Callable[[Any, int], str] = lambda lesson, most: "make it smaller"
    schema: Callable[[], dict[str, Any]] = dict
    rounded: Callable[[Any], Iterable[Any]] = lambda numbers: ()


#: A kind's name, and its `Subject` or the module that has it as `SUBJECT`.
SUBJECTS: dict[str, str | Subject] = {
    NETWORK: "sheetnet.network.subject",
    CALCULUS: "sheetnet.calculus.subject",
}


def subject(kind: str) -> Subject:
    """The subject of that name."""
    found = SUBJECTS[kind]
    if isinstance(found, Subject):
        return found
    result: Subject = import_module(found).SUBJECT
    return result


def subject_of(text: str, name: str) -> Subject:
    """The subject that a lesson file's text names. Raises `SheetnetError`."""
    kind = parse(text, name).get("kind", NETWORK)
    if not isinstance(kind, str) or kind not in SUBJECTS:
        raise SheetnetError(
            f"{name}: kind: unknown kind of lesson {str(kind)[:40]!r}: "
            + suggest(str(kind)[:40], SUBJECTS)
        )
    return subject(kind)


def load(name: str | Path) -> tuple[Subject, Any]:
    """A lesson of any kind, by its name or path, and its subject. Raises `SheetnetError`."""
    path = find(name)
    text = read_text(path)
    found = subject_of(text, str(path))
    return found, found.lesson(text, str(path), None, folder_of(path))
