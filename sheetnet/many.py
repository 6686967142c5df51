"""Several lessons at once: each is built for itself, so all processors work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sheetnet.building import build_each
from sheetnet.lessons.subjects import subject_of


@dataclass(frozen=True)
class Job:
    """A lesson by its text, the name that errors call it by, and where its workbooks go."""

    text: str
    name: str
    paths: tuple[Path, ...]


def build_many(jobs: Sequence[Job]) -> Iterator[Job]:
    """Build them side by side; yields each when it is done. Raises `SheetnetError`."""
    from joblib import Parallel, delayed

    workers = Parallel(n_jobs=-1, return_as="generator_unordered")
    yield from workers(delayed(_build)(job) for job in jobs)


def _build(job: Job) -> Job:
    """In a process of its own: it reads the text anew, since functions do not travel."""
    build_each(subject_of(job.text, job.name).lesson(job.text, job.name, None), job.paths)
    return job
