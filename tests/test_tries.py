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
ORDER = ("step", "run", "split", "sample", "unit", "source")


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
                if (b["quantity"], b["layer"]) == (quantity, layer)
                if "step" in b["rows"] and "at" not in b
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


def bhadani_source(book: Workbook) -> None:
    held = book.typed({("input", None): -2.0})
    gradients = held("weight_gradient", 1)[0].ravel()
    assert held("delta", 3)[0].item() < 0 and (gradients > 0).all()
    assert (held("weight", 1)[-1] < held("weight", 1)[0]).all()
    assert (held("bias", 1)[-1] > held("bias", 1)[0]).all()
    book.says(*gradients)


def _mistakes(held: Callable[..., Any], targets: list[float]) -> Any:
    return np.abs(held("activation", 1)[:, :, 0] - np.array(targets)).sum(axis=1)


def _settled(held: Callable[..., Any], targets: list[float]) -> int:
    """The first step from which on no example is wrong."""
    wrong = _mistakes(held, targets) > 0
    assert not wrong[-1]
    return int(np.flatnonzero(wrong).max()) + 1


AND, OR, XOR = [0.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 0.0]


def perceptron_moves(book: Workbook) -> None:
    held = book.typed({})
    rows = np.column_stack([held("bias", 1)[:, 0], held("weight", 1)[:, 0]])
    moved = np.diff(rows, axis=0)
    assert (moved[0] != 0).tolist() == [True, False, False] and moved[0, 0] < 0
    assert (moved[1] != 0).tolist() == [True, False, True] and (moved[1] <= 0).all()
    assert (moved[3] > 0).all()
    book.says(rows[0, 0], rows[1, 0])


def perceptron_threshold(book: Workbook) -> None:
    own, held = book.typed({}), book.typed({("theta", 1): 0.5})
    assert (_settled(own, AND), _settled(held, AND)) == (30, 26)
    book.says(held("bias", 1)[-1, 0], own("bias", 1)[-1, 0])


def perceptron_or(book: Workbook) -> None:
    held = book.typed({("target", None): np.array([OR]).T})
    assert _settled(held, OR) == 29
    book.says(held("bias", 1)[-1, 0], *held("weight", 1)[-1, 0])


def xor_circle(book: Workbook) -> None:
    held = book.typed({})
    rows = np.column_stack([held("bias", 1)[:, 0], held("weight", 1)[:, 0]])
    np.testing.assert_allclose(rows[56], rows[60], atol=1e-12)
    assert (_mistakes(held, XOR) > 0).all()
    book.says(*rows[60])


def xor_small_steps(book: Workbook) -> None:
    for held in (book.typed({}), book.typed({("learning_rate", None): 0.01})):
        assert _mistakes(held, XOR)[-1] == 2 and (_mistakes(held, XOR) > 0).all()


def xor_or(book: Workbook) -> None:
    assert _settled(book.typed({("target", None): np.array([OR]).T}), OR) == 29


def _unmasked(book: Workbook, held: Callable[..., Any], step: int) -> Any:
    """2/N·Xᵀe and 2/N·1ᵀe."""
    x, y = book.own["input", None], book.own["target", None][:, 0]
    e = held("z", 1)[step, :, 0] - y
    return np.append(2 / len(y) * e @ x, 2 / len(y) * e.sum())


def relu_mask(book: Workbook) -> None:
    held = book.typed({})
    assert np.flatnonzero(held("z", 1)[0, :, 0] <= 0).tolist() == [3, 5, 6]
    gradient = [*held("weight_gradient", 1)[0, 0], held("bias_gradient", 1)[0, 0]]
    book.says(*gradient, *_unmasked(book, held, 0))


def relu_dead(book: Workbook) -> None:
    held = book.typed({("bias", 1): -5.0})
    assert not held("weight_gradient", 1).any() and not held("bias_gradient", 1).any()
    assert (held("cost") == held("cost")[0]).all()
    book.says(held("cost")[0], _unmasked(book, held, 0)[-1])


