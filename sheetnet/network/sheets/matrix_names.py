"""What the matrices of Matrices are called, and their products, in a document's notation."""

from __future__ import annotations

from sheetnet.expressions.formula import Applied, Binary, Expression, Ref, rebuilt
from sheetnet.expressions.mathematics import written, written_factor
from sheetnet.expressions.rich import Rich, Run, rich
from sheetnet.network.activations import Activation
from sheetnet.network.arranging import logarithm_named
from sheetnet.network.net import Net
from sheetnet.network.symbols import ACTIVATIONS, BIASES, SUMS, TARGETS, WEIGHTS, Symbols


class Names:
    """The names of whole layers' quantities beyond their letters (`Symbols.matrix`)."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols, self._notation = symbols, symbols.notation

    def held(self, layer: int) -> Rich:
        """What a layer gives, with the 1 that the biases are multiplied by."""
        letter = self._symbols.letters.held
        if letter:
            return self._symbols.letter(letter, "", layer)
        return self._symbols.matrix(ACTIVATIONS, layer)

    def one_held(self, layer: int) -> Rich:
        """Which 1 that is, where no letter of its own says so."""
        if self._symbols.letters.held:
            return Rich(())
        letter, at = ("a", layer) if layer else (self._notation.input_letter, None)
        return ", " + self._symbols.letter(letter, "0", at) + " = 1"

    def without_biases(self, layer: int) -> Rich:
        """The weights of a matrix that holds the biases too."""
        if self._symbols.letters.w:
            return self._symbols.letter(self._symbols.letters.w, "", layer)
        return self._symbols.matrix(WEIGHTS, layer)

    def biases(self, layer: int) -> Rich:
        """All biases of a layer."""
        if self._notation.bias_node_first:
            return self._symbols.letter(self._notation.weight_letter, "0", layer)
        return rich("biases")

    @property
    def ones(self) -> Rich:
        """A column of ones: J_N."""
        if not self._notation.ones:
            return Rich((Run("1", bold=True),))
        letter, _, lower = self._notation.ones.partition("_")
        return self._symbols.letter(letter, lower, None)

    @property
    def mark(self) -> Rich:
        """The raised letter of a matrix transposed."""
        return Rich((Run(self._notation.transpose, 1),))

    def transposed(self, symbol: Rich) -> Rich:
        raised = self.mark
        has_layer = self._notation.transpose_brackets and any(run.level > 0 for run in symbol.runs)
        return "(" + symbol + ")" + raised if has_layer else symbol + raised

    def product(self, left: Rich, right: Rich) -> Rich:
        return left + self._notation.times + right

    def times(self, one: Rich, other: Rich, in_order: bool) -> Rich:
        """A product, its factors in this order or the other way round."""
        return self.product(*((one, other) if in_order else (other, one)))

    def spread(self, layer: int) -> Rich:
        """The biases as they are added, where they are a vector: b, b J_Nᵗ."""
        name = self._symbols.matrix(BIASES, layer)
        return name + " " + self.transposed(self.ones) if self._notation.ones else name

    @property
    def of_cost(self) -> bool:
        """Whether the derivatives by A and Z are the cost's."""
        return bool(self._notation.by_z)

    @property
    def has_no_by_a(self) -> bool:
        """Whether ∂/∂a has a letter in the output layer only."""
        return bool(self._notation.error)

    def delta(self, layer: int) -> Rich:
        """∂/∂z of a layer, as it stands on Matrices."""
        if self.of_cost:
            return self._symbols.letter(self._notation.by_z, "", layer)
        return self._symbols.deltas(layer)

    def by_a(self, layer: int) -> Rich:
        """∂/∂a of a layer, by the document's letter for it if it has one."""
        if self._notation.by_a:
            return self._symbols.letter(self._notation.by_a, "", layer)
        if not self.has_no_by_a:
            return self.by_matrix(ACTIVATIONS, layer, self._symbols.loss_letter)
        if layer == self._symbols.last:
            return self._symbols.letter(self._notation.error, "", None)
        return self.taken_back(layer)

    def cost_by_a(self, layer: int) -> Rich:
        """The derivative of the cost by a layer's values: Δ."""
        if self._notation.by_a:
            return self.by_a(layer)
        return self.by_matrix(ACTIVATIONS, layer, self._symbols.cost_letter)

    def cost_by_z(self, layer: int) -> Rich:
        """The derivative of the cost by a layer's sums: H."""
        if self.of_cost:
            return self.delta(layer)
        return self.by_matrix(SUMS, layer, self._symbols.cost_letter)

    def through_weights(self, layer: int) -> Rich:
        """The weights as the next layer's δ is taken back through them."""
        name = self.without_biases(layer + 1)
        # A W without a letter for its weights alone has a source in each row as it is.
        turned = self._notation.example_rows != self._notation.delta_rows
        return name if turned and not self._symbols.letters.w else self.transposed(name)

    def taken_back(self, layer: int) -> Rich:
        """The next layer's δ times its weights."""
        through = self.through_weights(layer)
        return self.times(self.delta(layer + 1), through, self._notation.delta_rows)

    def diagonal(self, layer: int) -> Rich:
        """The matrix with a layer's slopes on its diagonal."""
        return self._symbols.letter(self._notation.diagonal, "", layer)

    def by_matrix(self, letter: str, layer: int, of: str) -> Rich:
        """The derivative of the loss or the cost, by its letter, by a whole layer's quantity."""
        return self._symbols.by_name(of) + self._symbols.matrix(letter, layer)

    def by_bias(self, layer: int) -> Rich:
        """The derivative of the cost by a layer's biases, where they are a vector."""
        return self.by_matrix(BIASES, layer, self._symbols.cost_letter)

    def applied(self, function: str, layer: int, sums: Rich) -> Rich:
        """A layer's values as its activation of its sums."""
        return self._function(function, layer) + "(" + sums + ")"

    def slopes(self, function: str, layer: int) -> Rich:
        """da/dz of a layer, unit by unit."""
        d, z = self._notation.derivative, self._symbols.matrix(SUMS, layer)
        if not self._symbols.letters.z:
            return rich(f"{function}′")
        if self._notation.layer_function:
            return d + self._function(function, layer) + f"/{d}" + z
        return d + self._symbols.matrix(ACTIVATIONS, layer) + f"/{d}" + z

    def slope_of(self, activation: Activation, layer: int) -> Rich:
        """da/dz of a layer by its formula, element by element: a ∘ (1 − a), ReLU′(z)."""
        z, a = (_leaf(self._symbols.matrix(letter, layer)) for letter in ("z", "a"))
        assert activation.cell_slope
        return written(_by_elements(activation.cell_slope(z, a, {}), self._notation.hadamard))

    def _function(self, function: str, layer: int) -> Rich:
        own = self._notation.layer_function
        if own:
            return self._symbols.letter(own, str(layer), None)
        return rich(self._symbols.function(function))

    def output_error(self, net: Net, divided: bool) -> Rich:
        """∂/∂a of the output layer as the loss's formula of A and T: A − T, (A − T)/N.

        Where the loss and the activation are one formula, that is ∂/∂z.
        """
        return self.of_outputs(net, divided, fused=net.is_fused(net.depth))

    def of_outputs(self, net: Net, divided: bool, *, fused: bool) -> Rich:
        """The loss's formula of A and T for ∂/∂z, if `fused`, otherwise for ∂/∂a."""
        a, t = (_leaf(self._symbols.matrix(letter, net.depth)) for letter in (ACTIVATIONS, TARGETS))
        hyper = dict(net.loss_hyper) | _letters(net)
        loss = net.loss
        if fused and loss.cell_fused_of_sum:
            error = loss.cell_fused_of_sum(
                a, t, _leaf("Σ" + self._symbols.matrix(TARGETS, 0)), hyper
            )
        else:
            error = (loss.cell_fused if fused else loss.cell_gradient)([a], [t], 0, hyper)
        error = _each(logarithm_named(error, self._notation))
        return written(Binary("/", error, _leaf("N")) if divided else error)

    # Whole equations, as Matrices carries them out

    def values(self, layer: int, biased: bool) -> Rich:
        """What a layer gives: without the 1, and with it where the document has a letter."""
        values = self._symbols.matrix(ACTIVATIONS, layer)
        if not (biased and self._notation.bias_in_matrix):
            return values
        if self._symbols.letters.held:
            return values + ", with the 1: " + self.held(layer)
        return values + self.one_held(layer)

    def sums(self, layer: int, biased: bool, function: str) -> Rich:
        """Z of a layer, or its values by its activation where Z has no letter."""
        inside = biased and self._notation.bias_in_matrix
        below = self.held(layer - 1) if inside else self._symbols.matrix(ACTIVATIONS, layer - 1)
        weights = self._symbols.matrix(WEIGHTS, layer)
        product = self.times(below, weights, self._notation.example_rows)
        if biased and not inside:
            product = product + " + " + self.spread(layer)
        if not self._symbols.letters.z:
            return self._symbols.matrix(ACTIVATIONS, layer) + f" = {function}(" + product + ")"
        return self._symbols.matrix(SUMS, layer) + " = " + product

    def output(self, net: Net) -> Rich:
        """∂/∂a of the output layer; ∂/∂z where loss and activation are one formula."""
        divided = self.of_cost and net.reduction.divisor(self._symbols.samples) != 1
        name = self.delta(net.depth) if net.is_fused(net.depth) else self.by_a(net.depth)
        return name + " = " + self.output_error(net, divided)

    def through(self, layer: int, function: str) -> Rich:
        """∂/∂z from ∂/∂a, by the slopes of the layer's activation."""
        if self._notation.diagonal and self._symbols.samples == 1:
            return self.delta(layer) + " = " + self.product(self.diagonal(layer), self.by_a(layer))
        sign = f" {self._notation.hadamard} "
        return self.delta(layer) + " = " + self.by_a(layer) + sign + self.slopes(function, layer)

    def jacobian(self, layer: int) -> Rich:
        """The derivatives of all values of a layer by all its sums, of one example."""
        if self._notation.diagonal:
            return self.diagonal(layer)
        d, symbols = self._notation.derivative, self._symbols
        return d + symbols.matrix("a", layer) + f"/{d}" + symbols.matrix("z", layer)

    def by_jacobian(self, layer: int) -> Rich:
        """∂/∂z of a layer whose units are in it together, as a product of one example."""
        by_a, matrix = self.by_a(layer), self.jacobian(layer)
        if self._notation.delta_rows:
            return self.delta(layer) + " = " + self.product(by_a, matrix)
        if self._notation.row_by_jacobian:
            left = self.product(self.whole_transposed(by_a), matrix)
            return self.whole_transposed(self.delta(layer)) + " = " + left
        turned = matrix if self._notation.diagonal else self.whole_transposed(matrix)
        return self.delta(layer) + " = " + self.product(turned, by_a)

    def whole_transposed(self, name: Rich) -> Rich:
        """A name of several letters transposed, in brackets: (dc/da)ᵀ."""
        return "(" + name + ")" + self.mark if len(name.runs[0].text) > 1 else self.transposed(name)

    def together(self, layer: int) -> Rich:
        """∂/∂z of a layer whose units are in it together from ∂/∂a, for all examples at once."""
        a, sign = self._symbols.matrix(ACTIVATIONS, layer), f" {self._notation.hadamard} "
        return a + sign + "(" + self.by_a(layer) + " − Σ " + a + sign + self.by_a(layer) + ")"

    def back(self, layer: int, function: str) -> Rich:
        """∂/∂a of a hidden layer from the next one."""
        product = self.taken_back(layer)
        if self.has_no_by_a:  # then δ at once
            return self.through(layer, function)
        return self.by_a(layer) + " = " + product

    def gradient(self, layer: int, biased: bool) -> Rich:
        """The derivative of the cost by all weights."""
        inside = biased and self._notation.bias_in_matrix
        below = self.held(layer - 1) if inside else self._symbols.matrix(ACTIVATIONS, layer - 1)
        rows = self._notation.delta_rows
        if self._notation.example_rows == rows:
            below = self.transposed(below)
        by = self.by_matrix(WEIGHTS, layer, self._symbols.cost_letter)
        return by + " = " + self.times(below, self.delta(layer), rows)


