"""A few hundred damaged files, drawn from a seed (more by `python -m tests.fuzz`)."""

from __future__ import annotations

import random
from pathlib import Path

from tests.fuzz import cases, fuzz, lesson_damaged, subject


def test_every_answer_is_a_sentence_within_bounds() -> None:
    report = fuzz(200, 14, deep=20)
    assert not report.wrong
    answered = {status for _, status in report.answers}
    assert {0, 2} <= answered <= {0, 1, 2}
    assert len({kind for kind, _ in report.answers}) == 7


def test_a_seed_draws_the_same_files(tmp_path: Path) -> None:
    about = subject(tmp_path)
    kinds = [(case.number, case.kind, case.arguments) for case in cases(30, 3, tmp_path, about)]
    assert kinds == [(c.number, c.kind, c.arguments) for c in cases(30, 3, tmp_path, about)]
    text = about.lessons[0]
    assert lesson_damaged(text, random.Random(1)) == lesson_damaged(text, random.Random(1))
    assert lesson_damaged(text, random.Random(1)) != text.encode()
