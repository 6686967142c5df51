"""What a cell of an OpenDocument file shows beside its number: some viewers show that alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: A number as programs write it in some language; what stands between its thousands.
NUMBER = re.compile(r"([-+−]?)(\d[\d.,]*|[.,]\d+)(E[-+−]?\d+)?( ?%)?")
BETWEEN = re.compile("['’   ](?=\\d)")
#: Half a unit of the last digit that is shown, and a bit.
HALF = 0.5000001
#: Programs show no more digits than this of a number.
EXACT = 1e-9


def contradicts(text: str, value: float) -> bool:
    """Whether a text is a number, and another one than `value` rounded."""
    found = NUMBER.fullmatch(BETWEEN.sub("", text.strip()))
    if found is None:
        return False
    sign, digits, exponent, percent = found.groups()
    power = int((exponent or "E0")[1:].replace("−", "-")) - (2 if percent else 0)
    if abs(power) > 400:
        return True
    own = -value if sign in ("-", "−") else value
    for whole, decimals in _readings(digits):
        unit = 10.0 ** (power - len(decimals))
        shown = float(f"{whole or 0}.{decimals or 0}E{power}")
        if abs(shown - own) <= HALF * unit + EXACT * abs(value):
            return False
    return True


def _readings(digits: str) -> Iterator[tuple[str, str]]:
    """Digits before and behind the decimal sign, which may be each of two, or not be there."""
    for sign in ".,":
        whole, _, decimals = digits.rpartition(sign) if sign in digits else (digits, "", "")
        if decimals.isdecimal() or not decimals:
            yield re.sub("[.,]", "", whole), decimals
    yield re.sub("[.,]", "", digits), ""
