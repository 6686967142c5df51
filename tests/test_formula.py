"""Formula trees: as text, and as values beside a spreadsheet engine that we did not write."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import ironcalc
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from sheetnet.expressions.dialects import (
    EXCEL,
    OPEN_FORMULA,
    address,
    area_address,
    column_letters,
    number_text,
    parse_address,
    parse_area,
    quoted,
)
from sheetnet.expressions.evaluation import FUNCTIONS, evaluate, fixed
from sheetnet.expressions.formula import (
    Applied,
    Area,
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Number,
    Ref,
    Text,
    call,
    children,
    equal,
    exp,
    expression,
    guard,
    join,
    ln,
    maximum,
    minimum,
    over_ranges,
    total,
    unguarded,
    when,
)

HOME, OTHER = "Sheet1", "It's 2"
A1, B1, A2 = Ref(HOME, 1, 1), Ref(HOME, 1, 2), Ref(HOME, 2, 1)

#: What the two sheets hold from A1 on.
NUMBERS = {HOME: [[3.0, -1.5], [2.0, 7.0], [0.25, 4.0]], OTHER: [[5.0, -2.0], [0.5, 1.0]]}


class Cells:
    """The numbers above, as formulas see them."""

    def __getitem__(self, name: str) -> list[list[float]]:
        return NUMBERS[name]

    def value(self, sheet: list[list[float]], row: int, column: int) -> float | None:
        inside = row <= len(sheet) and column <= len(sheet[0])
        return sheet[row - 1][column - 1] if inside else None

    def area_values(self, area: Area) -> Any:
        values = np.array(NUMBERS[area.sheet])
        return values[area.top - 1 : area.bottom, area.left - 1 : area.right]


CELLS = Cells()


def new_model() -> Any:
    """A spreadsheet engine with the two sheets."""
    model = ironcalc.create("formulas")
    model.add_sheet(OTHER)
    for index, rows in enumerate(NUMBERS.values()):
        for r, row in enumerate(rows, 1):
            for c, number in enumerate(row, 1):
                model.update_cell_with_number(index, r, c, number)
    return model


def computed(formulas: Sequence[Expression]) -> list[Any]:
    """What the spreadsheet engine makes of the formulas' Excel text."""
    model = new_model()
    for row, formula in enumerate(formulas, 1):
        model.set_user_input(0, row, 10, "=" + EXCEL.write(formula, HOME))
    model.evaluate()
    return [model.get_cell_value(0, row, 10) for row in range(1, len(formulas) + 1)]


# Addresses ---------------------------------------------------------------------------


@given(st.integers(1, 1_048_576), st.integers(1, 16_384), st.booleans(), st.booleans())
@settings(max_examples=100, deadline=None)
def test_addresses_read_back_and_letters_are_excels(
    row: int, column: int, fixed_row: bool, fixed_column: bool
) -> None:
    assert column_letters(column) == get_column_letter(column)
    assert parse_address(address(row, column)) == (row, column)
    dollars = f"{'$' * fixed_column}{column_letters(column)}{'$' * fixed_row}{row}"
    assert parse_address(dollars) == (row, column)


def test_ranges_are_written_and_read_with_both_corners() -> None:
    assert area_address(6, 2, 106, 5) == "B6:E106"
    assert area_address(6, 2, 6, 2) == "B6:B6"
    assert parse_area("B6:E106") == (6, 2, 106, 5)
    assert parse_area("$B$6:$E$106") == (6, 2, 106, 5)
    assert parse_area("B6") == (6, 2, 6, 2)


@pytest.mark.parametrize("text", ["", "B", "6", "B0", "B06", "b6", "B-1", "ABCD1", "B6x", "B6:B7"])
def test_what_is_no_cell_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no cell"):
        parse_address(text)


