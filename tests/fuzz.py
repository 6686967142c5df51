"""`python -m tests.fuzz N [SEED]`: N damaged workbooks and lessons, and what is answered.

Each is drawn from the seed and its own number, so that one can be made again. Bytes, parts,
elements, cells, entries of the index and repetitions of workbooks in both formats are changed,
and lessons. Every answer must be 0, 1 or 2, with a sentence, within 15 s and 1 GiB.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sheetnet.lessons.catalogue import shipped
from tests.hostile import Parts, built, parts_of, zipped
from tests.trial import Answer, trials

#: What may stand anywhere, and should not.
NASTY = [
    *("", " ", "0", "-1", "1", "1e-320", "1.7e308", "1e400", "NaN", "INF", "TRUE", "#REF!", "✗"),
    *("99999999999", "1048577", "A1", "XFD1048576", "A1:XFD1048576", "$A$1", "=1+1", "of:=[.A1]"),
    *("1" * 400, "a" * 40_000, "\u202e\u200b", "_x001B_[31m", "'", "&#27;[31m", "&#0;", "&lt;"),
    *("SUM(A1:XFD1048576)", "A1", "1/0", "(" * 300, "-" * 300 + "1", "{1,2;3}", "[1]a!A1"),
    *("step", "unit", "step, step", "step=0", "step=99999999999", "step=1,unit=1", "weight"),
    *("block", "original", "lesson", "lesson+", "version", "format", "digest", "no", "yes"),
]
TAG = re.compile(rb"<[^<>]*>")
VALUE = re.compile(rb'="([^"]*)"')
TEXT = re.compile(rb">([^<>]+)<")
#: A part is damaged in so many places, at most.
MOST = 6


@dataclass(frozen=True)
class Subject:
    """What is damaged: workbooks by format, as files and as parts, and lessons' texts."""

    files: dict[str, bytes]
    parts: dict[str, Parts]
    lessons: list[str]


def subject(folder: Path) -> Subject:
    paths = built(folder)
    lessons = [file.read_text(encoding="utf-8") for file in shipped().values()]
    # Short runs: what is looked for is what is refused, and how.
    lessons = [re.sub(r"steps *= *\d+", "steps = 2", text) for text in lessons]
    return Subject(
        {kind: path.read_bytes() for kind, path in paths.items()},
        {kind: parts_of(path) for kind, path in paths.items()},
        lessons,
    )


def nasty(draw: random.Random) -> bytes:
    return draw.choice(NASTY).encode()


def in_bytes(content: bytes, draw: random.Random) -> bytes:
    """Some bytes changed, removed or doubled."""
    result = bytearray(content)
    for _ in range(draw.randrange(1, MOST)):
        place = draw.randrange(max(1, len(result)))
        match draw.randrange(3):
            case 0:
                result[place : place + 1] = bytes([draw.randrange(256)])
            case 1:
                del result[place : place + draw.randrange(1, 40)]
            case _:
                result[place:place] = result[place : place + draw.randrange(1, 40)]
    return bytes(result)


def in_places(content: bytes, pattern: re.Pattern[bytes], draw: random.Random) -> bytes:
    """What some matches of a pattern hold, replaced by something nasty."""
    found = [match.span(1) for match in pattern.finditer(content)]
    for start, end in sorted(draw.sample(found, min(len(found), draw.randrange(1, MOST))))[::-1]:
        content = content[:start] + nasty(draw) + content[end:]
    return content


def in_elements(content: bytes, draw: random.Random) -> bytes:
    """Tags removed, doubled, or put elsewhere."""
    tags = [match.span() for match in TAG.finditer(content)]
    for start, end in sorted(draw.sample(tags, min(len(tags), draw.randrange(1, MOST))))[::-1]:
        tag = content[start:end]
        match draw.randrange(3):
            case 0:
                content = content[:start] + content[end:]
            case 1:
                content = content[:start] + tag * draw.choice([2, 3, 1000]) + content[end:]
            case _:
                other = draw.choice(tags)[0]
                content = content[:other] + tag + content[other:]
    return content


def sheets(parts: Parts) -> list[str]:
    return [name for name in parts if "worksheets/sheet" in name and "_rels" not in name] or [
        "content.xml"
    ]


def with_part(parts: Parts, name: str, content: bytes) -> Parts:
    return {**parts, name: content}


def parts_damaged(parts: Parts, draw: random.Random) -> Parts:
    name = draw.choice(list(parts))
    match draw.randrange(4):
        case 0:
            return {part: content for part, content in parts.items() if part != name}
        case 1:
            return with_part(parts, name, parts[draw.choice(list(parts))])
        case _:
            return with_part(parts, name, in_bytes(parts[name], draw))


def elements_damaged(parts: Parts, draw: random.Random) -> Parts:
    name = draw.choice([n for n in parts if n.endswith((".xml", ".rels"))])
    return with_part(parts, name, in_elements(parts[name], draw))


def cells_damaged(parts: Parts, draw: random.Random) -> Parts:
    name = draw.choice(sheets(parts))
    return with_part(parts, name, in_places(parts[name], draw.choice([VALUE, TEXT]), draw))


def index_damaged(parts: Parts, draw: random.Random) -> Parts:
    """Cells of the last sheet, which is the index."""
    name = sheets(parts)[-1]
    content = parts[name]
    start = content.find(b'table:name="Index"') if name == "content.xml" else 0
    head, tail = content[:start], content[start:]
    return with_part(parts, name, head + in_places(tail, TEXT, draw))