def relu_awake(book: Workbook) -> None:
    held = book.typed({("bias", 1): 2.0})
    for step in range(9):
        apart = _unmasked(book, held, step)[-1] - held("bias_gradient", 1)[step, 0]
        assert (abs(apart) < 1e-9) == (step < 8)
    assert np.flatnonzero(held("z", 1)[8, :, 0] <= 0).tolist() == [6]
    book.says(held("bias_gradient", 1)[0, 0])


def softmax_base(book: Workbook) -> None:
    own, now = book.typed({}), book.typed({("log_base", None): 10.0})
    book.says(now("cost")[0], own("cost")[0])
    book.says(now("delta", 2)[0, 0, 1], own("delta", 2)[0, 0, 1])
    np.testing.assert_allclose(now("activation", 2)[0], own("activation", 2)[0], rtol=1e-9)


def softmax_sum(book: Workbook) -> None:
    targets = np.array([[1.0, 0.0, 1.0]])
    held = book.typed({("target", None): targets})
    outputs = held("activation", 2)[:, 0]
    book.says((outputs[0, 0] - 1) / np.log(2), held("delta", 2)[0, 0, 0], *outputs[60])


def softmax_far(book: Workbook) -> None:
    held = book.typed({("bias", 2): [1000.1, 1000.0, 999.8]})
    outputs = held("activation", 2)[0, 0]
    np.testing.assert_allclose(outputs, book.typed({})("activation", 2)[0, 0], rtol=1e-9)
    book.says(*outputs)
    assert held("z", 2)[0].max() > 709


def squared_input(book: Workbook) -> None:
    gradients = book.typed({("input", None): [[0.9, 0.0]]})("weight_gradient", 1)[0]
    assert not gradients[:, 1].any() and gradients[:, 0].all()
    book.says(gradients[0, 0])


def squared_flat(book: Workbook) -> None:
    own, held = book.typed({}), book.typed({("bias", 2): [6.0, 0.1]})
    outputs = held("activation", 2)[:, 0, 0]
    a, before = outputs[0], own("activation", 2)[0, 0, 0]
    book.says(a, a * (1 - a), before * (1 - before), held("delta", 2)[0, 0, 0], a - 0.9)
    book.says(outputs[80])


def squared_reached(book: Workbook) -> None:
    held = book.typed({("target", None): [[0.6302, 0.4541]]})
    outputs = held("activation", 2)[0, 0]
    assert max(np.abs(held("delta", layer)[0]).max() for layer in (1, 2)) < 1e-4
    book.says(*(outputs * (1 - outputs)))


def wichmann_copy(book: Workbook) -> None:
    inputs, targets = (book.own[key, None].copy() for key in ("input", "target"))
    inputs[4], targets[4] = inputs[0], targets[0]
    held = book.typed({("input", None): inputs, ("target", None): targets})
    for layer in (1, 2, 3):
        for quantity in ("z", "activation", "delta"):
            first, fifth = held(quantity, layer)[0][[0, 4]]
            np.testing.assert_allclose(first, fifth, rtol=1e-9)
    book.says(held("delta", 3)[0, 0, 0] / 5)


def wichmann_far(book: Workbook) -> None:
    targets = book.own["target", None].copy()
    targets[:, 0] = 10.0
    costs = book.typed({("target", None): targets})("cost")
    book.says(costs[0], costs[1], costs[50])


def wichmann_layers(book: Workbook) -> None:
    held = book.typed({})
    book.says(*(np.abs(held("weight_gradient", layer)[0]).max() for layer in (3, 1)))


def xor_corner(book: Workbook) -> None:
    held = book.typed({})
    assert held("z", 1)[0, 1].tolist() == [1.0, 0.0] and not held("delta", 1).any()
    assert not held("weight_gradient", 1).any() and not held("cost").any()


def xor_dead(book: Workbook) -> None:
    targets = book.own["target", None].copy()
    targets[0] = 1.0
    held = book.typed({("target", None): targets})
    for layer in (1, 2):
        assert not held("weight_gradient", layer)[0].any()
    assert not held("bias_gradient", 1)[0].any()
    book.says(held("bias_gradient", 2)[0].item())


def xor_others(book: Workbook) -> None:
    held = book.typed({("bias", 1): [0.1, -1.0]})
    book.says(*held("activation", 2)[100].ravel(), held("bias", 1)[100, 0])