@pytest.mark.parametrize("text", ["B6:A7", "B6:B5", "B6:", ":B6", "B6:B7:B8", "B6;B7"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        parse_area(text)


# Text --------------------------------------------------------------------------------

X, Y, Z = Ref(HOME, 1, 24), Ref(HOME, 1, 25), Ref(HOME, 1, 26)  # X1, Y1, Z1

WRITTEN: list[tuple[Expression, str]] = [
    (X + Y * Z, "X1+Y1*Z1"),
    ((X + Y) * Z, "(X1+Y1)*Z1"),
    (X * (Y + Z), "X1*(Y1+Z1)"),
    (X - (Y - Z), "X1-(Y1-Z1)"),
    (X - Y - Z, "X1-Y1-Z1"),
    (X + (Y + Z), "X1+(Y1+Z1)"),
    (X / (Y * Z), "X1/(Y1*Z1)"),
    (X / Y * Z, "X1/Y1*Z1"),
    # A minus sign binds tighter than a power: =-2^2 is 4 in a spreadsheet.
    (-(X**2), "-(X1^2)"),
    ((-X) ** 2, "(-X1)^2"),
    (Number(-2) ** 2, "(-2)^2"),
    (X**-1, "X1^(-1)"),
    # Programs read 2^3^2 in two ways: it never stands there bare.
    (X ** (Y**Z), "X1^(Y1^Z1)"),
    ((X**Y) ** Z, "(X1^Y1)^Z1"),
    (X * Y**2, "X1*Y1^2"),
    ((X * Y) ** 2, "(X1*Y1)^2"),
    # A minus sign after an operator is legal and hard to read.
    (X - (-Y), "X1-(-Y1)"),
    (X + (-Y) * Z, "X1+(-Y1*Z1)"),
    (X * Number(-0.5), "X1*(-0.5)"),
    (-X * Y, "-X1*Y1"),
    (-(X * Y), "-(X1*Y1)"),
    (Negative(Negative(X)), "-(-X1)"),
    (1 - X, "1-X1"),
    (2 * X, "2*X1"),
    (1 / (1 + exp(minimum(700, -X))), "1/(1+EXP(MIN(700,-X1)))"),
    (when(X > 0, 1, 0.01), "IF(X1>0,1,0.01)"),
    (when(X >= Y, X, Y) + 1, "IF(X1>=Y1,X1,Y1)+1"),
    (equal(X + 1, Y), "X1+1=Y1"),
    ((X < Y) & "!", '(X1<Y1)&"!"'),
    ((X <= Y) * 1, "(X1<=Y1)*1"),
    ("n=" & (X + Y), '"n="&X1+Y1'),
    (expression('say "hi"'), '"say ""hi"""'),
    # What a file takes for the code of a character is written in two parts.
    (expression("a_x0041_"), '"a_"&"x0041_"'),
    (equal(X, expression("_x0041_")), 'X1="_"&"x0041_"'),
    (expression(True), "TRUE"),
    (call("FIXED", X, 4, True), "FIXED(X1,4,TRUE)"),
    (maximum(0, X), "MAX(0,X1)"),
    (total([X, Y, Z]), "X1+Y1+Z1"),
    (total([]), "0"),
    (Ref("Training", 6, 2), "Training!B6"),
    (Ref(HOME, 6, 2, fixed=True), "$B$6"),
    (Ref(OTHER, 6, 2), "'It''s 2'!B6"),
    (call("SUM", Area("Training", 6, 2, 9, 3)), "SUM(Training!B6:C9)"),
    (call("SUM", Area(HOME, 6, 2, 9, 3, fixed=True)), "SUM($B$6:$C$9)"),
    (Name("gamma", A1) * X, "gamma*X1"),
]


@pytest.mark.parametrize(("tree", "text"), WRITTEN, ids=[text for _, text in WRITTEN])
def test_a_tree_is_written_as_excel_text(tree: Expression, text: str) -> None:
    assert EXCEL.write(tree, HOME) == text


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (A1 * B1, "[.A1]*[.B1]"),
        (Ref("Training", 6, 2), "[$Training.B6]"),
        (Ref(OTHER, 6, 2, fixed=True), "[$'It''s 2'.$B$6]"),
        (call("SUM", Area("Training", 6, 2, 9, 3)), "SUM([$Training.B6:.C9])"),
        (call("SUM", Area(HOME, 6, 2, 9, 3)), "SUM([.B6:.C9])"),
        (when(A1 > 0, True, False), "IF([.A1]>0;TRUE();FALSE())"),
        (call("FIXED", A1, 4, True), "FIXED([.A1];4;TRUE())"),
        (join(["a;b,", call("FIXED", A1, 1, True)]), '"a;b,"&FIXED([.A1];1;TRUE())'),
    ],
)
def test_a_tree_is_written_as_openformula(tree: Expression, text: str) -> None:
    assert OPEN_FORMULA.write(tree, HOME) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (100, "100"),
        (-3.0, "-3"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e-12, "1E-12"),
        (1.5e300, "1.5E+300"),
        (-2.5e-7, "-2.5E-07"),
    ],
)
def test_constants_are_written_shortly(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("sheet", "text"),
    [
        ("Training", "Training"),
        ("Gradient check", "'Gradient check'"),
        ("It's", "'It''s'"),
        ("Layer1", "'Layer1'"),
        ("Übung", "'Übung'"),
    ],
)
def test_sheet_names_are_quoted_where_they_are_more_than_a_plain_word(
    sheet: str, text: str
) -> None:
    assert quoted(sheet) == text


