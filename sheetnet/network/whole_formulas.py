"""Formulas and names of whole layers on Notation, read: computed from the engine's arrays.

Each document has its matrices its own way round; a product in another order does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations, islice, product
from typing import TYPE_CHECKING, Any

import numpy as np

from sheetnet.expressions.matrix_titles import (
    DERIVED,
    NAME,
    FloatArray,
    OpenError,
    Reader,
    UnreadError,
    alike,
    braced,
    tokens,
)
from sheetnet.network.named import ONES
from sheetnet.network.partials import by_values
from sheetnet.network.quantities import DELTA
from sheetnet.network.reductions import MEAN
from sheetnet.network.rules import GRADIENT

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder

#: A side that is a name, transposed or not.
SIDE = re.compile(rf"\(?(?P<name>{DERIVED}|{NAME})\)?(?P<turned>\^\{{[Tt]\}})?")
#: The 1 that stands in a matrix beside the values of a layer: a₀⁽¹⁾ = 1.
ONE = re.compile(r"([a-z])(\^\{[^}]*\})?_\{0\}(\^\{[^}]*\})?=1")
#: Behind a formula: that it is made of the examples' ones; that the document has not all its signs.
OVER = re.compile(r": (mean|sum) of (\d+)$")
TAKEN = re.compile(r" \*$")
BY_VALUES = re.compile(r"[d∂][^/]+/[d∂]([aAŷŶ]⃗?)(?:\^\{([^}]*)\})?")
#: A matrix of slopes on its diagonal, of one example, and derivatives by sums: of outputs together
#: there is one for each example.
OPEN = re.compile(r"D\^|[d∂][^/]+/[d∂][zZ]")
#: The matrix with slopes on its diagonal, transposed: the same once more.
TURNED = re.compile(r"D\^\{[^}]*\}\)?\^\{[tT]\}")
FORWARD = "forward"
#: Smaller numbers may be what is left of equal ones.
TINY = 1e-12
#: So many choices of matrices are tried.
MOST = 500


def wrong(decoder: Decoder, line: str) -> str:
    """What is wrong with a formula, in words; empty where it holds or has letters of its own."""
    text = TAKEN.sub("", braced(line))
    over = OVER.search(text)
    if TURNED.search(text):
        return f"{line!r}: a diagonal matrix is not transposed"
    left, equals, right = OVER.sub("", text).partition("=")
    side = SIDE.fullmatch(left)
    net = decoder.numbers.net
    plain = net.rule == GRADIENT and not net.penalties and not net.clipping
    if (
        not equals
        or side is None
        or (not plain and side["name"].rpartition("/")[2][1:2] in ("W", "w"))
    ):
        return ""  # or what more is in a gradient is not said
    try:
        part = [*tokens(right)]
        known = [(name, _meant(decoder, name)) for name in _names(part, decoder)]
        wanted = _meant(decoder, side["name"])
        for name, meant in ((side["name"], wanted), *known):
            if not meant:
                return "" if OPEN.match(name) else f"{line!r}: {name} means nothing here"
        wanted = [each.T for each in wanted] if side["turned"] else wanted
        divisor = int(over[2]) if over and over[1] == "mean" else 1
        with np.errstate(all="ignore"):
            found = [value / divisor for value in _values(decoder, part, dict(known))]
    except LookupError as error:
        return f"{line!r}: {error}"
    except (UnreadError, OpenError):
        return ""
    if any(alike(value, each) for value in found for each in wanted):
        return ""
    return f"{line!r}: its sides are not the same matrix"


def wrong_names(decoder: Decoder, lines: Mapping[str, str]) -> str:
    """What is wrong with a row that has the name of one matrix in each document, in words."""
    held: dict[str, list[FloatArray]] = {}
    for key, line in lines.items():
        name, _, rest = TAKEN.sub("", braced(line)).partition(", ")
        side, one = SIDE.fullmatch(name), ONE.fullmatch(rest)
        if side is None:
            return ""  # a formula, or words
        if one and one[1] + (one[2] or one[3] or "") != side["name"][0].lower() + side["name"][1:]:
            return f"{line!r}: its 1 is called as if it were of another matrix"
        found = type(decoder)(decoder.numbers, key).matrices(side["name"])
        if not found:
            return f"{line!r} means nothing here"
        held[key] = [*found, *(each.T for each in found)]
    own = held[decoder.numbers.lesson.notation]
    for key, line in lines.items():
        if not any(alike(one, other) for one in held[key] for other in own):
            return f"{line!r} is another matrix than this workbook’s"
    return ""


def other_rows(decoder: Decoder, lines: Mapping[str, str]) -> str:
    """What is wrong with a row whose formulas are each of one matrix, in words: they are of the
    same one, up to a factor, and up to rows and columns. One that goes through the activation at
    once (a, δ) is of the same kind."""
    held: dict[str, tuple[str, str]] = {}
    for key, line in lines.items():
        left, equals, _ = TAKEN.sub("", braced(line)).partition("=")
        if equals and (side := SIDE.fullmatch(left)):
            held[key] = _kind(side["name"]), side["name"]
    try:
        meant = {key: _meant(type(decoder)(decoder.numbers, key), held[key][1]) for key in held}
        for one, other in combinations(held, 2):
            (kind, name), (kind_of_other, called) = held[one], held[other]
            pairs = [(a, b) for a in meant[one] for each in meant[other] for b in (each, each.T)]
            at_once = "δ" in name[0] + called[0] or kind == FORWARD
            same = not pairs or at_once or any(_proportional(a, b) for a, b in pairs)
            if kind != kind_of_other or not same:
                return f"{lines[other]!r} is of another matrix than {lines[one]!r}"
    except LookupError:
        return ""  # said where the formula is read
    return ""


def _kind(name: str) -> str:
    """Whether a matrix is computed forward, backward or for an update."""
    if name.rpartition("/")[2].lstrip("d∂")[:1] in ("W", "w"):
        return "update"
    return FORWARD if "/" not in name and name[0] in "AaZz" else "backward"


def _proportional(one: FloatArray, other: FloatArray) -> bool:
    """Whether two matrices differ by a factor; of other shapes, by a bias more, nothing is said,
    nor of numbers that are rounding alone or none."""
    if one.shape != other.shape:
        return one.size != other.size
    largest = float(np.abs(one).max()), float(np.abs(other).max())
    if not TINY < min(largest) <= max(largest) < np.inf:
        return True
    return alike(one / largest[0], other / largest[1])


def _names(part: list[tuple[str, str]], decoder: Decoder) -> list[str]:
    letters = {"N", *decoder.letters}
    names = {text for kind, text in part if kind == "name"}
    return sorted(name for name in names if name not in letters or decoder.matrices(name))


def _values(
    decoder: Decoder, part: list[tuple[str, str]], known: dict[str, list[FloatArray]]
) -> Iterator[Any]:
    """What a side computes, for each of the matrices that its names mean."""
    axes = (0, 1, None) if any(kind in ("sum", "function") for kind, _ in part) else (None,)
    dots = (False, True) if ("times", "·") in part else (False,)
    for chosen, axis, dot in islice(product(product(*known.values()), axes, dots), MOST):
        matrices = dict(zip(known, chosen, strict=True))
        try:
            reader = Reader([*part], matrices=matrices, decoder=decoder, axis=axis, single=dot)
            yield reader.read()
        except ValueError:
            continue  # shapes that do not fit


def _meant(decoder: Decoder, name: str) -> list[FloatArray]:
    """The matrices that a name may mean, the way round that the document has them."""
    numbers, document = decoder.numbers, decoder.document
    upright = not document.rows or document.deltas_upright
    count = decoder.examples if numbers.net.reduction == MEAN else 1
    layer = re.search(r"\^\{([^}]*)\}", name)
    if name in (ONES, document.ones):
        return decoder.matrices(name) or []
    if name == document.error or BY_VALUES.fullmatch(name):
        found = BY_VALUES.fullmatch(name)
        label = found[2] if found else ""
        at = decoder.layer(label) if label else len(decoder.sizes) - 1
        return [by_values(decoder, at).T if upright else by_values(decoder, at)]
    if layer and name[0] in document.of_cost:
        at = decoder.layer(layer[1])
        held = numbers.now(DELTA, at) if name[0] == "H" else by_values(decoder, at)
        return [held.T / count]
    found_all = decoder.matrices(name)
    if found_all is None:
        return []
    letter = name.rpartition("/")[2].lstrip("d∂")[0]
    if "/" in name or name.startswith("δ") or name.endswith("′"):
        turned = upright if letter not in "Ww" else document.rows and not document.deltas_upright
        return [each.T if turned else each for each in found_all]
    if letter == "W":
        return [each.T if document.rows else each for each in found_all]
    if letter in "wb":
        return found_all
    if "⃗" in name:
        return [*found_all, *(each.T for each in found_all)]
    return found_all if document.rows else [each.T for each in found_all]
