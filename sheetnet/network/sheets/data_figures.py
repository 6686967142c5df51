"""The top of Data: how many are right, what is taken for what, the curves of both sets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sheetnet.expressions.formula import Expression, call, equal
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.penalties import PENALTY
from sheetnet.network.sheets import cut_off, own
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.data_places import (
    CHART_COLUMN,
    FIGURES_ROW,
    LEFT,
    NAME,
    DataPlaces,
    class_names,
)
from sheetnet.network.sheets.evaluation import Evaluation
from sheetnet.network.sheets.predictions import Predictions, found
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import ColourScale, Sheet

#: The columns of the figures: set, examples, right, their share, cost.
COUNT, RIGHT, SHARE = LEFT + 2, LEFT + 3, LEFT + 4
WHOLE = styles.NUMBER.but(number_format="0", horizontal="center")
WIDTH, HEIGHT = 11.6, 8.0
#: The colour and the dash of the curves of the training set and of the test set.
LOOKS = ((styles.ORANGE, ""), (styles.BLUE, "dash"))
CONFUSION_LOW, CONFUSION_HIGH = "FFFFFF", "FDC79B"


def write_figures(
    context: Context,
    sheet: Sheet,
    places: DataPlaces,
    predictions: Predictions,
    evaluation: Evaluation | None,
) -> None:
    """All that stands above the examples."""
    _write_counts(context, sheet, places, predictions)
    if places.named:
        for number in range(len(places.sets)):
            _write_confusion(context, sheet, places, predictions, number, class_names(context))
    if evaluation:
        _write_curves(context, sheet, places, evaluation)


def cost_column(places: DataPlaces) -> int:
    """Where the costs of the sets stand."""
    return SHARE + 1 if places.classified else RIGHT


def _write_counts(
    context: Context, sheet: Sheet, places: DataPlaces, predictions: Predictions
) -> None:
    row = FIGURES_ROW
    title = "At step"
    sheet.put(row, LEFT, title, styles.LABEL.but(bold=True))
    look = styles.NUMBER.but(bold=True, number_format="0", horizontal="left")
    sheet.put(row, LEFT + 1, context.step, look, claim=lambda numbers: numbers.step)
    cost = cost_column(places)
    heads = {COUNT: "examples", cost: "cost"}
    if places.classified:
        heads |= {RIGHT: "right", SHARE: "accuracy"}
    for column, text in heads.items():
        sheet.put(row, column, text, styles.LABEL_CENTRE)
    divisor = context.net.reduction.divisor
    for number, name in enumerate(places.sets):
        row = FIGURES_ROW + 1 + number
        sheet.put(row, LEFT, f"{name} set", styles.LABEL)
        losses = predictions.column(predictions.loss, number)
        count = losses.shape[0]
        # Of their numbers: a run that diverges leaves losses that are none.
        examples = call("COUNT", predictions.column(1, number))
        sheet.put(row, COUNT, examples, WHOLE, claim=float(count))
        summed = call("SUM", losses)
        mean: Expression = summed if divisor(count) == 1 else summed / divisor(count)
        penalised = number == 0 and bool(context.net.penalties)
        if penalised:
            mean = mean + context.of_step(PENALTY)

        part = places.part(number)

        def of_set(
            numbers: Numbers,
            part: slice = part,
            by: int = divisor(count),
            penalised: bool = penalised,
        ) -> float:
            penalty = float(numbers.now(PENALTY)) if penalised else 0.0
            return float(found(numbers).losses[part].sum() / by) + penalty

        bold = styles.FORWARD.but(bold=True, number_format=styles.FOUR)
        sheet.put(row, cost, mean, bold, claim=of_set)
        if not places.classified:
            continue

        def counted(numbers: Numbers, part: slice = part) -> float:
            return float(found(numbers).right[part].sum())

        right = predictions.column(predictions.right, number)
        sheet.put(row, RIGHT, call("SUM", right), WHOLE, claim=counted)
        percent = bold.but(number_format="0.0%")
        share = call("SUM", right) / count
        sheet.put(row, SHARE, share, percent, claim=lambda n, c=counted, size=count: c(n) / size)


def _confused(numbers: Numbers, part: slice, classes: int) -> FloatArray:
    """How often class i (rows) of a set is taken for class j (columns)."""
    held = found(numbers)
    counts = np.zeros((classes, classes))
    pairs = (held.target[part].astype(int) - 1, held.predicted[part].astype(int) - 1)
    np.add.at(counts, pairs, 1.0)
    return counts


def _write_confusion(
    context: Context,
    sheet: Sheet,
    places: DataPlaces,
    predictions: Predictions,
    number: int,
    names: list[str],
) -> None:
    top = places.confusion(number)
    title = f"{places.sets[number]} set: its class (rows), taken for (columns)"
    sheet.put(top, LEFT, title, styles.LABEL.but(bold=True, size=9))
    own, taken = (predictions.column(c, number) for c in (predictions.own, predictions.predicted))
    classes = len(names)
    look = WHOLE.but(borders="ltrb", border_colour=styles.HAIR)
    for i, name in enumerate(names):
        sheet.put(top + 2 + i, LEFT, name, styles.LABEL_RIGHT.but(size=9))
        sheet.merge(top + 2 + i, LEFT, top + 2 + i, LEFT + 1)
        sheet.put(top + 1, LEFT + 2 + i, name, styles.LABEL_CENTRE.but(size=9))
        for j in range(classes):
            both = call("SUMPRODUCT", equal(own, i + 1) * equal(taken, j + 1))
            right = look.but(bold=True) if i == j else look
            sheet.put(top + 2 + i, LEFT + 2 + j, both, right)
    lengths = {"class": classes, "predicted": classes}
    block = Block("", None, NAME, top + 2, LEFT + 2, ("class",), ("predicted",), lengths)
    sheet.claim(block, lambda numbers: _confused(numbers, places.part(number), classes))
    sheet.formats.append(
        ColourScale(block.whole(), CONFUSION_LOW, CONFUSION_LOW, CONFUSION_HIGH, spread=True)
    )


def _write_curves(
    context: Context, sheet: Sheet, places: DataPlaces, evaluation: Evaluation
) -> None:
    """Cost and accuracy of both sets over the steps."""
    x = evaluation.column(1)
    axis = Axis("step", minimum=0, maximum=max(context.steps, 1))
    sets = " and of the ".join(f"{name} set" for name in places.sets)
    curves = [
        Series(
            evaluation.column(evaluation.drawn + number), x, f"{name} set", colour=colour, dash=dash
        )
        for number, (name, (colour, dash)) in enumerate(zip(places.sets, LOOKS, strict=False))
    ]
    series = list(curves)
    if context.net.batch:
        cost = own.live_curve(context)
        series.insert(0, Series(cost, x, "batch", colour=styles.PALE, width=0.75))
    if cut_off.may_diverge(context):
        cut_off.write_cost(context, sheet, (FIGURES_ROW - 1, CHART_COLUMN))
    charts = [
        Chart(
            FIGURES_ROW,
            CHART_COLUMN,
            WIDTH,
            HEIGHT,
            tuple(series),
            f"The cost over the steps, of the {sets}",
            axis,
            Axis(minimum=0, gridlines=True),
            "Cost",
            legend=len(series) > 1,
        )
    ]
    if places.classified:
        shares = [
            replace(curve, y=evaluation.column(evaluation.accuracy + number))
            for number, curve in enumerate(curves)
        ]
        y = Axis(minimum=0, maximum=1, gridlines=True, number_format="0%")
        charts.append(
            replace(
                charts[0],
                column=CHART_COLUMN + 7,
                series=tuple(shares),
                legend=len(shares) > 1,
                y=y,
                title="Accuracy",
                alt_text=f"The share of examples that are right, over the steps, of the {sets}",
            )
        )
    sheet.charts += charts