def test_a_row_may_be_written_as_a_mark_but_fixed_rows_stay() -> None:
    tree = Ref(HOME, 5, 1) + Ref(HOME, 5, 2, fixed=True) + call("SUM", Area(HOME, 4, 1, 5, 3))
    text = EXCEL.write(tree, HOME, "{}<{}>".format)
    assert text == "A<5>+$B$5+SUM(A<4>:C<5>)"


def test_what_is_no_number_text_or_truth_value_is_no_part_of_a_formula() -> None:
    with pytest.raises(TypeError, match="no part of a formula"):
        A1 + None
    with pytest.raises(TypeError, match="no part of a formula"):
        call("SUM", [1, 2])


def test_a_symbol_is_no_part_of_a_cells_identity() -> None:
    assert Ref(HOME, 1, 1, symbol="w") == Ref(HOME, 1, 1)
    assert Ref(HOME, 1, 1) != Ref(HOME, 1, 2)


def test_a_function_with_a_name_stands_in_a_cell_by_its_definition() -> None:
    named = Applied("σ", A1, 1 / (1 + exp(-A1)))
    assert EXCEL.write(2 * named, HOME) == "2*(1/(1+EXP(-A1)))"
    assert OPEN_FORMULA.write(named, HOME) == "1/(1+EXP(-[.A1]))"
    assert evaluate(named, CELLS) == pytest.approx(0.9525741268224334, rel=1e-15)
    assert functions_of(named) == {"EXP"}


def test_over_ranges_max_and_min_pick_element_by_element() -> None:
    np.testing.assert_array_equal(
        evaluate(over_ranges(maximum(0, ALL)), CELLS), [[3, 0], [2, 7], [0.25, 4]]
    )
    np.testing.assert_array_equal(
        evaluate(over_ranges(minimum(2.5, ALL)), CELLS), [[2.5, -1.5], [2, 2.5], [0.25, 2.5]]
    )


def test_without_guards_a_formula_is_that_of_numbers_far_from_their_bounds() -> None:
    """Only a constant of a guard is left out: what looks at cells stays, and what is no guard."""
    careful = guard(minimum(100, ln(1 + exp(guard(minimum(700, X - Y))))))
    assert EXCEL.write(unguarded(careful), HOME) == "LN(1+EXP(X1-Y1))"
    least = guard(maximum(X, exp(-100)))
    assert EXCEL.write(unguarded(Applied("ln", X, ln(least))), HOME) == "LN(X1)"
    for kept in (guard(maximum(X, Y)), maximum(0, X), guard(when(X > 1, X, 1))):
        assert unguarded(kept) == kept


def test_children_are_the_nodes_right_below() -> None:
    assert children(A1 + 1) == (A1, Number(1))
    assert children(-A1) == (A1,)
    assert children(call("MAX", 0, A1)) == (Number(0), A1)
    assert children(A1) == ()


# Trees that the spreadsheet computes ---------------------------------------------------

constants = st.integers(-9, 9).map(Number) | st.integers(-36, 36).map(lambda n: Number(n / 4))
references = st.one_of(
    [
        st.builds(Ref, st.just(sheet), st.integers(1, len(rows)), st.integers(1, 2), st.booleans())
        for sheet, rows in NUMBERS.items()
    ]
)
exponents = st.sampled_from(
    [Number(0), Number(1), Number(2), Number(3), Number(-1), Negative(Number(2)), Number(2) ** 1]
)


def larger(trees: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(Binary, st.sampled_from("+-*/"), trees, trees),
        st.builds(Binary, st.just("^"), trees, exponents),
        st.builds(Negative, trees),
    )


