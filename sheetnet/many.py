"""Several lessons at once: each is built for itself, so all processors work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sheetnet.building import build_each, expect
from sheetnet.estimate import Estimate
from sheetnet.lessons.subjects import subject_of

Found = TypeVar("Found")


@dataclass(frozen=True)
class Job:
    """A lesson by its text, the name that errors call it by, where its workbooks go, and the
    folder of its file."""

    text: str
    name: str
    paths: tuple[Path, ...]
    folder: Any = None


def build_many(jobs: Sequence[Job]) -> Iterator[Job]:
    """Build them side by side; yields each when it is done. Raises `SheetnetError`."""
    for job, _ in _side_by_side(_build, jobs):
        yield job


def expect_many(jobs: Sequence[Job]) -> Iterator[tuple[Job, list[Estimate]]]:
    """What `build_many` would make, likewise: an estimate for each of a job's paths."""
    yield from _side_by_side(_expect, jobs)


def _side_by_side(
    task: Callable[[Any, Job], Found], jobs: Sequence[Job]
) -> Iterator[tuple[Job, Found]]:
    from joblib import Parallel, delayed

    workers = Parallel(n_jobs=-1, return_as="generator_unordered")
    yield from workers(delayed(_done)(task, job) for job in jobs)


def _done(task: Callable[[Any, Job], Found], job: Job) -> tuple[Job, Found]:
    """In a process of its own: it reads the text anew, since functions do not travel."""
    kind = subject_of(job.text, job.name)
    return job, task(kind.lesson(job.text, job.name, None, job.folder), job)


def _build(lesson: Any, job: Job) -> None:
    build_each(lesson, job.paths)


def _expect(lesson: Any, job: Job) -> list[Estimate]:
    return expect(lesson, job.paths)