def repeated(parts: Parts, draw: random.Random) -> Parts:
    """Rows or cells that stand there many times."""
    name = draw.choice(sheets(parts))
    content = parts[name]
    count = draw.choice([2, 1000, 100_000, 1_048_576, 10**9])
    if name == "content.xml":
        element = draw.choice([b"<table:table-row", b"<table:table-cell"])
        side = b"rows" if element.endswith(b"row") else b"columns"
        places = [m.start() for m in re.finditer(element, content)]
        place = draw.choice(places) + len(element)
        more = b' table:number-%b-repeated="%d"' % (side, count)
        return with_part(parts, name, content[:place] + more + content[place:])
    rows = [match.span() for match in re.finditer(rb"<row .*?</row>", content)]
    if not rows:
        return parts
    start, end = draw.choice(rows)
    bare = re.sub(rb' r="[^"]*"', b"", content[start:end])
    times = min(count, 30_000_000 // len(bare))
    return with_part(parts, name, content[:end] + bare * times + content[end:])


WORKBOOKS: dict[str, Callable[[Parts, random.Random], Parts]] = {
    "parts": parts_damaged,
    "elements": elements_damaged,
    "cells": cells_damaged,
    "index": index_damaged,
    "repetitions": repeated,
}
WORD = re.compile(r"[A-Za-z_]+|[0-9.eE+-]+|\"[^\"]*\"|\S")


def lesson_damaged(text: str, draw: random.Random) -> bytes:
    if draw.randrange(3) == 0:
        return in_bytes(text.encode(), draw)
    words = list(WORD.finditer(text))
    for match in sorted(draw.sample(words, draw.randrange(1, MOST)), key=lambda m: -m.start()):
        word = match[0]
        new = draw.choice(
            ["", word * 2, draw.choice(words)[0], draw.choice(NASTY), f"{word}.{word}"]
        )
        text = text[: match.start()] + new + text[match.end() :]
    return text.encode("utf-8", "replace")


@dataclass(frozen=True)
class Case:
    """A damaged file: its number, what was damaged, and the command that gets it."""

    number: int
    kind: str
    arguments: tuple[str, ...]


def cases(count: int, seed: int, folder: Path, about: Subject, deep: int = 4) -> Iterator[Case]:
    """Damaged files, one after another at the same place. Every `deep`th is verified or built."""
    for number in range(count):
        draw = random.Random(f"{seed} {number}")
        whole = number % deep == 0
        kind = draw.choice(["bytes", *WORKBOOKS, "lessons", "lessons"])
        if kind == "lessons":
            path = folder / "fuzz.toml"
            path.write_bytes(lesson_damaged(draw.choice(about.lessons), draw))
            target = str(folder / "fuzz.out.xlsx")
            arguments = ("build", str(path), "-o", target) if whole else ("train", str(path))
        else:
            form = draw.choice(["xlsx", "ods"])
            path = folder / f"fuzz.{form}"
            if kind == "bytes":
                path.write_bytes(in_bytes(about.files[form], draw))
            else:
                zipped(path, WORKBOOKS[kind](about.parts[form], draw))
            arguments = ("verify" if whole else "inspect", str(path))
        yield Case(number, kind, arguments)


@dataclass
class Report:
    """What came of it."""

    answers: Counter[tuple[str, int | None]]
    slowest: tuple[float, int]
    largest: tuple[int, int]
    wrong: list[str]


def fuzz(
    count: int, seed: int, tell: Callable[[int], None] = lambda number: None, deep: int = 4
) -> Report:
    """Try so many files."""
    report = Report(Counter(), (0.0, 0), (0, 0), [])
    with tempfile.TemporaryDirectory(prefix="sheetnet-fuzz-") as name, trials() as room:
        folder = Path(name)
        for case in cases(count, seed, folder, subject(folder), deep):
            answer: Answer = room.run(*case.arguments)
            report.answers[case.kind, answer.status] += 1
            report.slowest = max(report.slowest, (answer.seconds, case.number))
            report.largest = max(report.largest, (answer.memory, case.number))
            if answer.wrong:
                what = f"{case.number} ({case.kind}, {case.arguments[0]}): {answer.wrong}"
                report.wrong.append(what)
            tell(case.number + 1)
    return report


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2 or not all(a.isdigit() for a in arguments):
        print("usage: python -m tests.fuzz N [SEED]", file=sys.stderr)
        return 2
    count, seed = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 1

    def tell(number: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{number} of {count}", end="\r", file=sys.stderr)

    began = time.monotonic()
    report = fuzz(count, seed, tell)
    print(f"{count} files, seed {seed}, {time.monotonic() - began:.0f} s")
    kinds = sorted({kind for kind, _ in report.answers})
    print(f"{'damaged':14}{'tried':>7}{'0':>7}{'1':>7}{'2':>7}{'other':>7}")
    for kind in kinds:
        by = [report.answers[kind, status] for status in (0, 1, 2)]
        tried = sum(number for (k, _), number in report.answers.items() if k == kind)
        print(f"{kind:14}{tried:7}{by[0]:7}{by[1]:7}{by[2]:7}{tried - sum(by):7}")
    print(f"worst time {report.slowest[0]:.1f} s (file {report.slowest[1]}), ", end="")
    print(f"worst memory {report.largest[0] / 2**20:,.0f} MiB (file {report.largest[1]})")
    for line in report.wrong:
        print(line)
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