def tame(tree: Expression) -> bool:
    """No part divides by 0, raises 0 to 0, or grows past what a comparison can bear."""
    if not all(map(tame, children(tree))):
        return False
    match tree:
        case Binary("/", _, below) if abs(evaluate(below, CELLS)) < 1e-3:
            return False
        case Binary("^", base, power) if evaluate(power, CELLS) <= 0:
            if abs(evaluate(base, CELLS)) < 1e-3:
                return False
    return bool(abs(evaluate(tree, CELLS)) < 1e6)


trees = st.recursive(constants | references, larger, max_leaves=12).filter(tame)


@given(st.lists(trees, min_size=5, max_size=25))
@settings(max_examples=50, deadline=None)
def test_random_trees_mean_the_same_in_a_spreadsheet(formulas: list[Expression]) -> None:
    for formula, value in zip(formulas, computed(formulas), strict=True):
        expected = evaluate(formula, CELLS)
        text = EXCEL.write(formula, HOME)
        assert value == pytest.approx(expected, rel=1e-9, abs=1e-9), text


@given(trees)
@settings(max_examples=100, deadline=None)
def test_both_languages_differ_in_nothing_but_the_references(tree: Expression) -> None:
    opened = OPEN_FORMULA.write(tree, HOME)
    for sheet, mark in ((HOME, ""), (OTHER, "$'It''s 2'")):
        for row in range(1, len(NUMBERS[sheet]) + 1):
            for cell in (f"A{row}", f"B{row}", f"$A${row}", f"$B${row}"):
                plain = cell if sheet == HOME else f"'It''s 2'!{cell}"
                opened = opened.replace(f"[{mark}.{cell}]", plain)
    assert opened == EXCEL.write(tree, HOME)


printable = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), max_size=20)


@given(st.lists(st.tuples(printable, printable), min_size=1, max_size=10))
@settings(max_examples=30, deadline=None)
def test_any_text_in_a_formula_comes_back_from_a_spreadsheet(pairs: list[tuple[str, str]]) -> None:
    formulas = [Text(one) & Text(other) for one, other in pairs]
    assert computed(formulas) == [one + other for one, other in pairs]
    assert [evaluate(formula, CELLS) for formula in formulas] == [a + b for a, b in pairs]


# Functions -----------------------------------------------------------------------------

ALL, LEFT, RIGHT = Area(HOME, 1, 1, 3, 2), Area(HOME, 1, 1, 3, 1), Area(HOME, 1, 2, 3, 2)
TOP = Area(HOME, 1, 1, 1, 2)

