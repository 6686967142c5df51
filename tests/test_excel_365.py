"""Formulas as Excel 365 shows them: what it looks at when it decides about @ and braces.

Excel puts an @ where a formula that is no array formula could give more than one value: a range
outside a function that takes ranges, or a name that stands for more than one cell. Array formulas
without the marks of a dynamic one (`cm`, the part metadata.xml) stand in braces.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetnet import build
from sheetnet.building import make_book
from sheetnet.expressions.formula import Area, Call, Expression, children
from sheetnet.lessons.catalogue import shipped
from sheetnet.network.lesson import Lesson

#: Functions whose arguments may be ranges.
TAKE_RANGES = {"AVERAGE", "COUNT", "COUNTIF", "INDEX", "MATCH", "MAX", "MIN"}
TAKE_RANGES |= {"SUM", "SUMIF", "SUMPRODUCT", "SUMSQ", "SUMXMY2"}


def bare(node: Expression, within: str = "") -> Iterator[Area]:
    """The ranges of a formula that stand in no function that takes ranges."""
    if isinstance(node, Area):
        if within not in TAKE_RANGES:
            yield node
        return
    for child in children(node):
        yield from bare(child, node.function if isinstance(node, Call) else "")


@pytest.mark.parametrize("name", sorted(shipped("network")))
def test_no_formula_of_a_single_cell_could_give_more_than_one_value(name: str) -> None:
    book = make_book(Lesson.load(name))
    single = [
        cell.content for _, _, cell in book.formulas() if isinstance(cell.content, Expression)
    ]
    for sheet in book.sheets:
        for band in sheet.bands:
            single += [c.content for c in band.cells if isinstance(c.content, Expression)]
    assert len(single) > 100
    for formula in single:
        # A product of ranges within SUMPRODUCT is an array there, as in every Excel.
        inside = [area for area in bare(formula) if not _in_a_sum_of_products(formula)]
        assert not inside, formula
    assert all(ref.fixed for ref in book.names.values())


def _in_a_sum_of_products(node: Expression) -> bool:
    is_sum = isinstance(node, Call) and node.function == "SUMPRODUCT"
    return is_sum or any(map(_in_a_sum_of_products, children(node)))


def test_the_file_has_no_marks_of_dynamic_arrays_and_names_are_single_cells(tmp_path: Path) -> None:
    path = build("batch-of-four", tmp_path / "book.xlsx")
    with zipfile.ZipFile(path) as package:
        assert not any("metadata" in name for name in package.namelist())
        names = re.findall(
            r"<definedName ([^>]*)>([^<]*)<", package.read("xl/workbook.xml").decode()
        )
        own = [(said, target) for said, target in names if "_xlnm" not in said]
        assert len(own) == 4
        for said, target in own:
            assert re.fullmatch(r"(?:\w+|'[^']+')!\$[A-Z]+\$\d+", target), target
            assert "localSheetId" not in said
        arrays = 0
        for part in package.namelist():
            if part.startswith("xl/worksheets/sheet"):
                text = package.read(part).decode()
                assert not re.search(r'<c [^>]*\bcm="', text)
                assert (
                    "_xlfn" not in text
                    and "_xlws" not in text
                    and "@" not in "".join(re.findall(r"<f[^>]*>([^<]*)</f>", text))
                )
                arrays += len(re.findall(r'<f t="array" ref="[A-Z]+\d+(?::[A-Z]+\d+)?">', text))
                assert text.count('t="array"') == len(re.findall(r'<f t="array" ref="', text))
        assert arrays > 5
