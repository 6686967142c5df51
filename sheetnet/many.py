"""Several lessons at once: each is built for itself, so all processors work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sheetnet.building import build_each
from sheetnet.lessons.subjects import subject_of


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
    from joblib import Parallel, delayed

    workers = Parallel(n_jobs=-1, return_as="generator_unordered")
    yield from workers(delayed(_build)(job) for job in jobs)


def _build(job: Job) -> Job:
    """In a process of its own: it reads the text anew, since functions do not travel."""
    kind = subject_of(job.text, job.name)
    build_each(kind.lesson(job.text, job.name, None, job.folder), job.paths)
    return job