def rates_as_far(book: Workbook) -> None:
    costs = book.typed({})("compared_cost")
    assert (costs < 0.15).argmax(axis=0).tolist() == [0, 50, 20, 13, 10, 5]


def _with_last(book: Workbook, *rates: float) -> Any:
    values = book.own["compared_value", None].copy()
    values[-len(rates) :] = rates
    return values


def rates_large(book: Workbook) -> None:
    large, huge = (
        book.typed({("compared_value", None): _with_last(book, rate)})("compared_cost")[:, -1]
        for rate in (100.0, 1000.0)
    )
    assert f"{large[50]:.2e}" == "5.61e-05" and "5.61E-5" in book.answer
    assert large[50] < huge[50]
    np.testing.assert_allclose(huge[1:], 1e-4, rtol=1e-3)


def rates_swinging(book: Workbook) -> None:
    values = _with_last(book, 50.0, 100.0, 1000.0)
    costs = book.typed({("target", None): 0.5, ("compared_value", None): values})("compared_cost")
    rises = (np.diff(costs, axis=0) > 0).sum(axis=0).tolist()
    assert rises[-3:] == [2, 10, 1] and costs[50, -2] < 1e-3
    book.says(*costs[:2, -2], costs[50, -1])


def _weights(book: Workbook, value: float) -> dict[Key, Any]:
    return {key: value for key in book.own if key[0] == "weight"}


def xor_at_last(book: Workbook) -> None:
    held = book.typed({})
    outputs, wrong = held("activation", 2)[:, :, 0], held("accuracy")[:, 0] < 1
    book.says(*outputs[20], *outputs[100])
    assert ((outputs[20] >= 0.5) == [False, False, True, True]).all()
    assert held("accuracy")[[20, 100], 0].tolist() == [0.5, 1.0]
    assert np.flatnonzero(wrong).max() + 1 == 29


def xor_rates(book: Workbook) -> None:
    own, fast, huge = (book.typed({("learning_rate", None): rate}) for rate in (1.0, 3.0, 10.0))
    book.says(*(held("cost")[100] for held in (own, fast, huge)))
    assert huge("accuracy")[100, 0] == 0.5


def xor_nothing(book: Workbook) -> None:
    held = book.typed(_weights(book, 0.0))
    np.testing.assert_allclose(held("activation", 2), 0.5, rtol=1e-12)
    assert not held("activation", 1).any() and not held("delta", 1).any()
    assert not held("weight_gradient", 2).any()
    book.says(0.5, held("cost")[0], held("cost")[100])


def _percent(book: Workbook, *shares: float) -> None:
    """The answer tells these shares in percent."""
    for share in shares:
        assert f"{share:.1%}".replace("%", " %") in book.answer


def _taken(book: Workbook) -> list[list[list[int]]]:
    """Of both sets at step 60: how often class i is taken for class j, counted on Data."""
    [step] = [b for b in book.blocks if b["quantity"] == "chosen_step"]
    [values] = recalculate(book.path, "ironcalc", [{cell_of(step, 0, 0): 60.0}])
    first = {"training": 11, "test": 17}  # Data: the rows of the tables, from column D on
    squares = [values.area("Data", row, 4, row + 2, 6) for row in first.values()]
    return [[[round(float(n)) for n in line] for line in square] for square in squares]


def iris_kinds(book: Workbook) -> None:
    assert _taken(book) == [
        [[42, 0, 0], [0, 41, 1], [0, 2, 34]],
        [[8, 0, 0], [0, 7, 1], [0, 0, 14]],
    ]
    assert round(book.typed({})("accuracy")[0, 0] * 120, 9) == 21


def iris_slow(book: Workbook) -> None:
    own, slow = (book.typed({("learning_rate", None): rate}) for rate in (0.5, 0.05))
    book.says(slow("training_cost")[60], own("training_cost")[60])
    _percent(book, *slow("accuracy")[60])


def iris_fast(book: Workbook) -> None:
    own, fast = (book.typed({("learning_rate", None): rate}) for rate in (0.5, 3.0))
    for held in (own, fast):
        book.says(held("training_cost")[60], held("test_cost")[60])
        _percent(book, held("accuracy")[60, 0])
    costs = fast("training_cost")
    assert (np.diff(costs) > 0).sum() > 20
    book.says(costs[2], costs[3])


