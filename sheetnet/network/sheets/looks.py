"""How the numbers of a quantity look: by what they are for."""

from __future__ import annotations

from sheetnet.network.quantities import Role
from sheetnet.workbook import styles
from sheetnet.workbook.styles import Style

LOOKS: dict[Role, Style] = {
    Role.GIVEN: styles.GIVEN,
    Role.FORWARD: styles.FORWARD,
    Role.BACKWARD: styles.BACKWARD,
    Role.UPDATE: styles.UPDATE,
}

#: What the number of a cell on a map of cells means, for a note.
CELLS = "The cells of the map are counted from 0, row by row, from the top left."
