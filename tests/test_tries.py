"""What the shipped lessons ask a learner to try: the answers, typed and looked at in IronCalc."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sheetnet import build, inspect
from sheetnet.lessons.catalogue import shipped
from sheetnet.lessons.parts import Try
from sheetnet.network.lesson import Lesson
from sheetnet.recalc import recalculate
from sheetnet.workbook.knobs import Key
from tests.books import block_array, cell_of

pytestmark = pytest.mark.programs

#: The order of the axes of the arrays that are looked at.
ORDER = ("step", "sample", "unit", "source")


class Workbook:
    """A lesson's workbook, as it is after something has been typed into it."""

    def __init__(self, name: str, path: Path, answer: str) -> None:
        self.own, self.path, self.answer = Lesson.load(name).settings, path, answer
        self.blocks = inspect(path)["blocks"]

    def typed(self, changes: dict[Key, Any]) -> Callable[..., Any]:
        """What the run holds after some inputs were typed: quantity and layer to an array."""
        knobs = {(b["quantity"], b["layer"]): b for b in self.blocks if not b["live"]}
        edits = {}
        for key, value in changes.items():
            array = np.broadcast_to(value, self.own[key].shape)
            for (row, column), number in np.ndenumerate(np.atleast_2d(array)):
                place = (column, 0) if array.ndim == 1 else (row, column)
                edits[cell_of(knobs[key], *place)] = float(number)
        [values] = recalculate(self.path, "ironcalc", [edits])

        def held(quantity: str, layer: int | None = None) -> Any:
            [block] = [
                b
                for b in self.blocks
                if (b["quantity"], b["layer"]) == (quantity, layer) and "step" in b["rows"]
            ]
            own = (*block["rows"], *block["columns"])
            return block_array(block, values, tuple(axis for axis in ORDER if axis in own))

        return held

    def says(self, *numbers: float) -> None:
        """The answer tells these numbers, and with these digits."""
        told = re.findall(r"−?\d+\.\d{4}", self.answer)
        for number in numbers:
            assert f"{number:.4f}".replace("-", "−") in told, (number, told)


def _falls(costs: Any) -> bool:
    return bool((np.diff(costs) < 0).all())


def mazur_faster(book: Workbook) -> None:
    own, fast = (book.typed({("learning_rate", None): rate})("cost") for rate in (0.5, 5.0))
    assert _falls(fast) and fast[10] < own[100] < own[99]
    book.says(fast[10], own[100])


def mazur_cut_off(book: Workbook) -> None:
    weights = book.own["weight", 2].copy()
    weights[:, 0] = 0.0
    held = book.typed({("weight", 2): weights})
    hidden, output = held("delta", 1)[:, 0], held("delta", 2)[:, 0]
    assert hidden[0, 0] == 0
    assert hidden[0, 1] != 0 and output[0].all()
    assert hidden[1].all() and output[1].all() and held("weight", 2)[1, :, 0].all()


def mazur_swapped(book: Workbook) -> None:
    outputs = book.typed({("target", None): [[0.99, 0.01]]})("activation", 2)[:, 0]
    changed = outputs[:, 0] > outputs[:, 1]
    assert changed.argmax() == 2 and changed[2:].all() and "At step 2 " in book.answer
    book.says(*outputs[100])


def dustbunny_rates(book: Workbook) -> None:
    slow, own, fast = (
        book.typed({("learning_rate", None): rate})("cost") for rate in (0.05, 0.5, 5.0)
    )
    assert fast[1] < slow[100] < fast[0]
    assert own[10] < slow[100] < own[9]
    book.says(slow[100], fast[1])


def dustbunny_saturated(book: Workbook) -> None:
    biases = book.own["bias", 1].copy()
    biases[0] = 4.0
    now, own = (book.typed({("bias", 1): b}) for b in (biases, book.own["bias", 1]))
    values = [held("activation", 1)[0, 0, 0] for held in (now, own)]
    book.says(values[0], *(a * (1 - a) for a in values))
    book.says(*(held("delta", 1)[0, 0, 0] for held in (now, own)))
    gradients = [np.abs(held("weight_gradient", 1)[0, 0]) for held in (now, own)]
    assert (gradients[0] < gradients[1] / 5).all()


