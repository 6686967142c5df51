"""Elements of matrices, proved: "each: Σₖ Wᵢₖ Aₖₙ + bᵢ" computes the matrix that stands under it.

Its letters have no layer: they are the matrices that the equation beside it names, on its right, or
where that has none of this letter, any of the sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, permutations, product

import numpy as np

from sheetnet.expressions.array_names import Names
from sheetnet.expressions.array_tokens import NAME
from sheetnet.expressions.arrays import FloatArray, readings
from sheetnet.expressions.matrix_titles import DERIVED, SLOPE, alike
from sheetnet.expressions.reading import END, LOW, UP, UnreadableError
from sheetnet.expressions.rich import Rich, rich
from sheetnet.proof.comparison import Comparison
from sheetnet.proof.lines import line_with_small
from sheetnet.proof.titles import BIASES, Decoder, Titled, known_of, titles_of
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Sheet

#: What says that a line is of each element; what follows it in words.
EACH = re.compile(r"each(?: \w+)?: ")
BEHIND = re.compile(r", of the (?:next layer|layer below)$")
#: The symbol of a single number that sums over all elements.
SUM = re.compile(rf"{NAME} = .*Σ")
#: A letter, or the derivative by one, with running letters under it; 0 is the first row's.
LETTER = r"(?!Σ)[^\W\d_]⃗?"
ELEMENT = re.compile(rf"([d∂]{LETTER}/[d∂]{LETTER}|{LETTER}){LOW}(0?)([i-n]+){END}")
#: The square of a distance, of an example's row or column.
DISTANCE = re.compile(rf"‖({LETTER}){LOW}n{END} − ({LETTER}){LOW}n{END}‖{UP}2{END}")
#: What is said in words: the element of the same place, that of the unit.
SLOPE_SAID, BIAS_SAID, SLOPES = " · slope", "the bias of i", "Ω"
FUNCTION = re.compile(r"(\w+′?)\(")
#: A layer's label, and names in an equation of matrices.
LABEL = re.compile(r"\^\{[^}]*\}")
NAMES = re.compile(rf"{DERIVED}|{SLOPE}|{LETTER}(?:_\{{0\}})?(?:\^\{{(?![Tt]\}})[^}}]*\}})?")
#: Letters for what is called by several.
FRESH = "ABCDEFGHKLMOPQRSUVWXYZ"
#: So many choices of matrices are tried.
MOST = 500


def check_elements(book: Book, decoder: Decoder) -> Comparison:
    """Each line that is said of each element, on the sheets that have matrices."""
    check = Comparison("elements of matrices")
    for sheet in book.sheets:
        if sheet.has_matrices:
            titles = list(titles_of(book, sheet))
            known = known_of(titles)
            for title, line in _lines(sheet, titles):
                if _has_parameters(line, decoder):
                    continue
                check.cells += 1
                if not _holds(line, title, _beside(title, titles, known), decoder):
                    what = "what is said of each element does not give it"
                    check.add(sheet.name, *title.place, what)
    return check


def _lines(sheet: Sheet, titles: list[Titled]) -> Iterator[tuple[Titled, str]]:
    """The mathematics that is said of elements, with the title that says it."""
    for title in titles:
        content = sheet.cells[title.place].content
        assert isinstance(content, Rich | str)
        line = line_with_small(rich(content))
        said = EACH.match(line)
        if said or SUM.match(line):
            line = BEHIND.sub("", line[said.end() :]) if said else line.partition(" = ")[2]
            line = DISTANCE.sub(rf"Σ{LOW}j{END} (\1{LOW}jn{END} − \2{LOW}jn{END}){UP}2{END}", line)
            line = line.replace(BIAS_SAID, f"{BIASES}{LOW}i{END}")
            if first := ELEMENT.search(line):
                slope = f" · {SLOPES}{LOW}{first[3]}{END}"
                yield title, line.replace(SLOPE_SAID, slope)


def _has_parameters(line: str, decoder: Decoder) -> bool:
    """Whether a function of a line depends on more than its argument, in each layer on others."""
    for name in FUNCTION.findall(line):
        function = decoder.functions.get(name)
        try:
            if function is not None:
                function([1.0], {})
        except LookupError:
            return True
    return False


def _beside(
    title: Titled, titles: list[Titled], known: Mapping[str, list[FloatArray]]
) -> dict[str, list[FloatArray]]:
    """The matrices that letters without a layer mean beside a title; those of no letter, slopes."""
    row, left = title.place
    found: dict[str, list[FloatArray]] = {}
    equation = next((t.text for t in titles if t.place[0] == row and t.place[1] > left), "")
    here = [name for name in NAMES.findall(equation) if name in known]
    for names in (known, here):
        by_letter: dict[str, list[FloatArray]] = {}
        for name in names:
            letter = LABEL.sub("", name)
            by_letter.setdefault(letter, []).extend(known[name])
            by_letter.setdefault(letter.lower(), []).extend(known[name])
        found |= by_letter
    found[SLOPES] = [each for name in here if "/" in name or "′" in name for each in known[name]]
    return found


def _holds(
    line: str, title: Titled, known: Mapping[str, list[FloatArray]], decoder: Decoder
) -> bool:
    """Whether a line gives what stands under its title, for some of the matrices it may mean."""
    fresh: dict[tuple[str, int], str] = {}
    uses: list[tuple[str, str]] = []

    def renamed(found: re.Match[str]) -> str:
        letter, zero, indices = found.groups()
        key = letter + ("_{0}" if zero else ""), len(indices)
        name = fresh.setdefault(key, FRESH[len(fresh)])
        uses.append((name, indices))
        return f"{name}{LOW}{indices}{END}"

    text = ELEMENT.sub(renamed, line)
    summed = "".join(re.findall(rf"Σ{LOW}([^{END}]*){END}", text))
    free = sorted({index for _, indices in uses for index in indices} - {*summed})
    for chosen in islice(product(*(known.get(letter, []) for letter, _ in fresh)), MOST):
        arrays = [
            each.ravel() if n == 1 else each for each, (_, n) in zip(chosen, fresh, strict=True)
        ]
        names = dict(zip(fresh.values(), arrays, strict=True))
        lengths = _lengths(uses, names)
        if lengths is None:
            continue
        names["N"] = np.array(float(decoder.examples))
        read = Names(names, decoder.functions, lengths)
        for order in permutations(free):
            try:
                if any(
                    _is(s[0].values, title.values) for s in readings(text, read, "".join(order))
                ):
                    return True
            except UnreadableError:
                continue
    return False


def _lengths(uses: list[tuple[str, str]], names: Mapping[str, FloatArray]) -> dict[str, int] | None:
    """How far each letter runs; none where two matrices do not fit."""
    lengths: dict[str, int] = {}
    for name, indices in uses:
        for index, length in zip(indices, names[name].shape, strict=True):
            if lengths.setdefault(index, length) != length:
                return None
    return lengths


def _is(value: FloatArray, wanted: FloatArray) -> bool:
    """Whether they are the same numbers; a vector's stand below or beside each other."""
    return (
        value.size == wanted.size
        and (value.ndim < 2 or value.shape == wanted.shape)
        and alike(value.ravel(), wanted.ravel())
    )
