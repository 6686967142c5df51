"""Numbers as sentences write them: with as many digits as make the sentence true.

One rule, as a formula (`figures`, `written`) and as Python (`in_figures`), which share nothing:

- what fewer than `DECIMALS` say exactly has no more than it needs: 0.1, 2, 0.409, 12345.678;
- all else has been rounded, to four decimals (below 1 as many as its quantity asks for) and four
  digits that count, zeros at the end too: 0.5933, 0.01234, 0.04090;
- below 0.001 and from a million on a number is written by its power of ten: 1.84E−5, with a minus
  sign, at which no program breaks a line as it does at a hyphen, or 2.10E+111;
- what is smaller than 1E-300 is 0;
- what is always below 1 and near it has as many decimals as show how near:
  0.9999512; a 1 that has been rounded (σ of a large number) has decimals: 1.0000;
- where there is little room, in a drawing, no more decimals than those of a rounded number, and
  from 10 on four digits and one decimal (12.48, 8216.7), and no plus sign: 8.66E55.

The formula uses FIXED, ROUND, INT and LOG of single cells only: what programs compute alike.
"""

from __future__ import annotations

import math

from sheetnet.expressions.evaluation import fixed
from sheetnet.expressions.formula import (
    Expression,
    call,
    equal,
    guard,
    join,
    maximum,
    minimum,
    when,
)

#: The decimals of a number that is rounded; fewer than these say one exactly.
DECIMALS = 4
#: Where powers of ten begin, below and above, and what counts as 0.
SMALL, LARGE, NOTHING = 1e-3, 1e6, 1e-300
#: What is always below 1 shows how far it is from 1, if by no less than this: less is last bits.
NEAREST = 1e-8
#: 9.995 is 10.00 once it is rounded: it has the next power.
ROUNDED_UP = 1.0005
#: Where there is little room, from here on numbers have four digits, and one decimal: a number
#: without any says that it is exact.
WIDE = 10


def in_figures(value: float, digits: int = DECIMALS, *, short: bool = False) -> str:
    """The number as sentences write it, or as the labels of a drawing do."""
    size = abs(value)
    sign = "−" if value < 0 else ""
    if size < NOTHING:
        return sign + "0"
    if not SMALL <= size < LARGE:
        mantissa, _, power = f"{size:.2e}".partition("e")
        above = "" if short or size < SMALL else "+"
        return f"{sign}{mantissa}E{above}{int(power)}".replace("-", "−")
    least = digits if size < 1 else 1 if short and size >= WIDE else DECIMALS
    rounded = max(least, DECIMALS - 1 - math.floor(math.log10(size)))
    exact = [decimals for decimals in range(DECIMALS) if size == round(size, decimals)]
    decimals = min(exact, default=rounded)
    return sign + fixed(size, min(decimals, rounded) if short else decimals, True)


def figures(
    number: Expression, digits: int = DECIMALS, *, below_one: bool = False, short: bool = False
) -> Expression:
    """The size of a cell's number, without its sign, as a live text.

    Where it is always `below_one`, a 1 has been rounded and says so; `short` is for little room.
    """
    size = call("ABS", number)
    power = call("INT", call("LOG", size * ROUNDED_UP, 10))
    mantissa = call("FIXED", size / 10**power, 2, True)
    below = join([mantissa, "E−", -power])
    above = join([mantissa, "E" if short else "E+", power])
    place = call("INT", call("LOG", size, 10))
    least: Expression | int = DECIMALS
    if short:
        least = guard(when(size < WIDE, least, 1))
    if digits != DECIMALS:
        least = guard(when(size < 1, digits, least))
    if below_one and not short:
        # 1 − 0.9999512 has three digits that count.
        apart = guard(maximum(1 - size, NEAREST))
        least = guard(maximum(least, DECIMALS - 2 - call("INT", call("LOG", apart, 10))))
    rounded = guard(maximum(least, DECIMALS - 1 - place))
    decimals: Expression = rounded
    for fewer in reversed(range(DECIMALS)):
        decimals = guard(when(equal(size, call("ROUND", size, fewer)), fewer, decimals))
    if short:
        decimals = guard(minimum(decimals, rounded))
    by_place = guard(when(size < SMALL, below, call("FIXED", size, decimals, True)))
    # Scaled, since a program calls numbers equal that differ by less than 1E-16.
    small = guard(when(size / NOTHING < 1, "0", by_place))
    text = guard(when(size >= LARGE, above, small))
    return guard(when(equal(size, 1), "1." + "0" * digits, text)) if below_one else text


def with_sign(number: Expression, size: Expression, *, brackets: bool = False) -> Expression:
    """The text of a number's size with its sign, in parentheses where that is wanted."""
    signed = ["(−", size, ")"] if brackets else ["−", size]
    return when(number < 0, join(signed), size)


def written_number(
    number: Expression, digits: int = DECIMALS, *, brackets: bool = False, short: bool = False
) -> Expression:
    """A cell's number as one live text, in parentheses where it is negative and must have some."""
    return with_sign(number, figures(number, digits, short=short), brackets=brackets)