CALLS: list[Expression] = [
    call("ABS", B1),
    call("ABS", A1),
    call("AND", A1 > 0, B1 > 0),
    call("AND", A1 > 0, B1 < 0),
    call("AVERAGE", ALL),
    call("AVERAGE", A1, B1, 10),
    call("CHOOSE", 2, 10, B1, 30),
    call("CHOOSE", A1, 10, 20, A1 * 7),
    call("COS", A1),
    call("COUNT", ALL),
    call("COUNT", LEFT, 5),
    call("COUNTIF", ALL, 2),
    call("COUNTIF", ALL, ">2"),
    call("COUNTIF", ALL, "<=2"),
    call("COUNTIF", ALL, "<>2"),
    call("COUNTIF", ALL, "<1E+100"),
    call("EXP", B1),
    call("EXP", -700),
    call("EXP", -1e4),
    call("EXP", 700),
    call("FIXED", A1 / 7, 4, True),
    call("FIXED", -A1 * 5 / 7, 0, True),
    call("FIXED", 123456.789, 2, True),
    call("IF", A1 > 5, "yes", "no"),
    call("IF", A1 < 5, "yes", 1 / Number(0)),
    call("INDEX", ALL, 3, 2),
    call("INDEX", ALL, A2, A1 - 2),
    call("INT", B1),
    call("INT", 2.75),
    call("INT", -3),
    call("ISNUMBER", A1),
    call("ISNUMBER", "3"),
    call("LN", A1),
    call("LN", 1e-300),
    call("LOG", 8, 2),
    call("LOG", 1000),
    call("MATCH", 0.25, LEFT, 0),
    call("MATCH", 7, RIGHT, 0),
    call("MATCH", 3, Area(OTHER, 1, 2, 2, 2)),
    call("MATCH", 0, Area(OTHER, 1, 2, 2, 2), 1),
    call("MAX", ALL),
    call("MAX", 0, B1),
    call("MIN", ALL),
    call("MIN", 700, -A1),
    call("MOD", 7, 3),
    call("MOD", -7, 3),
    call("MOD", 7, -3),
    call("MOD", 7.5, 2),
    call("PI"),
    call("OR", A1 > 5, B1 > 5),
    call("OR", A1 > 5, B1 < 5),
    call("POWER", A1, 3),
    call("POWER", 2, -0.5),
    call("ROUND", 2.5, 0),
    call("ROUND", -2.5, 0),
    call("ROUND", A1 / 7, 3),
    call("ROUND", 1234.5, -2),
    call("ROUND", 1.005, 2),
    call("SIGN", A1),
    call("SIGN", B1),
    call("SIGN", 0),
    call("SIN", A1),
    call("SQRT", A1),
    call("SUM", ALL),
    call("SUM", A1, RIGHT, 0.5),
    call("SUMIF", LEFT, ">1"),
    call("SUMIF", LEFT, ">1", RIGHT),
    call("SUMIF", LEFT, 2, RIGHT),
    call("SUMPRODUCT", LEFT, RIGHT),
    call("SUMPRODUCT", (LEFT - RIGHT) ** 2),
    call("SUMSQ", ALL),
    call("SUMSQ", A1, B1),
    call("SUMXMY2", LEFT, RIGHT),
    call("TANH", B1),
    call("TANH", 1e4),
    equal(A1, 3),
    equal("a", "b"),
    A1 >= 3,
    A1 < B1,
    expression("n") & (A1 + 4),
]
ARRAYS: list[tuple[Expression, tuple[int, int]]] = [
    (call("TRANSPOSE", ALL), (2, 3)),
    (call("MMULT", ALL, Area(OTHER, 1, 1, 2, 2)), (3, 2)),
    (call("MMULT", TOP, call("TRANSPOSE", ALL)), (1, 3)),
    (call("IF", ALL > 1, ALL, 0), (3, 2)),
    (call("EXP", -ALL), (3, 2)),
    (call("LN", ALL**2), (3, 2)),
    (call("SQRT", call("ABS", ALL)), (3, 2)),
    (call("SIGN", ALL), (3, 2)),
    (call("TANH", ALL), (3, 2)),
    (call("POWER", ALL, 2), (3, 2)),
    (call("SIN", ALL), (3, 2)),
    (call("COS", ALL), (3, 2)),
    (over_ranges(maximum(0, ALL)), (3, 2)),
    (over_ranges(minimum(2.5, -ALL) ** 2 + 1), (3, 2)),
    (over_ranges(1 / (1 + exp(minimum(700, -ALL)))), (3, 2)),
]


def functions_of(tree: Expression) -> set[str]:
    own = {tree.function} if isinstance(tree, Call) else set()
    return own.union(*map(functions_of, children(tree)))


def test_every_function_is_tried_here() -> None:
    tried = set().union(*(functions_of(f) for f in [*CALLS, *(a for a, _ in ARRAYS)]))
    assert tried == set(FUNCTIONS) | {"IF", "INDEX", "CHOOSE"}


def test_every_function_means_the_same_in_a_spreadsheet() -> None:
    for formula, value in zip(CALLS, computed(CALLS), strict=True):
        expected = evaluate(formula, CELLS)
        text = EXCEL.write(formula, HOME)
        if isinstance(expected, str | bool):
            assert value == expected and type(value) is type(expected), text
        else:
            assert value == pytest.approx(float(expected), rel=1e-12, abs=1e-300), text


@pytest.mark.parametrize(
    ("formula", "shape"), ARRAYS, ids=[EXCEL.write(formula, HOME) for formula, _ in ARRAYS]
)
def test_every_array_function_means_the_same_in_a_spreadsheet(
    formula: Expression, shape: tuple[int, int]
) -> None:
    model = new_model()
    rows, columns = shape
    model.set_user_array_formula(0, 20, 10, columns, rows, "=" + EXCEL.write(formula, HOME))
    model.evaluate()
    value = [[model.get_cell_value(0, 20 + r, 10 + c) for c in range(columns)] for r in range(rows)]
    np.testing.assert_allclose(np.array(value, float), evaluate(formula, CELLS), rtol=1e-12)


