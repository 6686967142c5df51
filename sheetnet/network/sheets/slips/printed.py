"""Numbers that a document prints wrongly, as the lesson file lists them (`[[published]]`).

Each is computed twice from cells of Training: by the formula of the panel `published`, and
another way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sheetnet.expressions.formula import Expression, Number, exp, guard, minimum, total, when
from sheetnet.network import published
from sheetnet.network.activations import LARGEST_EXPONENT
from sheetnet.network.losses import LOWEST_LOGARITHM
from sheetnet.network.numbers import Numbers
from sheetnet.network.published import Place, Printed
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    SAMPLE,
    SOURCE,
    STEP,
    TARGET,
    UNIT,
    WEIGHT,
    Quantity,
    Z,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.panels.published_formulas import formula_of, symbol_of
from sheetnet.network.sheets.slips.slip import Proof, Slip
from sheetnet.workbook.model import Quoted


def slips(context: Context) -> Iterator[Slip]:
    """The slips among the lesson's published numbers, each place and number once."""
    seen: set[tuple[Place, str]] = set()
    for group in context.lesson.published:
        for one in group.numbers:
            place = published.place_of(context.net, one, group.step, one.of)
            if one.right and (place, one.printed) not in seen:
                seen.add((place, one.printed))
                yield _slip(context, group.title, one, place)


def _slip(context: Context, title: str, one: Printed, place: Place) -> Slip:
    symbol = symbol_of(context, place)
    after = f"after {place.step} step{'s' * (place.step > 1)}, " if place.step else ""
    return Slip(
        Quoted(title),
        symbol + f" = {one.printed}",
        symbol + f" = {one.right}",
        f"{after}measured: {_way(place)}",
        lambda _: _proof(context, one, place),
    )


def _proof(context: Context, one: Printed, place: Place) -> Proof | None:
    other = MEASURED.get(place.name, _on_training)(context, place)
    if other is None:
        return None

    def value(numbers: Numbers) -> float:
        return published.value(numbers, place)

    def measured(numbers: Numbers) -> float:
        found = published.new_less_old if place.name in published.CHANGED else published.value
        return found(numbers, place)

    return Proof(
        (Number(one.value), one.value),
        (formula_of(context, place), value),
        (other, measured),
        fine=True,
    )


def _way(place: Place) -> str:
    return {
        "complement": "1/(1 + eᶻ)",
        "activation_gradient": "by the gradients of the biases, or of z",
        "product_back": "by the gradient of the bias",
        "weight_change": "new − old on Training",
        "bias_change": "new − old on Training",
        "z_slope": "Training",
    }.get(place.name, "Training")


def _ref(context: Context, quantity: Quantity, layer: int, place: Place, **at: int) -> Expression:
    block = context.run(quantity, layer)
    index = {STEP: place.step, SAMPLE: place.sample} | at
    return block.ref(fixed=True, **index)


def _on_training(context: Context, place: Place) -> Expression | None:
    if place.name in published.KINDS:
        return None
    quantity = published.run_quantity(context.net, place.name, place.layer)
    index = {STEP: place.step, SAMPLE: place.sample} | place.at
    return context.run(quantity, place.layer).ref(fixed=True, **index)


def _sigmoid(context: Context, place: Place) -> bool:
    assert place.layer
    return context.dense[place.layer - 1].activation.name == "sigmoid"


def _complement(context: Context, place: Place) -> Expression | None:
    if not _sigmoid(context, place):
        return None
    assert place.layer
    z = _ref(context, Z, place.layer, place, **place.at)
    return 1 / (1 + exp(guard(minimum(LARGEST_EXPONENT, z))))


def _source(context: Context, place: Place) -> Expression | None:
    assert place.layer
    if place.layer == 1:
        return None
    return _ref(context, ACTIVATION, place.layer - 1, place, unit=place.at[SOURCE])


def _of_bias(context: Context, layer: int, unit: int, place: Place) -> Expression | None:
    """δ of a unit, where it is the gradient of its bias: of a single example."""
    if context.samples > 1 or context.dense[layer - 1].bias != BIAS:
        return None
    return _ref(context, BIAS.gradient, layer, place, unit=unit)


def _back(context: Context, place: Place) -> Expression | None:
    assert place.layer
    delta = _of_bias(context, place.layer, place.at[UNIT], place)
    weight = _ref(context, WEIGHT, place.layer, place, **place.at)
    return None if delta is None else delta * weight


def _by_activation(context: Context, place: Place) -> Expression | None:
    """Σ δ·w of the layer above; of the output the loss's slope, with e^z in ŷ's place."""
    layer, unit = place.layer, place.at[UNIT]
    assert layer
    if layer == context.depth:
        if not _sigmoid(context, place) or context.net.loss.name != "binary_cross_entropy":
            return None
        z = _ref(context, Z, layer, place, **place.at)
        target = context.fed(TARGET).ref(sample=place.sample, unit=unit, fixed=True)
        up, down = (exp(guard(minimum(LARGEST_EXPONENT, sign))) for sign in (z, -z))
        slope = -target * (1 + down) + (1 - target) * (1 + up)
        a = _ref(context, ACTIVATION, layer, place, **place.at)
        # As on Published: what is cut off has no derivative.
        return guard(when(a * (1 - a) <= exp(LOWEST_LOGARITHM), 0, slope))
    terms = []
    for above in range(context.sizes[layer + 1]):
        delta = _of_bias(context, layer + 1, above, place)
        if delta is None:
            return None
        terms.append(delta * _ref(context, WEIGHT, layer + 1, place, unit=above, source=unit))
    return total(terms)


def _change(context: Context, place: Place) -> Expression | None:
    parameter = published.CHANGED[place.name]
    run = context.run(parameter, place.layer)
    new, old = (
        run.ref(fixed=True, **{STEP: step}, **place.at) for step in (place.step + 1, place.step)
    )
    return new - old


MEASURED: dict[str, Callable[[Context, Place], Expression | None]] = {
    "complement": _complement,
    "z_slope": _source,
    "product_back": _back,
    "activation_gradient": _by_activation,
    "weight_change": _change,
    "bias_change": _change,
}
