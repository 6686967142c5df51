"""Written mathematics read back: an equation with symbols, or a sentence with numbers.

A reader that shares nothing with the printer. It takes a line of text with raised and
lowered parts and computes it, with intervals: a printed number is known to half a unit of
its last digit, a symbol is looked up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from sheetnet.expressions.rich import Rich

#: Where lowered and raised text begins and ends within a line.
LOW, UP, END = "\x01", "\x02", "\x03"
LOWERED = dict(
    zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+−()aehijklmnoprstuvx", strict=True)
)
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾⌜⌝ᵀⁿᵗᴸ", "0123456789+−()[]TntL", strict=True))
#: A layer's label on the line, the comma between two lowered indices, any other character.
PIECE = re.compile(r"(\[\d+\])|(?<=[₀-₉])(,)(?=[₀-₉])|(.)", re.DOTALL)
#: Rounding in the last digits of float64, in sums of many terms.
SLACK = 1e-12
LAST_BIT = 2.3e-16
#: With so many decimals a number was rounded; one with fewer needs no more.
ROUNDED = 4
#: In a drawing a number of this size and more has fewer.
WIDE = 10

#: The letters of a loss or cost in some document.
LOSSES = ("C", "c", "L", "J", "E")
#: A symbol without its marks, and the derivative of one by another.
PART = rf"[A-Za-zŷ](?:{LOW}[^{END}]*{END})?(?:{UP}[^{END}]*{END})?"
PARTIAL = re.compile(rf"[d∂]({PART})/[d∂]({PART})")
TOKEN = re.compile(
    rf"""\s*(?:
      (?P<number>\d+(?:[.,]\d+)?(?:E[+\-−]?\d+)?)
    | (?P<half>½)
    | (?P<logarithm>log(?:{LOW}[^{END}]*{END}|_\d+(?:[.,]\d+)?(?:E\+?\d+)?)\()
    | (?P<function>(?:[A-Za-z]{{2,}}|[σfg√])′?\()
    | (?P<symbol>(?:[d∂]{PART}/[d∂])?(?:[a-z]\()?[A-Za-zα-ωΑ-Ωŷµ]
        (?:{LOW}[^{END}]*{END})?(?:{UP}[^{END}]*{END})?\)?)
    | (?P<power>{UP}[^{END}]*{END})
    | (?P<sign>[-−+·/=(),])
    )""",
    re.VERBOSE,
)


class UnreadableError(ValueError):
    """The text is no mathematics that this reader knows."""


class Symbol(NamedTuple):
    """A symbol's parts: what it is the derivative of, its letter, its lowered and raised text.

    `of` is "dC" in dC/dw, the whole line of the other in da/dz; `kept` is the letter of what is
    kept of it, as v in v(w).
    """

    of: str
    letter: str
    lower: str
    upper: str
    kept: str = ""


class Interval(NamedTuple):
    """All numbers from the first to the last."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        room = SLACK + 1e-9 * max(abs(self.low), abs(self.high), abs(value))
        return self.low - room <= value <= self.high + room


Look = Callable[[Symbol], float]
Facts = Mapping[str, float]
#: A function of its arguments and of the facts.
Function = Callable[[list[float], Facts], float]


def flat(runs: Iterable[tuple[str, int]]) -> str:
    """Pieces of text with their levels as one line with marks."""
    marks = {-1: LOW, 1: UP}
    return "".join(f"{marks[level]}{text}{END}" if level else text for text, level in runs)


def flat_text(text: str) -> str:
    """Text with Unicode's small figures as one line with marks."""
    pieces: list[tuple[str, int]] = []
    for label, comma, character in PIECE.findall(text):
        raised, lowered = label or character in RAISED, comma or character in LOWERED
        level = 1 if raised else -1 if lowered else 0
        plain = label or comma or LOWERED.get(character) or RAISED.get(character) or character
        if pieces and pieces[-1][1] == level:
            pieces[-1] = pieces[-1][0] + plain, level
        else:
            pieces.append((plain, level))
    return flat(pieces)


def line_of(text: str | Rich) -> str:
    """A text as one line with marks, however its levels are written."""
    if isinstance(text, Rich):
        return flat((run.text, run.level) for run in text.runs)
    return flat_text(text)


def sides(
    line: str,
    look: Look,
    facts: Facts,
    is_layer: Callable[[str], bool],
    functions: Mapping[str, Function],
    *,
    exact: bool = False,
    short: bool = False,
) -> list[Interval]:
    """The value of each side of a line of equations. Raises `UnreadableError`.

    `functions` are those of the subject, by the names that stand before their brackets, `facts`
    what they depend on (`theta`); `is_layer` tells a layer's label from an exponent behind a
    symbol. In an equation numbers are constants and `exact`; otherwise they were rounded, and to
    fewer decimals where they are `short`, as in a drawing.
    """
    return _Reader(line, look, facts, is_layer, functions, exact, short).read()


class _Reader:
    def __init__(
        self,
        line: str,
        look: Look,
        facts: Facts,
        is_layer: Callable[[str], bool],
        functions: Mapping[str, Function],
        exact: bool,
        short: bool,
    ) -> None:
        self.line, self.look, self.facts, self.is_layer = line, look, facts, is_layer
        self.functions, self.exact, self.short = functions, exact, short
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(line.rstrip()):
            match = TOKEN.match(line, at)
            if match is None:
                raise self.wrong(line[at : at + 20])
            kind = str(match.lastgroup)
            self.tokens += self._split(kind, match[kind])
            at = match.end()
        self.tokens.append(("", ""))
        self.at = 0

    def _split(self, kind: str, text: str) -> list[tuple[str, str]]:
        """A symbol's raised text is its layer, or an exponent behind it."""
        if kind != "symbol":
            return [(kind, text)]
        if text.endswith(")") and "(" not in text.partition(UP)[0]:
            return [*self._split(kind, text[:-1]), ("sign", ")")]
        match = re.search(f"{UP}([^{END}]*){END}$", text)
        if match and not self.is_layer(match[1]):
            return [("symbol", text[: match.start()]), ("power", match[0])]
        return [("symbol", text)]

    def wrong(self, what: str) -> UnreadableError:
        return UnreadableError(f"cannot be read from {what!r} on")

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at]

    def take(self) -> tuple[str, str]:
        self.at += 1
        return self.tokens[self.at - 1]

    def is_sign(self, signs: str) -> bool:
        kind, text = self.peek()
        return kind == "sign" and text in signs

    def read(self) -> list[Interval]:
        found = [self.total()]
        while self.is_sign("="):
            self.take()
            found.append(self.total())
        if self.peek()[0]:
            raise self.wrong(self.peek()[1])
        return found

    def total(self) -> Interval:
        value = self.product()
        while self.is_sign("+-−"):
            sign = self.take()[1]
            other = self.product()
            value = _add(value, other if sign == "+" else _negative(other))
        return value

    def product(self) -> Interval:
        value = self.signed()
        while self.is_sign("·/"):
            sign = self.take()[1]
            other = self.signed()
            value = _times(value, other) if sign == "·" else _divided(value, other)
        return value

    def signed(self) -> Interval:
        """A minus sign in front belongs to the whole product that follows it."""
        if self.is_sign("-−"):
            self.take()
            return _negative(self.signed())
        return self.power()

    def power(self) -> Interval:
        value = self.atom()
        while self.peek()[0] == "power":
            exponent = self.take()[1].strip(UP + END)
            try:
                value = _raised(value, self._exponent(exponent))
            except (ValueError, ArithmeticError):
                raise self.wrong(exponent) from None
        return value

    def _exponent(self, text: str) -> float:
        """A number, or a letter that stands for one."""
        if len(text) == 1 and text.isalpha():
            return self.look(Symbol("", text, "", ""))
        above, _, below = text.replace("½", "1/2").replace("−", "-").partition("/")
        return float(above) / float(below or 1)

    def atom(self) -> Interval:
        kind, text = self.take()
        if kind == "number":
            return _number(text, self.exact, self.short)
        if kind == "half":
            return Interval(0.5, 0.5)
        if kind == "symbol":
            number = self.look(_symbol(text))
            # Known to its last bit: 1 − a has few digits left where a is near 1.
            bit = LAST_BIT * abs(number)
            return Interval(number - bit, number + bit)
        if kind == "logarithm":
            return self._to_base(text.removeprefix("log")[:-1])
        if kind == "function":
            return self._applied(text[:-1])
        if (kind, text) == ("sign", "("):
            value = self.total()
            self._close()
            return value
        raise self.wrong(text)

    def _to_base(self, lowered: str) -> Interval:
        """A logarithm to a base: a letter lowered, or a number behind a _."""
        if lowered.startswith(LOW):
            number = self.look(_symbol(lowered.strip(LOW + END)))
            base = Interval(number, number)
        else:
            base = _number(lowered[1:], self.exact, self.short)
        value = self._applied("ln")
        return _divided(value, Interval(math.log(base.low), math.log(base.high)))

    def _applied(self, name: str) -> Interval:
        arguments = [self.total()]
        while self.is_sign(","):
            self.take()
            arguments.append(self.total())
        self._close()
        function = FUNCTIONS.get(name) or self.functions.get(name)
        if function is None:
            raise self.wrong(name)
        ends = [function([a[end] for a in arguments], self.facts) for end in (0, 1)]
        middle = function([(a.low + a.high) / 2 for a in arguments], self.facts)
        return Interval(min(*ends, middle), max(*ends, middle))

    def _close(self) -> None:
        if not self.is_sign(")"):
            raise self.wrong(self.peek()[1])
        self.take()


def _number(text: str, exact: bool, short: bool) -> Interval:
    """What a printed number may stand for.

    In a sentence a number of four decimals and more, or with a power of ten, is known to half a
    unit of its last digit; one that needs fewer decimals is exact. Where numbers are short, those
    of `WIDE` and more were rounded to fewer.
    """
    mantissa, power, exponent = text.replace(",", ".").replace("−", "-").partition("E")
    digits = len(mantissa.partition(".")[2])
    scale = 10.0 ** int(exponent or 0)
    value = float(mantissa) * scale
    fewest = 1 if power or (short and abs(value) >= WIDE) else ROUNDED
    rounded = not exact and digits >= fewest
    half = 0.5000001 * 10.0**-digits * scale if rounded else 0.0
    return Interval(value - half, value + half)


def symbol_of(line: str) -> Symbol:
    """A line that is one symbol. Raises `UnreadableError`."""
    token = TOKEN.fullmatch(line)
    if token is None or token.lastgroup != "symbol":
        raise UnreadableError(f"{line!r} is no symbol")
    return _symbol(line)


def symbols_in(line: str) -> Iterator[Symbol]:
    """The symbols of a line, whatever else it says."""
    for token in TOKEN.finditer(line):
        if token.lastgroup == "symbol":
            with suppress(UnreadableError):
                yield _symbol(token["symbol"])


def _symbol(text: str) -> Symbol:
    match = re.fullmatch(
        rf"(?:([d∂]{PART})/[d∂])?([a-z]\()?(.)(?:{LOW}([^{END}]*){END})?(?:{UP}([^{END}]*){END})?\)?",
        text,
    )
    if match is None:  # a function of a single letter, as J(w)
        raise UnreadableError(f"{text!r} is no symbol")
    of, kept, letter, lower, upper = match.groups()
    return Symbol(of or "", letter, lower or "", upper or "", kept[:1] if kept else "")


def _add(one: Interval, other: Interval) -> Interval:
    return Interval(one.low + other.low, one.high + other.high)


def _negative(value: Interval) -> Interval:
    return Interval(-value.high, -value.low)


def _times(one: Interval, other: Interval) -> Interval:
    ends = [a * b for a in one for b in other]
    return Interval(min(ends), max(ends))


def _divided(one: Interval, other: Interval) -> Interval:
    if other.low <= 0 <= other.high:
        if one == Interval(0.0, 0.0) and other == Interval(0.0, 0.0):
            raise UnreadableError("0 divided by 0")
        return Interval(-math.inf, math.inf)
    return _times(one, Interval(1 / other.high, 1 / other.low))


def _raised(value: Interval, exponent: float) -> Interval:
    """A power; below 0 only by whole numbers."""
    if value.low < 0 and exponent != int(exponent):
        raise ValueError("no power of a number below 0")
    ends = [value.low**exponent, value.high**exponent]
    crosses = value.low <= 0 <= value.high and exponent % 2 == 0
    return Interval(0.0 if crosses else min(ends), max(ends))


#: No logarithm is taken below this, nor is anything divided by less where elements are.
LEAST = math.exp(-100)
#: All of them rise with each of their arguments.
FUNCTIONS: dict[str, Function] = {
    "ln": lambda x, _: math.log(max(x[0], LEAST)),
    "exp": lambda x, _: math.exp(min(x[0], 700.0)),
    "√": lambda x, _: math.sqrt(max(x[0], 0.0)),
    "max": lambda x, _: max(x),
    "min": lambda x, _: min(x),
    "sign": lambda x, _: float((x[0] > 0) - (x[0] < 0)),
}
