"""What the matrices of Matrices are called, and their products, in a document's notation."""

from __future__ import annotations

from sheetnet.expressions.formula import Binary, Expression, Ref
from sheetnet.expressions.mathematics import written
from sheetnet.expressions.rich import Rich, Run, rich
from sheetnet.network.net import Net
from sheetnet.network.notation import ACTIVATIONS, BIASES, SUMS, TARGETS, WEIGHTS, Symbols


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
        letter, _, lower = self._notation.ones.partition("_")
        return self._symbols.letter(letter, lower, None)

    def transposed(self, symbol: Rich) -> Rich:
        raised = Rich((Run(self._notation.transpose, 1),))
        has_layer = self._notation.transpose_brackets and any(run.level > 0 for run in symbol.runs)
        return "(" + symbol + ")" + raised if has_layer else symbol + raised

    def product(self, left: Rich, right: Rich) -> Rich:
        return left + self._notation.times + right

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

    def _function(self, function: str, layer: int) -> Rich:
        own = self._notation.layer_function
        return self._symbols.letter(own, str(layer), None) if own else rich(function)

    def output_error(self, net: Net, divided: bool) -> Rich:
        """∂/∂a of the output layer as the loss's formula of A and T: A − T, (A − T)/N.

        Where the loss and the activation are one formula, that is ∂/∂z.
        """
        a, t = (
            Ref("", 1, 1, symbol=self._symbols.matrix(letter, net.depth))
            for letter in (ACTIVATIONS, TARGETS)
        )
        fused = net.is_fused(net.depth)
        formula = net.loss.cell_fused if fused else net.loss.cell_gradient
        error: Expression = formula([a], [t], 0, net.loss_hyper)
        if divided:
            error = Binary("/", error, Ref("", 1, 1, symbol=rich("N")))
        return written(error)
