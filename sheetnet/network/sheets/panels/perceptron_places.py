"""Where the parts of the panel of a perceptron are: its columns and rows."""

from __future__ import annotations

from sheetnet.network.sheets.context import Context

TOP, LEFT = 5, 2


class Places:
    """Where the sheet's parts are."""

    top, left = TOP, LEFT

    def __init__(self, context: Context) -> None:
        self.sources, self.samples = context.sizes[0], context.samples
        self.has_bias = context.dense[0].bias is not None
        #: The columns of w and x: that of the bias first, where there is one.
        self.first = LEFT + 1
        self.count = self.sources + self.has_bias
        self.behind = self.first + self.count
        self.target, self.sum, self.output, self.error, self.check, self.right = range(
            self.behind, self.behind + 6
        )
        self.theta = context.dense[0].hyper["theta"]
        self.weights_row, self.examples_row = TOP + 1, TOP + 6
        self.mistakes_column, self.left_column = LEFT + 2, LEFT + 3
