"""Mutants made by hand: mistakes that teach something wrong, some of each module."""

from __future__ import annotations

from dataclasses import dataclass

from tests.mutants.source import ROOT, Mutant

NETWORK = "sheetnet/network"
SHEETS = f"{NETWORK}/sheets"
EXPRESSIONS = "sheetnet/expressions"
CALCULUS = "sheetnet/calculus"


@dataclass(frozen=True)
class ByHand:
    """A mistake: the text `old`, which stands in the module once, becomes `new`."""

    name: str
    path: str
    old: str
    new: str

    @property
    def mutant(self) -> Mutant:
        """Raises ValueError where the text does not stand there exactly once."""
        text = (ROOT / self.path).read_text(encoding="utf-8")
        if (count := text.count(self.old)) != 1:
            raise ValueError(
                f"by_hand.py, {self.name!r}: {self.old!r} stands {count} times in {self.path}: "
                "write the text that stands there once today"
            )
        start = len(text[: text.index(self.old)].encode())
        return Mutant(self.path, "by hand", start, start + len(self.old.encode()), self.new)


BY_HAND = [
    ByHand(
        "Network: a gradient is δ + a",
        f"{SHEETS}/network.py",
        "delta * Ref(NAME, row, left + 1)",
        "delta + Ref(NAME, row, left + 1)",
    ),
    ByHand(
        "Network: a product is a sum",
        f"{SHEETS}/network.py",
        "Ref(NAME, row, left + 1) * Ref(NAME, row, left + 3)",
        "Ref(NAME, row, left + 1) + Ref(NAME, row, left + 3)",
    ),
    ByHand(
        "Network: the sum leaves out the first product",
        f"{SHEETS}/network.py",
        "total(products) if",
        "total(products[1:]) if",
    ),
    ByHand(
        "Network: a bias that must stay learns",
        f"{SHEETS}/network.py",
        "new = lines.updated(context, self.picture, quantity, card.layer, at)",
        "new = cell",
    ),
    ByHand(
        "Network: the mean gradient is the one of another weight",
        f"{SHEETS}/network.py",
        "mean = context.of_step(quantity.gradient, card.layer, **place)",
        "mean = context.of_step(quantity.gradient, card.layer, **place | {UNIT: 0})",
    ),
    ByHand(
        "Network: the check compares δ with a",
        f"{SHEETS}/network.py",
        "context.of_step(q, card.layer, **place))",
        "context.of_step(ACTIVATION, card.layer, **place))",
    ),
    ByHand(
        "Matrices: W + γ·gradient",
        f"{SHEETS}/matrix_updates.py",
        "self._turn(moved), state",
        "-self._turn(moved), state",
    ),
    ByHand(
        "Matrices: a batch mean times N",
        f"{SHEETS}/matrix_updates.py",
        "divided(summed, self.divisor)",
        "divided(2 * summed, self.divisor)",
    ),
    ByHand(
        "Matrices: δ is a sum instead of a product",
        f"{SHEETS}/matrix_backward.py",
        "back.area * slopes.area",
        "back.area + slopes.area",
    ),
    ByHand(
        "Matrices: T − A where the loss and the sigmoid cancel",
        f"{SHEETS}/matrix_backward.py",
        "[self._turn(self.a[layer].area)], [targets.area], 0",
        "[targets.area], [self._turn(self.a[layer].area)], 0",
    ),
    ByHand(
        "Matrices: a bias meets a 2 instead of a 1",
        f"{SHEETS}/matrix_forward.py",
        "(biases, ALL), lambda r, c: 1.0",
        "(biases, ALL), lambda r, c: 2.0",
    ),
    ByHand(
        "Matrices: a constant slope grows with z",
        f"{SHEETS}/matrix_backward.py",
        "slope = slope + 0 * z",
        "slope = slope + 1 * z",
    ),
    ByHand(
        "Matrices: a slope stands beside the diagonal of D",
        f"{SHEETS}/matrix_backward.py",
        "if r != c:",
        "if r == c:",
    ),
    ByHand(
        "Matrices: H and Δ without 1/N",
        f"{SHEETS}/matrix_backward.py",
        "divided(found, self.divisor) if",
        "found if",
    ),
    ByHand(
        "Matrices: a bias that is a vector is not added",
        f"{SHEETS}/matrix_forward.py",
        "weighted.area + spread.area",
        "weighted.area + 0 * spread.area",
    ),
    ByHand(
        "Matrices: biases hear of the first example only",
        f"{SHEETS}/matrix_updates.py",
        "delta.part(slice(r, r + 1), slice(None))",
        "delta.part(slice(r, r + 1), slice(0, 1))",
    ),
    ByHand(
        "Losses: the squares of another document",
        f"{NETWORK}/arranging.py",
        "square(target - value)",
        "square(target + value)",
    ),
    ByHand(
        "Matrices: the checks pass where rows differ",
        f"{SHEETS}/matrix_writer.py",
        "apart <= 1e-9 * (1 + size)",
        "apart > 1e-9 * (1 + size)",
    ),
    ByHand(
        "Gradient check: a central difference over 3h",
        f"{SHEETS}/verdict_cells.py",
        "/ (2 * self.h)",
        "/ (3 * self.h)",
    ),
    ByHand(
        "Gradient check: apart is a sum",
        f"{SHEETS}/verdict_cells.py",
        "self.numeric - self.analytic)",
        "self.numeric + self.analytic)",
    ),
    ByHand(
        "Gradient check: the worst ratio is the best",
        f"{SHEETS}/gradient_check.py",
        "maximum(ratios)",
        "minimum(ratios)",
    ),
    ByHand(
        "Differences: a parameter moved by 2h",
        f"{SHEETS}/differences.py",
        "guard(when(is_own, context.h * Ref",
        "guard(when(is_own, 2 * context.h * Ref",
    ),
    ByHand(
        "Differences: the weights of step 0 whatever is chosen",
        f"{SHEETS}/context.py",
        "{STEP: self.step,",
        "{STEP: 0,",
    ),
    ByHand(
        "Network: the next example instead of the chosen one",
        f"{SHEETS}/context.py",
        "SAMPLE: self.sample - 1 if",
        "SAMPLE: self.sample if",
    ),
    ByHand(
        "Drawing: an edge upside down",
        f"{SHEETS}/drawing.py",
        "when(own, y, OUTSIDE)",
        "when(own, -y, OUTSIDE)",
    ),
    ByHand(
        "Drawing: middle weights drawn thick",
        f"{SHEETS}/drawing.py",
        "thirds - 2 * largest",
        "thirds - largest",
    ),
    ByHand(
        "Drawing: every label has the first unit's value",
        f"{SHEETS}/drawing.py",
        "value = plan.cell(quantity, own_layer, unit=unit)",
        "value = plan.cell(quantity, own_layer, unit=0)",
    ),
    ByHand(
        "Network as maps: z where δ is meant",
        f"{SHEETS}/maps.py",
        "[context.of_step(quantity, layer, unit=j) for j in units]",
        "[context.of_step(ACTIVATION, layer, unit=j) for j in units]",
    ),
    ByHand(
        "Start: the last cost is the first",
        f"{SHEETS}/start.py",
        "followed.told(cost.ref(step=step))",
        "followed.told(cost.ref(step=0))",
    ),
    ByHand(
        "Start: the sentence ends with the first cost",
        f"{SHEETS}/status.py",
        'join([f"✓ {what} comes down from ", start, " to ", end, "."])',
        'join([f"✓ {what} comes down from ", start, " to ", start, "."])',
    ),
    ByHand(
        "Chain rule: a path leaves out its last factor",
        f"{SHEETS}/path_cells.py",
        "for number in range(1, self.factors):\n            product",
        "for number in range(1, self.factors - 1):\n            product",
    ),
    ByHand(
        "Chain rule: the check divides by h",
        f"{SHEETS}/chain_rule.py",
        "cells.difference(),",
        "2 * cells.difference(),",
    ),
    ByHand(
        "Chain rule: what raises the cost is said to lower it",
        f"{SHEETS}/chain_rule.py",
        'effect = call("CHOOSE", call("SIGN", call("ROUND", value, 12)) + 2, *effects)',
        'effect = call("CHOOSE", 2 - call("SIGN", call("ROUND", value, 12)), *effects)',
    ),
    ByHand(
        "Parameters: δ + a where δ · a is meant",
        f"{SHEETS}/parameters.py",
        "delta * Ref(NAME, row, TIMES)",
        "delta + Ref(NAME, row, TIMES)",
    ),
    ByHand(
        "Descent: the tangent leans to the other side",
        f"{SHEETS}/descent.py",
        "here - slope * half",
        "here + slope * half",
    ),
    ByHand(
        "Descent: an overshoot is said to go down",
        f"{SHEETS}/descent.py",
        'call("ROUND", self.value(THERE) - self.value(HERE), CHANGE_DIGITS)',
        'call("ROUND", self.value(HERE) - self.value(THERE), CHANGE_DIGITS)',
    ),
    ByHand(
        "Descent: the moved weight is the starting one",
        f"{SHEETS}/moved.py",
        "value = value + mask * Ref(self.sheet.name, self._row, mover.column)",
        "value = value - mask * Ref(self.sheet.name, self._row, mover.column)",
    ),
    ByHand(
        "Surface: the map is a mirror image",
        f"{SHEETS}/surface_points.py",
        "Cell(low + (high - low) * Ref(POINTS, row, 1 + axis), GIVEN)",
        "Cell(high + (low - high) * Ref(POINTS, row, 1 + axis), GIVEN)",
    ),
    ByHand(
        "Progress: every target is the first",
        f"{SHEETS}/progress.py",
        "target = context.given(TARGET, unit)",
        "target = context.given(TARGET, 0)",
    ),
    ByHand(
        "Notation: a slip's right value is wrong",
        f"{SHEETS}/slips/happydustbunny.py",
        "(a * (1 - a), told(",
        "(a * (1 + a), told(",
    ),
    ByHand(
        "Factors: dc/db is δ twice",
        f"{SHEETS}/panels/factors.py",
        "lambda j, _: held.delta[j] * one",
        "lambda j, _: held.delta[j] + held.delta[j] * one",
    ),
    ByHand(
        "Long expressions: a term without its last factor",
        f"{SHEETS}/panels/long_expressions.py",
        "for cell in cells[1:]:",
        "for cell in cells[1:4]:",
    ),
    ByHand(
        "Diagonal matrices: the zeros are counted with the diagonal",
        f"{SHEETS}/panels/diagonal_matrices.py",
        "zeros = counted - Number(size)",
        "zeros = counted - Number(0)",
    ),
    ByHand(
        "Element and matrix: H is Δ without its slope",
        f"{SHEETS}/panels/element_and_matrix.py",
        "lambda i, m: self.at(delta, i, m) * self.at(slopes, i, m)",
        "lambda i, m: self.at(delta, i, m)",
    ),
    ByHand(
        "Moved activations: a difference over h",
        f"{SHEETS}/panels/moved_activations.py",
        "(2 * Number(H) * self.examples)",
        "(1 * Number(H) * self.examples)",
    ),
    ByHand(
        "Training: a perceptron learns from the example after the next",
        f"{NETWORK}/equations.py",
        "first + place if place else first, self.samples) + 1",
        "first + 1, self.samples) + 1",
    ),
    ByHand(
        "Perceptron: the update goes the wrong way",
        f"{SHEETS}/panels/perceptron.py",
        "rate * drawn(self.error) * x",
        "-rate * drawn(self.error) * x",
    ),
    ByHand(
        "ReLU neuron: the mask is left out of the product",
        f"{SHEETS}/panels/relu_vectors.py",
        'held["e"] * held["mask"]',
        'held["e"] * 1',
    ),
    ByHand(
        "Output gradient: the factors are added",
        f"{SHEETS}/panels/output_gradient.py",
        "by_a * slope",
        "by_a + slope",
    ),
    ByHand(
        "Published: a change has the gradient's sign",
        f"{SHEETS}/panels/published_formulas.py",
        "return -(rate * cells.at",
        "return (rate * cells.at",
    ),
    ByHand(
        "Training: steps are counted by twos",
        f"{SHEETS}/training.py",
        "Ref(self.sheet.name, top - 1, 1) + 1",
        "Ref(self.sheet.name, top - 1, 1) + 2",
    ),
    ByHand(
        "Lines: the update is written with a plus",
        f"{SHEETS}/lines.py",
        "gradient = self._equations.of(quantity.gradient, layer, place)",
        "gradient = -self._equations.of(quantity.gradient, layer, place)",
    ),
    ByHand(
        "Lines: the equation of a beside δ",
        f"{SHEETS}/lines.py",
        "equation = equations.of(DELTA, layer.number",
        "equation = equations.of(ACTIVATION, layer.number",
    ),
    ByHand(
        "Optimisers: W + γ·gradient everywhere",
        f"{NETWORK}/optimisers.py",
        'cells=lambda p, g, new, h, t: p - h["learning_rate"] * g',
        'cells=lambda p, g, new, h, t: p + h["learning_rate"] * g',
    ),
    ByHand(
        "Layers: the batch's gradient times N",
        f"{NETWORK}/layers/dense.py",
        "divided(products, around.divisor)",
        "divided(products * around.samples, around.divisor)",
    ),
    ByHand(
        "Sums: a sum where a mean is meant",
        f"{NETWORK}/sums.py",
        "return divided(total([value(k) for k in range(count)]), divisor)",
        "return total([value(k) for k in range(count)])",
    ),
    ByHand(
        "Layers: the bias is taken away",
        f"{NETWORK}/layers/dense.py",
        "return weighted + bias",
        "return weighted - bias",
    ),
    ByHand(
        "Activations: a ReLU that lets negative sums through",
        f"{NETWORK}/activations.py",
        "cell=lambda z, _: maximum(0, z),\n",
        "cell=lambda z, _: z,\n",
    ),
    ByHand(
        "Activations: a ReLU without its mask",
        f"{NETWORK}/activations.py",
        'Applied("ReLU′", z, when(z > ABOVE, 1, 0))',
        "Number(1)",
    ),
    ByHand(
        "Activations: the slope of tanh without the square",
        f"{NETWORK}/activations.py",
        "cell_slope=lambda z, a, _: 1 - square(a)",
        "cell_slope=lambda z, a, _: 1 - a",
    ),
    ByHand(
        "Losses: half a squared error without the half",
        f"{NETWORK}/losses.py",
        "total([0.5 * square(aj - tj)",
        "total([1 * square(aj - tj)",
    ),
    ByHand(
        "Losses: a cross entropy below 0",
        f"{NETWORK}/losses.py",
        "    return -total(\n",
        "    return total(\n",
    ),
    ByHand(
        "Layers, arrays: the batch's gradient times N",
        f"{NETWORK}/layers/dense.py",
        "delta.T @ below}",
        "delta.T @ below * len(below)}",
    ),
    ByHand(
        "Layers: a shared bias hears of the first unit only",
        f"{NETWORK}/layers/dense.py",
        "or range(self.units)",
        "or range(1)",
    ),
    ByHand(
        "Layers, arrays: a shared bias hears of the first unit only",
        f"{NETWORK}/layers/dense.py",
        "delta.sum(axis=0 if self.bias.axes else None)",
        "delta.sum(axis=0)[... if self.bias.axes else 0]",
    ),
    ByHand(
        "Matrices: a shared bias is not added",
        f"{SHEETS}/matrix_forward.py",
        "summed = summed + self.shared[layer].ref(0, 0)",
        "summed = summed + 0 * self.shared[layer].ref(0, 0)",
    ),
    ByHand(
        "Matrices: the Jacobian of softmax without δᵢⱼ",
        f"{NETWORK}/activations.py",
        "cell_jacobian=lambda a, i, j: a[i] * (1 - a[j]) if i == j else -a[i] * a[j]",
        "cell_jacobian=lambda a, i, j: -a[i] * a[j]",
    ),
    ByHand(
        "Matrices: the targets’ sum is taken for 1",
        f"{SHEETS}/matrix_together.py",
        'call("SUM", t), context.loss_hyper',
        'call("SUM", 0 * t) + 1, context.loss_hyper',
    ),
    ByHand(
        "Matrices: softmax over all examples at once",
        f"{SHEETS}/matrix_forward.py",
        "Part(part, whole(z.part(*part), own.hyper))",
        "Part(part, whole(z.area, own.hyper))",
    ),
    ByHand(
        "Softmax Jacobian: the table without δᵢⱼ",
        f"{SHEETS}/panels/softmax_jacobian.py",
        "self.a[i] * (1 - self.a[j]) if i == j",
        "-self.a[i] * self.a[j] if i == j",
    ),
    ByHand(
        "Softmax Jacobian: the largest z is not taken off",
        f"{SHEETS}/panels/softmax_jacobian.py",
        "taken = [one - self.largest for one in self.z]",
        "taken = [one + 0 * self.largest for one in self.z]",
    ),
    ByHand(
        "Softmax Jacobian: t/a without −1/ln b",
        f"{SHEETS}/panels/softmax_jacobian.py",
        "-(1 / self.ln_b) * (t / guard(maximum(a, LEAST)))",
        "-(t / guard(maximum(a, LEAST)))",
    ),
    ByHand(
        "Softmax Jacobian: a difference over h",
        f"{SHEETS}/panels/softmax_jacobian.py",
        "(value(H) - value(-H)) / (2 * Number(H))",
        "(value(H) - value(-H)) / (1 * Number(H))",
    ),
    ByHand(
        "Softmax Jacobian: the sum of the others has its own term",
        f"{SHEETS}/panels/softmax_steps.py",
        "[t[i] for i in units if i != j]",
        "[t[i] for i in units]",
    ),
    ByHand(
        "Softmax Jacobian: the general form is the short one",
        f"{SHEETS}/panels/softmax_steps.py",
        "[(a[j] * targets - t[j]) / ln_b for j in units]",
        "[(a[j] - t[j]) / ln_b for j in units]",
    ),
    ByHand(
        "Matrices: a fixed weight learns",
        f"{SHEETS}/matrix_updates.py",
        "if moves else held.part",
        "if True else held.part",
    ),
    ByHand(
        "Training: a fixed weight learns",
        f"{SHEETS}/training.py",
        "if not context.net.trains(parameter, layer, index):\n            return before",
        "if False:\n            return before",
    ),
    ByHand(
        "Training: a fixed weight gathers velocity",
        f"{SHEETS}/training.py",
        "if not context.net.trains(parameter, layer, index):\n            return self.above",
        "if False:\n            return self.above",
    ),
    ByHand(
        "Compare: a run keeps the rate of the lesson's own",
        f"{SHEETS}/compared_runs.py",
        "if target == self.turned",
        "if target == self.cell",
    ),
    ByHand(
        "Compare: a run that has grown too large learns on",
        f"{SHEETS}/compared_runs.py",
        "formula = guard(when(learns, formula, before))",
        "pass",
    ),
    ByHand(
        "Compare: the lowest cost is the highest",
        f"{SHEETS}/compare.py",
        'call("MIN", costs)',
        'call("MAX", costs)',
    ),
    ByHand(
        "Compare: the best run is the one that ends highest",
        f"{SHEETS}/compared_words.py",
        "minimum(places.all(LAST))",
        "maximum(places.all(LAST))",
    ),
    ByHand(
        "Compare: the curves of two runs are one",
        f"{SHEETS}/compared_words.py",
        "minimum(places.cost(run, step), highest)",
        "minimum(places.cost(0, step), highest)",
    ),
    ByHand(
        "Mathematics: a − (b − c) printed as a − b − c",
        f"{EXPRESSIONS}/mathematics.py",
        "*_wrapped(right, behind, first=False)",
        "*_wrapped(right, 0, first=False)",
    ),
    ByHand(
        "Mathematics: (a − b)·c printed as a − b·c",
        f"{EXPRESSIONS}/mathematics.py",
        "*_wrapped(left, binds),",
        "*_wrapped(left, 0),",
    ),
    ByHand(
        "Mathematics: a minus printed as a plus",
        f"{EXPRESSIONS}/mathematics.py",
        '"-": " − "',
        '"-": " + "',
    ),
    ByHand(
        "Mathematics: exponents are not printed",
        f"{EXPRESSIONS}/mathematics.py",
        "[*pieces, Run(raised, 1)]",
        "[*pieces]",
    ),
    ByHand(
        "Mathematics: ½ printed as ¼",
        f"{EXPRESSIONS}/mathematics.py",
        '["½"]',
        '["¼"]',
    ),
    ByHand(
        "Figures: negative numbers lose their sign",
        f"{EXPRESSIONS}/figures.py",
        'signed = ["(−", size, ")"] if brackets else ["−", size]',
        "signed = [size]",
    ),
    ByHand(
        "Formulas: 1 − a is written as a − 1",
        f"{EXPRESSIONS}/formula.py",
        'return Binary("-", expression(other), self)',
        'return Binary("-", self, expression(other))',
    ),
    ByHand(
        "Formulas: the larger of two is the smaller on ranges",
        f"{EXPRESSIONS}/formula.py",
        "when(one > other, one, other)",
        "when(one < other, one, other)",
    ),
    ByHand(
        "Dialects: a − (b − c) written as a − b − c",
        f"{EXPRESSIONS}/dialects.py",
        "text = _inner(node.right, binds + 1,",
        "text = _inner(node.right, binds,",
    ),
    ByHand(
        "Optimisers: a sum of squares for their average",
        f"{NETWORK}/optimisers.py",
        '(1 - h["beta2"]) * square(g)',
        "square(g)",
    ),
    ByHand(
        "Optimisers: a correction that stays what it was",
        f"{NETWORK}/optimisers.py",
        "following=lambda above, h, step: h[beta] * above + (1 - h[beta])",
        "following=lambda above, h, step: above",
    ),
    ByHand(
        "Optimisers: ε within the root",
        f"{NETWORK}/optimisers.py",
        'root = call("SQRT", new["second_moment"] / h["second_correction"])',
        'root = call("SQRT", new["second_moment"] / h["second_correction"] + h["epsilon"])',
    ),
    ByHand(
        "Schedules: half a wave is a whole one",
        f"{NETWORK}/schedules.py",
        'call("PI") * step',
        '2 * call("PI") * step',
    ),
    ByHand(
        "Clipping: a factor above 1",
        f"{NETWORK}/clipping.py",
        'return minimum(1, h["clip_norm"] / (norm + LEAST))',
        'return h["clip_norm"] / (norm + LEAST)',
    ),
    ByHand(
        "Clipping: the norm without its root",
        f"{NETWORK}/clipping.py",
        'return call("SQRT", summed)',
        "return summed",
    ),
    ByHand(
        "Penalties: Σw² for ½Σw²",
        f"{NETWORK}/penalties.py",
        'lambda *some: call("SUMSQ", *some)) / 2',
        'lambda *some: call("SUMSQ", *some)) / 1',
    ),
    ByHand(
        "Penalties: the gradient without them",
        f"{NETWORK}/equations.py",
        "gradient = gradient + each.strength * slope",
        "gradient = gradient + 0 * slope",
    ),
    ByHand(
        "Worksheets: the product rule without its second half",
        f"{CALCULUS}/derivative.py",
        "add(multiply(inner(left), right), multiply(left, inner(right)))",
        "multiply(inner(left), right)",
    ),
    ByHand(
        "Worksheets: the quotient rule with a plus",
        f"{CALCULUS}/derivative.py",
        "divide(subtract(first, second), square(right))",
        "divide(add(first, second), square(right))",
    ),
    ByHand(
        "Worksheets: the derivative of cos without its sign",
        f"{CALCULUS}/derivative.py",
        '"COS": lambda x, value: -call("SIN", x)',
        '"COS": lambda x, value: call("SIN", x)',
    ),
    ByHand(
        "Worksheets: the power rule with the old exponent",
        f"{CALCULUS}/derivative.py",
        "_outer(exponent, raised(argument, exponent - 1))",
        "_outer(exponent, raised(argument, exponent))",
    ),
    ByHand(
        "Worksheets: a sign is lost in a product",
        f"{CALCULUS}/short.py",
        "return negative(top) if above < 0 else top",
        "return top",
    ),
    ByHand(
        "Worksheets: a quotient turned upside down",
        f"{CALCULUS}/short.py",
        "return _fraction(left).times(under.turned()).written()",
        "return _fraction(left).times(under).written()",
    ),
    ByHand(
        "Worksheets: a product of matrices by rows of both",
        f"{CALCULUS}/trees.py",
        "for column in columns.T",
        "for column in columns.T[::-1]",
    ),
    ByHand(
        "Worksheets: softmax whose sum leaves the first power out",
        f"{CALCULUS}/trees.py",
        "one / total(powers) for one in powers",
        "one / total(powers[1:]) for one in powers",
    ),
    ByHand(
        "Worksheets: a total derivative that multiplies once",
        f"{CALCULUS}/derivation.py",
        "outer if is_number(inner, 1) else multiply(outer, inner)",
        "outer",
    ),
    ByHand(
        "Worksheets: NumPy's slope of tanh",
        f"{CALCULUS}/duals.py",
        "1 - np.tanh(x) ** 2",
        "1 - np.tanh(x)",
    ),
    ByHand(
        "Worksheets: NumPy goes uphill",
        f"{CALCULUS}/numbers.py",
        "given[n] - rate * slopes[n]",
        "given[n] + rate * slopes[n]",
    ),
    ByHand(
        "Worksheets: a difference over 3h in cells",
        f"{CALCULUS}/sheets/derivatives.py",
        "(up - down) / (2 * h), layout.NEAR)",
        "(up - down) / (3 * h), layout.NEAR)",
    ),
    ByHand(
        "Worksheets: every column of a Jacobian is the first",
        f"{CALCULUS}/sheets/derivatives.py",
        "found[i, j] = entry(placed, tree, target, by, j)",
        "found[i, j] = entry(placed, tree, targets[0], by, 0)",
    ),
    ByHand(
        "Worksheets: moved twice as far as it says",
        f"{CALCULUS}/sheets/differences.py",
        "far = h if abs(move) == 1 else 2 * h",
        "far = 2 * h",
    ),
    ByHand(
        "Worksheets: a check of the sum",
        f"{CALCULUS}/sheets/differences.py",
        'return when(call("ABS", slope - near) <= PASSES * size, TICK, reason)',
        'return when(call("ABS", slope + near) <= PASSES * size, TICK, reason)',
    ),
    ByHand(
        "Worksheets: the number of rows is that of columns",
        f"{CALCULUS}/sheets/proofs.py",
        "(shape[0] - 1, 0) if axis == 0",
        "(shape[0] - 1, 0) if axis == 1",
    ),
    ByHand(
        "Worksheets: a slip's check compares what is printed",
        f"{CALCULUS}/sheets/proofs.py",
        'near = call("ABS", right - measured) <= ROUGH * size',
        'near = call("ABS", printed - measured) <= ROUGH * size',
    ),
    ByHand(
        "Worksheets: uphill",
        f"{CALCULUS}/sheets/tables.py",
        "_fixed_but(above[ref] - step_back, moving)",
        "_fixed_but(above[ref] + step_back, moving)",
    ),
    ByHand(
        "Worksheets: a grid with a step too few",
        f"{CALCULUS}/sheets/tables.py",
        "i / (grid.points - 1)",
        "i / grid.points",
    ),
    ByHand(
        "Worksheets: all elements are written as the first one",
        f"{CALCULUS}/sheets/section.py",
        "text = written(tree)",
        "text = written(found.flat[0])",
    ),
    ByHand(
        "Worksheets: a cross is none",
        f"{CALCULUS}/sheets/start.py",
        "when(equal(crosses, 0), PASSED, FAILED)",
        "when(equal(crosses, 1), PASSED, FAILED)",
    ),
    ByHand(
        "Worksheets: what is allowed is wrong",
        "sheetnet/sheets/inputs.py",
        "guard(when(within, 0, 1))",
        "guard(when(within, 1, 0))",
    ),
    ByHand(
        "Matrices: a check that always passes",
        f"{SHEETS}/matrix_writer.py",
        "apart <= 1e-9 * (1 + size)",
        "apart <= 1e9 * (1 + size)",
    ),
    ByHand(
        "Worksheets: an identity that always holds",
        f"{CALCULUS}/sheets/proofs.py",
        "<= near * near * (1 + ",
        "<= 1e9 * (1 + ",
    ),
    ByHand(
        "Worksheets: a derivative that always agrees",
        f"{CALCULUS}/sheets/differences.py",
        "slope - near) <= PASSES * size, TICK",
        "slope - near) <= 1e6 * size, TICK",
    ),
    ByHand(
        "Weights: the curve of the next weight",
        f"{SHEETS}/weights.py",
        "column = block.position(**parameter.place)[1]\n",
        "column = min(block.position(**parameter.place)[1] + 1, block.right)\n",
    ),
    ByHand(
        "Progress: an output's curve is called a target",
        f"{SHEETS}/progress.py",
        "(3, 2.25, symbols.activation(context.depth, unit))",
        "(3, 2.25, symbols.target(unit))",
    ),
    ByHand(
        "Curves: the last step is missing",
        f"{SHEETS}/curves.py",
        "costs.top, 1, costs.bottom, 1, True",
        "costs.top, 1, costs.bottom - 1, 1, True",
    ),
    ByHand(
        "Worksheets: the grey values are others",
        f"{CALCULUS}/sheets/section.py",
        "float(value), styles.ORIGINAL",
        "float(value) + 1, styles.ORIGINAL",
    ),
    ByHand(
        "Network: an input has the symbol of the next",
        f"{SHEETS}/network.py",
        "context.symbols.input(unit)",
        "context.symbols.input(1 - unit)",
    ),
    ByHand(
        "Start: all columns of weights come from the first source",
        f"{SHEETS}/inputs.py",
        "symbols.activation(layer - 1, k)",
        "symbols.activation(layer - 1, 0)",
    ),
    ByHand(
        "Start: all rows of weights lead to the first unit",
        f"{SHEETS}/inputs.py",
        '"to " + symbols.activation(layer, j)',
        '"to " + symbols.activation(layer, 0)',
    ),
    ByHand(
        "Differences: all rows move the first parameter, they say",
        f"{SHEETS}/differences.py",
        "parameter.symbol(context.symbols), styles.SYMBOL",
        "parameters[0].symbol(context.symbols), styles.SYMBOL",
    ),
    ByHand(
        "Differences: all columns are of layer 1, they say",
        f"{SHEETS}/differences.py",
        "quantity.symbol(context.symbols, block.layer or 0, index)",
        "quantity.symbol(context.symbols, 1, index)",
    ),
    ByHand(
        "Moved passes: all columns are of layer 1, they say",
        f"{SHEETS}/moved.py",
        "symbol = quantity.symbol(context.symbols, layer or 0, index)",
        "symbol = quantity.symbol(context.symbols, 1, index)",
    ),
    ByHand(
        "Surface points: all columns are of the first unit, they say",
        f"{SHEETS}/surface_points.py",
        "quantity.symbol(context.symbols, layer.number, {UNIT: unit})",
        "quantity.symbol(context.symbols, layer.number, {UNIT: 0})",
    ),
    ByHand(
        "Parameters: all sources are called like the first",
        f"{SHEETS}/parameters.py",
        "context.symbols.activation(parameter.layer - 1, source or 0)",
        "context.symbols.activation(parameter.layer - 1, 0)",
    ),
    ByHand(
        "Gradient check: all are called like the first",
        f"{SHEETS}/gradient_check.py",
        "parameter.symbol(context.symbols), styles.SYMBOL",
        "checked(context.net, context.samples)[0].symbol(context.symbols), styles.SYMBOL",
    ),
    ByHand(
        "Chain rule: the derivative of the cost, where it is the loss’s",
        f"{SHEETS}/chain_rule.py",
        "symbol = join([context.symbols.by_name(context.symbols.loss_letter), self.knob])",
        "symbol = join([context.symbols.by_name(context.symbols.cost_letter), self.knob])",
    ),
    ByHand(
        "Chain rule: raises where it lowers",
        f"{SHEETS}/chain_rule.py",
        'effects = (f"lowers the {name}.", f"does not change the {name}.", f"raises the {name}.")',
        'effects = (f"raises the {name}.", f"does not change the {name}.", f"lowers the {name}.")',
    ),
    ByHand(
        "Descent: goes down where the cost stays",
        f"{SHEETS}/descent.py",
        '            "The step goes down.",\n            "The cost stays as it was.",',
        '            "The cost stays as it was.",\n            "The step goes down.",',
    ),
    ByHand(
        "Progress: a target has the symbol of the other",
        f"{SHEETS}/progress.py",
        "sheet.put(top - 1, 4 + 2 * unit, symbols.target(unit)",
        "sheet.put(top - 1, 4 + 2 * unit, symbols.target(1 - unit)",
    ),
    ByHand(
        "Notation: the z of another layer",
        f"{SHEETS}/notation.py",
        "lambda s: s.z(last, 0)",
        "lambda s: s.z(s.notation.first, 0)",
    ),
    ByHand(
        "Notation: units of an index are counted from 0",
        f"{SHEETS}/notation.py",
        'to unit {unit + first} of the {to}"',
        'to unit {unit} of the {to}"',
    ),
    ByHand(
        "Notation: units count from the other number",
        f"{SHEETS}/notation.py",
        "str(s.notation.first)",
        "str(1 - s.notation.first)",
    ),
    ByHand(
        "Notation: the indices the other way round",
        f"{SHEETS}/notation.py",
        'return "source, unit" if notation.source_first else "unit, source"',
        'return "unit, source" if notation.source_first else "source, unit"',
    ),
    ByHand(
        "Notation: a bias is the weight from a node, where it is none",
        f"{SHEETS}/notation.py",
        "    if notation.bias_is_weight:\n",
        "    if not notation.bias_is_weight:\n",
    ),
    ByHand(
        "Updates: all are called like the first",
        f"{SHEETS}/panels/updates.py",
        "str(p.symbol(symbols)), styles.symbol(UPDATE)",
        "str(self.listed[0].symbol(symbols)), styles.symbol(UPDATE)",
    ),
    ByHand(
        "Activations: the sigmoid’s definition grows the wrong way",
        "sheetnet/network/activations.py",
        "1/(1 + e⁻ᶻ)",
        "1/(1 + eᶻ)",
    ),
    ByHand(
        "Parameters: the heads of two columns are exchanged",
        "sheetnet/network/sheets/parameters.py",
        '"gradient",',
        '"after the update",',
    ),
    ByHand(
        "Descent: the weight at this step is called the one after it",
        "sheetnet/network/sheets/descent.py",
        '(NOW, "weight at this step"',
        '(NOW, "weight after the step"',
    ),
    ByHand(
        "Descent: two points have each other’s name",
        "sheetnet/network/sheets/descent.py",
        'points(2, 3, "now"',
        'points(2, 3, "after the step"',
    ),
    ByHand(
        "Descent: what is promised and what becomes of it are exchanged",
        "sheetnet/network/sheets/descent.py",
        "promised, change = (guarded",
        "change, promised = (guarded",
    ),
    ByHand(
        "Start: the lesson’s own run is called the cost",
        "sheetnet/network/sheets/start_charts.py",
        '"the lesson’s own run", colour',
        '"cost", colour',
    ),
    ByHand(
        "Start: the curve’s axis has the rate’s letter",
        "sheetnet/network/sheets/start_charts.py",
        "y=Axis(str(context.symbols.cost)",
        "y=Axis(str(context.symbols.learning_rate)",
    ),
    ByHand(
        "Chain rule: one path too many",
        "sheetnet/network/sheets/chain_rule.py",
        'else f"{count} paths lead"',
        'else f"{count + 1} paths lead"',
    ),
]