def moons_border(book: Workbook) -> None:
    shares = book.typed({})("accuracy")
    _percent(book, *shares[20])
    assert shares[100].tolist() == [1.0, 1.0]


def moons_momentum(book: Workbook) -> None:
    own, without = book.typed({}), book.typed({("momentum", None): 0.0})
    book.says(without("training_cost")[100], own("training_cost")[100])
    _percent(book, without("accuracy")[100, 0])


def moons_far(book: Workbook) -> None:
    own, far = (book.typed({("learning_rate", None): rate}) for rate in (0.3, 1.0))
    costs = far("training_cost")
    book.says(costs[5], costs[10], costs[100], own("training_cost")[100])


def spiral_apart(book: Workbook) -> None:
    held = book.typed({})
    training, test = held("training_cost"), held("test_cost")
    assert test.argmin() == 0
    book.says(test[0], test[80], training[0], training[80])
    _percent(book, *held("accuracy")[80])


def spiral_penalty(book: Workbook) -> None:
    held = book.typed({("l2", None): 0.01})
    book.says(held("test_cost")[80], book.typed({})("test_cost")[80])
    _percent(book, held("accuracy")[80, 0])


def spiral_flat(book: Workbook) -> None:
    held = book.typed({("l2", None): 0.05})
    outputs = held("activation", 3)[80].ravel()
    assert max(np.abs(held("weight", layer)[80]).max() for layer in (1, 2, 3)) < 0.02
    book.says(*outputs, held("training_cost")[80], np.log(2))


def sine_ends(book: Workbook) -> None:
    [step] = [b for b in book.blocks if b["quantity"] == "chosen_step"]
    [surface] = [b for b in book.blocks if b["quantity"] == "surface"]
    [values] = recalculate(book.path, "ironcalc", [{cell_of(step, 0, 0): 100.0}])
    outputs = block_array(surface, values, ("point", "unit"))[:, 0]
    end = np.abs(book.own["input", None]).max() * 1.5 + 2
    assert np.abs(book.own["test_input", None]).max() < end
    book.says(outputs[0], outputs[-1], np.sin(end), np.sin(-end), end)


def sine_noise(book: Workbook) -> None:
    held = book.typed({})
    book.says(held("training_cost")[100], held("test_cost")[100])
    for name in ("", "test_"):
        inputs, targets = book.own[f"{name}input", None], book.own[f"{name}target", None]
        book.says(((np.sin(inputs) - targets) ** 2).mean() / 2)


def sine_momentum(book: Workbook) -> None:
    own = book.typed({})("training_cost")
    without = book.typed({("momentum", None): 0.0})("training_cost")
    book.says(without[100], own[100])
    assert (own < without[100]).argmax() == 21


ANSWERS: dict[str, list[Callable[[Workbook], None]]] = {
    "learning-rates": [rates_as_far, rates_large, rates_swinging],
    "mazur": [mazur_faster, mazur_cut_off, mazur_swapped],
    "happydustbunny": [dustbunny_rates, dustbunny_saturated, dustbunny_signs],
    "batch-of-four": [batch_signs, batch_zeros, batch_alike],
    "bhadani-1-2-3-1": [bhadani_slow, bhadani_signs, bhadani_source, bhadani_faster],
    "bhadani-perceptron": [perceptron_moves, perceptron_threshold, perceptron_or],
    "bhadani-perceptron-xor": [xor_circle, xor_small_steps, xor_or],
    "bhadani-relu-neuron": [relu_mask, relu_dead, relu_awake],
    "sabine-softmax": [softmax_base, softmax_sum, softmax_far],
    "sabine-squared-error": [squared_input, squared_flat, squared_reached],
    "wichmann-general": [wichmann_copy, wichmann_far, wichmann_layers],
    "iris": [iris_kinds, iris_slow, iris_fast],
    "moons": [moons_border, moons_momentum, moons_far],
    "sine": [sine_ends, sine_noise, sine_momentum],
    "spiral": [spiral_apart, spiral_penalty, spiral_flat],
    "xor": [xor_at_last, xor_rates, xor_nothing],
    "xor-by-hand": [xor_corner, xor_dead, xor_others],
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