def dustbunny_signs(book: Workbook) -> None:
    held = book.typed({("target", None): [[0.9, 0.1]]})
    turned = {}
    for key in (("weight", 1), ("bias", 1), ("weight", 2), ("bias", 2)):
        array = held(*key)
        for place in np.argwhere(np.sign(array[-1]) != np.sign(array[0])):
            turned[(*key, *place.tolist())] = float(array[-1][tuple(place)])
    assert set(turned) == {("weight", 1, 0, 1), ("weight", 2, 1, 1), ("bias", 2, 1)}
    book.says(*turned.values())


def batch_signs(book: Workbook) -> None:
    deltas = book.typed({})("delta", 1)[0]
    second, fourth = deltas[1], deltas[3]
    assert (np.sign(second) != np.sign(fourth)).tolist() == [True, False, True]
    assert second[1] < 0 and fourth[1] < 0
    book.says(second[0], second[2], fourth[0], fourth[2])


def batch_zeros(book: Workbook) -> None:
    held = book.typed({("target", None): 0.0})
    assert (held("delta", 2)[0] > 0).all()
    book.says(*held("bias_gradient", 2)[0])
    assert (held("bias", 2)[1] < held("bias", 2)[0]).all()


def batch_alike(book: Workbook) -> None:
    same = book.typed({("weight", 1): 0.5, ("bias", 1): 0.0, ("weight", 2): 0.5})
    weights, out = same("weight", 1), same("weight", 2)
    np.testing.assert_allclose(weights, np.repeat(weights[:, :1], 3, axis=1), rtol=1e-9)
    np.testing.assert_allclose(out, np.repeat(out[:, :, :1], 3, axis=2), rtol=1e-9)
    book.says(same("cost")[-1], book.typed({})("cost")[-1])


def bhadani_slow(book: Workbook) -> None:
    held = book.typed({})
    first, last = ((held("weight", n)[-1] - held("weight", n)[0]).ravel() for n in (1, 3))
    book.says(*first, last.min(), last.max())


def bhadani_signs(book: Workbook) -> None:
    own, now = book.typed({}), book.typed({("target", None): 0.0})
    for layer in (1, 2, 3):
        for quantity in ("weight_gradient", "bias_gradient"):
            assert (own(quantity, layer)[0] * now(quantity, layer)[0] < 0).all()
    book.says(own("delta", 3)[0].item(), now("delta", 3)[0].item())


def bhadani_faster(book: Workbook) -> None:
    own, fast = book.typed({})("cost"), book.typed({("learning_rate", None): 5.0})("cost")
    assert _falls(fast) and fast[1] < own[100]
    book.says(fast[1], own[100])


ANSWERS: dict[str, list[Callable[[Workbook], None]]] = {
    "mazur": [mazur_faster, mazur_cut_off, mazur_swapped],
    "happydustbunny": [dustbunny_rates, dustbunny_saturated, dustbunny_signs],
    "batch-of-four": [batch_signs, batch_zeros, batch_alike],
    "bhadani-1-2-3-1": [bhadani_slow, bhadani_signs, bhadani_faster],
}


def test_every_try_of_a_shipped_lesson_has_an_answer_and_a_test() -> None:
    assert set(ANSWERS) == set(shipped("network"))
    for name, answers in ANSWERS.items():
        tries = Lesson.load(name).try_
        assert len(tries) == len(answers)
        assert all(isinstance(one, Try) for one in tries)


@pytest.mark.parametrize(
    ("name", "number"), [(name, n) for name, all_ in ANSWERS.items() for n in range(len(all_))]
)
def test_the_answer_is_what_is_seen(name: str, number: int, tmp_path: Path) -> None:
    one = Lesson.load(name).try_[number]
    assert isinstance(one, Try)
    path = build(name, tmp_path / f"{name}.xlsx")
    ANSWERS[name][number](Workbook(name, path, one.answer))
