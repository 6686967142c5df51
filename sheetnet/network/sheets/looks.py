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