def _leaf(symbol: Rich | str) -> Ref:
    """What stands in a formula for a whole matrix, or for one number by its letter."""
    return Ref("", 1, 1, symbol=rich(symbol))


def _letters(net: Net) -> dict[str, Expression]:
    """The hyper-parameters of a loss by their letters; those that are choices have none."""
    return {hyper.name: _leaf(hyper.symbol) for hyper in net.loss.hyper if not hyper.choices}


def _each(node: Expression) -> Expression:
    """A quotient of two matrices, which is taken element by element: t ⊘ a."""
    match node:
        case Binary("/", left, right):
            upper, lower = written(left), written(right)
            if all(isinstance(_bare(side), Ref) for side in (left, right)):
                return _leaf("(" + upper + " ⊘ " + lower + ")")
    return rebuilt(node, _each)


def _by_elements(node: Expression, sign: str) -> Expression:
    """Products and squares of matrices that are taken element by element: a ∘ (1 − a)."""
    match node:
        case Binary("*", left, right):
            return _leaf(written_factor(left) + f" {sign} " + written_factor(right))
        case Applied("²", argument, _):
            return _leaf(written_factor(argument) + f" {sign} " + written_factor(argument))
        case Applied():
            return node
    return rebuilt(node, lambda part: _by_elements(part, sign))


def _bare(node: Expression) -> Expression:
    return node.argument if isinstance(node, Applied) and not node.symbol else node
