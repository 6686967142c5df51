"""Whether the gradient that a workbook of any origin claims is the true one."""

#: A claimed slope and the true one may differ by this share of the true one.
TOLERANCE = 1e-5