# Fixed decimals and joined text ---------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.3775, 4, "0.3775"),
        (2.0, 2, "2.00"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-0.5, 0, "-1"),
        (-2.5, 0, "-3"),
        # Halves of the decimal digits that are shown, not of the binary number below.
        (2.675, 2, "2.68"),
        (1.005, 2, "1.01"),
        (0.15, 1, "0.2"),
        (-0.00004, 4, "0.0000"),
        (0.0, 3, "0.000"),
        (1234567.891, 2, "1234567.89"),
        (1234.5678, -2, "1200"),
        (1e-20, 3, "0.000"),
        (1e30, 1, "1" + "0" * 30 + ".0"),
        (1e300, 4, "1" + "0" * 300 + ".0000"),
    ],
)
def test_fixed_rounds_halves_away_from_zero(value: float, digits: int, text: str) -> None:
    assert fixed(value, digits, True) == text


def test_fixed_asks_for_its_third_argument() -> None:
    with pytest.raises(ValueError, match="thousands"):
        fixed(1234.5, 2)


@given(st.lists(st.tuples(st.integers(-(10**8), 10**8), st.integers(0, 8), st.integers(0, 6))))
@settings(max_examples=40, deadline=None)
def test_fixed_is_within_a_last_digit_of_a_spreadsheets(drawn: list[tuple[int, int, int]]) -> None:
    assume(drawn)
    formulas = [call("FIXED", number / 10**scale, n, True) for number, scale, n in drawn]
    for (number, scale, digits), text in zip(drawn, computed(formulas), strict=True):
        ours = fixed(number / 10**scale, digits, True)
        assert len(ours.partition(".")[2]) == len(text.partition(".")[2]) == digits
        # Ties are rounded in two ways; both stay within half a unit.
        assert abs(float(ours) - float(text)) <= 1.001 * 10**-digits
        assert abs(float(ours) - number / 10**scale) <= 0.5000001 * 10**-digits


def test_joining_makes_one_text_of_neighbouring_constants() -> None:
    assert join(["a", "b", A1, "", "c", "d"]) == Text("ab") & A1 & Text("cd")
    assert join([]) == Text("")
    assert join(["a"]) == Text("a")
    assert evaluate(join(["w = ", A1, "; ", call("FIXED", B1, 2, True)]), CELLS) == "w = 3; -1.50"


def test_a_fraction_or_a_truth_value_joins_a_text_only_by_fixed() -> None:
    for value in (B1, A1 / 7, expression(True)):
        with pytest.raises(ValueError, match="FIXED"):
            evaluate("x" & value, CELLS)


# Values -------------------------------------------------------------------------------


def test_a_blank_cell_counts_as_0_and_a_name_as_its_cell() -> None:
    assert evaluate(Ref(HOME, 9, 9) + 1, CELLS) == 1.0
    assert evaluate(Name("gamma", A1) * 2, CELLS) == 6.0


def test_the_branch_that_is_not_taken_is_not_computed() -> None:
    assert evaluate(when(A1 > 0, 1, 1 / Number(0)), CELLS) == 1


@pytest.mark.parametrize(
    "formula",
    [
        1 / (A1 - 3),
        exp(710),
        call("LN", 0),
        call("LN", -1),
        call("SQRT", -1),
        call("MOD", 1, 0),
        call("LOG", 0),
        Number(1e200) * 1e200,
        Number(-8) ** (1 / 3),
        Number(0) ** -1,
        call("INDEX", ALL, 4, 1),
        call("INDEX", ALL, 1, 0),
        call("CHOOSE", 0, 1, 2),
        call("CHOOSE", 3, 1, 2),
        call("MATCH", 99, LEFT, 0),
        call("MATCH", -99, LEFT),
        call("NOSUCH", 1),
        A1 + "a text",
    ],
    ids=lambda formula: EXCEL.write(formula, HOME),
)
def test_a_cell_that_would_show_an_error_is_an_exception(formula: Expression) -> None:
    with pytest.raises((ArithmeticError, LookupError, ValueError, TypeError)):
        evaluate(formula, CELLS)


def test_sums_do_not_depend_on_the_order_of_their_terms() -> None:
    parts = [1e16, 1.0, -1e16, 0.5]
    assert evaluate(call("SUM", *parts), CELLS) == math.fsum(parts) == 1.5
