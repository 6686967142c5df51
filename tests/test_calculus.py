"""Worksheets of calculus: what their files say, what is refused, and that all of it is proved."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sheetnet import build, inspect, verify
from sheetnet.building import make_book
from sheetnet.calculus.lesson import Lesson
from sheetnet.calculus.numbers import TICK, Numbers
from sheetnet.calculus.sheets.layout import MATHEMATICS
from sheetnet.calculus.subject import SUBJECT
from sheetnet.calculus.syntax import parse
from sheetnet.calculus.worksheet import worksheets
from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import EXCEL, OPEN_FORMULA
from sheetnet.expressions.formula import Expression
from sheetnet.expressions.openformula import excel_text
from sheetnet.files.formats import write
from sheetnet.lessons.catalogue import shipped
from sheetnet.recalc import recalculate
from sheetnet.workbook.knobs import Settings
from sheetnet.workbook.knobs import settings as settings_of
from tests.books import book_with, findings

LESSONS = sorted(shipped("calculus"))
HEAD = 'kind = "calculus"\ntitle = "made here"\nsource = "a test"\n'

#: Functions that no document has: a wave packet, a Gaussian of a quadratic form, swish, a ratio of
#: norms, and the logistic map iterated twice; with all that a section may hold.
OWN = (
    HEAD
    + """
notation = "bhadani"
[[sections]]
heading = "A wave packet: what / is allowed?"
variables = { x = { value = 0.7, from = -3, to = 3 } }
definitions = ["e = exp(-x^2)", "y = e*cos(5*x)"]
derivatives = ["y by x"]
identities = [["D(y, x)", "-2*x*y - 5*e*sin(5*x)", "slope(y, x)"]]
grids = [{ over = "x", from = -2, to = 2, points = 9, show = ["y", "D(y, x)", "slope(y, x)"] }]
questions = [{ ask = "Where is it 1?", answer = "At 0." }]

[[sections]]
heading = "A Gaussian in two dimensions"
indices = { i = 2, j = 2 }
variables = { x = [0.3, -0.4], Q = { value = [[2, 0.5], [0.5, 1]], from = -2, to = 2 } }
definitions = ["q = sum(i, j: x[i]*Q[i, j]*x[j])/400", "g = exp(-q)"]
derivatives = ["q by x", "g by x", "g by Q"]
identities = [["q", "dot(x, Q @ x)/400"]]

[[sections]]
heading = "Swish, and a cube root"
sheet = "Swish"
definitions = ["y = z*sigmoid(β*z)", "q = sigmoid(β*z)", "r = a^(1/3)"]
derivatives = ["y by z", "y by β", "r by a"]
identities = [["D(y, z)", "q + β*z*q*(1 - q)"], ["D(r, a)", "1/(3*a^(2/3))", "slope(r, a)"]]
[sections.variables]
z = { value = -0.6, from = -6, to = 6 }
"β" = { value = 1, from = 0, to = 5 }
a = { value = 2, from = 0.1, to = 9 }

[[sections]]
heading = "A ratio of norms, and the cosine between two vectors"
definitions = ["n_u = sqrt(sum(u^2) + e)", "n_v = sqrt(sum(v^2) + e)", "r = n_u/n_v",
    "c = dot(u, v)/(n_u*n_v)"]
derivatives = ["c by u", "c by v", "r by u"]
identities = [["D(c, u)", "v/(n_u*n_v) - c*u/n_u^2"], ["D(r, u)", "u/(n_u*n_v)"]]
[sections.variables]
u = { value = [1, 2, -0.5], from = -4, to = 4 }
v = { value = [0.5, 1, 2], from = 0.1, to = 4 }
e = { value = 0.1, from = 0.01, to = 1 }

[[sections]]
heading = "The logistic map, twice, going downhill"
definitions = ["u = r*x*(1 - x)", "y = max(0.1, r*u*(1 - u))"]
derivatives = ["y by x", "y by r"]
descents = [{ cost = "y", by = ["x"], rate = "k", steps = 5 }]
[sections.variables]
r = { value = 3.2, from = 0.5, to = 4 }
x = { value = 0.3, from = 0, to = 1 }
k = { value = 0.05, from = 0, to = 0.1 }
[[sections.slips]]
where = "nowhere"
printed = "r"
right = "r(1 − 2x)"
printed_value = "r"
right_value = "r*(1 - 2*x)"
measured = "slope(u, x)"
"""
)


def computed(text: str, held: Settings | None = None) -> Numbers:
    lesson = Lesson.from_toml(text)
    return Numbers(lesson, held or settings_of(SUBJECT.knobs(lesson)))


@pytest.mark.programs
@pytest.mark.parametrize("ending", ["xlsx", "ods"])
@pytest.mark.parametrize(
    "heading", ["The slope of |x|", "Image (x)", "P(a | b)!", "#1", "History", "=1"]
)
def test_a_section_may_have_any_heading(heading: str, ending: str, tmp_path: Path) -> None:
    """With some, programs would take references to the sheet for calls, or refuse its name."""
    headed = Lesson.from_toml(OWN.replace("A wave packet: what / is allowed?", heading))
    path = build(headed, tmp_path / f"headed.{ending}")
    result = verify(path)
    assert result.ok, findings(result)
    assert "History" not in [sheet.name for sheet in make_book(headed).sheets]


@pytest.mark.programs
@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_lesson_of_ones_own_builds_and_verifies(ending: str, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(OWN, encoding="utf-8")
    path = build(file, tmp_path / f"own.{ending}")
    result = verify(path)
    assert result.ok, findings(result)
    assert (result.unclaimed, result.untaken) == (0, 0)
    blocks = inspect(path)["blocks"]
    names = {(b["quantity"], b["layer"]) for b in blocks}
    assert {("y", 1), ("derivative_g_by_x", 2), ("difference_y_by_r", 5)} <= names
    assert ("upper_q", 2) in {(b["quantity"], b["layer"]) for b in blocks if not b["live"]}


@pytest.mark.programs
@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_verifies(name: str, tmp_path: Path) -> None:
    result = verify(build(name, tmp_path / f"{name}.xlsx"))
    assert result.ok, findings(result)
    assert (result.unclaimed, result.untaken) == (0, 0)
    assert result.moves > 1


STEP = ("difference_step", None)


@pytest.mark.programs
@pytest.mark.parametrize(
    "typed",
    [
        {STEP: 0.01, ("z", 2): -8.0},
        {STEP: 0.003, ("z", 6): 11.87, ("y", 6): 0.326},
        {STEP: 1e-6, ("z", 3): 3.859, ("grid_0_from", 3): -3.136, ("grid_0_to", 3): 2.328},
    ],
)
def test_whatever_may_be_typed_is_no_fault_of_the_workbook(
    typed: dict[Any, float], tmp_path: Path
) -> None:
    """A coarse step of the differences, an output next to 1, a fine step."""
    lesson = Lesson.load("bhadani-activations")
    own = settings_of(SUBJECT.knobs(lesson))
    moved = {place: np.full(own[place].shape, number) for place, number in typed.items()}
    path = tmp_path / "typed.xlsx"
    write(book_with(lesson, own.but(moved)), path)
    result = verify(path)
    assert result.ok, findings(result)


@pytest.mark.programs
def test_libreoffice_follows_every_edit(tmp_path: Path, program_or_skip: Any) -> None:
    program_or_skip("libreoffice")
    result = verify(build("bhadani-activations", tmp_path / "a.ods"), "libreoffice")
    assert result.ok, findings(result)


@pytest.mark.parametrize("name", LESSONS)
def test_every_derivative_of_a_shipped_lesson_has_its_tick(name: str) -> None:
    """As built, and with other numbers: those near a kink apart."""
    for section in computed(Lesson.load(name).text).sections:
        for asked in section.sheet.asked:
            assert set(section.verdicts(asked.of, asked.by).flat) == {TICK}


# What is written ------------------------------------------------------------------------


def section(text: str) -> str:
    return HEAD + '[[sections]]\nheading = "one"\n' + text


def test_the_rules_are_named_and_the_result_is_short() -> None:
    text = section(
        'variables = { x = 1.2 }\ndefinitions = ["u = x^2", "y = x*sin(x) + u"]\n'
        'derivatives = ["y by x"]'
    )
    book = make_book(Lesson.from_toml(text))
    shown = [str(cell.content) for cell in book["one"].cells.values()]
    for rule in ("power rule", "product rule", "sin′ = cos", "sum rule", "total derivative"):
        assert rule in shown
    assert "∂y/∂x + ∂y/∂u·du/dx" in " ".join(shown)
    assert "= sin(x) + x·cos(x) + 2·x" in shown


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("2*x^3*y", "6·x²·y"),
        ("exp(-x^2/2)", "−f₀·x"),
        ("ln(x)/ln(y + 2)", "1/(x·ln(y + 2))"),
        ("sqrt(x^2 + 1)", "x/f₀"),
        ("0.5*(y - x)^2", "x − y"),
        ("0.5*((y - x)^2 + (2 - x)^2)", "x − y + x − 2"),
        ("(y - x)^2/6", "(x − y)/3"),
        ("-(y*ln(x) + (1 - y)*ln(3 - x))", "(1 − y)/(3 − x) − y/x"),
        ("x^(2/3)", "2·x^−1/3/3"),
        ("x^0.5", "½·x^−0.5"),
        ("y/x", "−y/x²"),
        ("0.01*x*y", "0.01·y"),
        ("x + 0*x + y", "1"),
    ],
)
def test_no_factor_1_and_one_number_before_a_product(text: str, slope: str) -> None:
    lesson = Lesson.from_toml(worksheet([text]).replace('"f0 by y"', '"f0 by x"'))
    sheet = make_book(lesson)["one"]
    written = [str(cell.content) for (_, c), cell in sheet.cells.items() if c == MATHEMATICS]
    assert f"= {slope}" in written, written


def test_the_verdict_tells_a_kink_a_coarse_step_and_a_hidden_difference() -> None:
    text = section(
        "variables = { x = { value = 0, from = -3, to = 3 }, z = 0.5 }\n"
        'definitions = ["r = relu(x)", "w = sin(z*40)*exp(z)", "b = 1e9*(1 + x*1e-7)"]\n'
        'derivatives = ["r by x", "w by z", "b by x"]'
    )
    lesson = Lesson.from_toml(text)
    own = settings_of(SUBJECT.knobs(lesson))
    marks = []
    for step in (1e-4, 1e-2):
        held = own.but({("difference_step", None): np.array(step)})
        [found] = Numbers(lesson, held).sections
        marks.append(
            [found.verdicts(of, by).item() for of, by in (("r", "x"), ("w", "z"), ("b", "x"))]
        )
    assert marks[0][:2] == ["kink", TICK]
    assert marks[1][1] == "coarse"
    assert marks[0][2] in ("—", TICK)


@pytest.mark.parametrize(("value", "says"), [("0", "kink"), ("0.5", TICK)])
def test_an_identity_with_a_difference_says_where_it_is_at_a_kink(
    value: str, says: str, tmp_path: Path
) -> None:
    text = section(
        f"variables = {{ x = {{ value = {value}, from = -3, to = 3 }} }}\n"
        'definitions = ["r = relu(x)"]\n'
        'identities = [["D(r, x)", "slope(r, x)"]]'
    )
    path = build(Lesson.from_toml(text), tmp_path / "kink.xlsx")
    result = verify(path)
    assert result.ok, [str(f) for check in result.checks for f in check.findings]
    [values] = recalculate(path, "ironcalc")
    marks = [cell for rows in values.rows.values() for row in rows for cell in row]
    assert says in marks
    if says == TICK:
        with pytest.raises(SheetnetError, match="write sides that are equal"):
            build(Lesson.from_toml(text.replace('"D(r', '"2*D(r')), tmp_path / "wrong.xlsx")


# What is refused ------------------------------------------------------------------------

WRONG = {
    'definitions = ["y = q + 1"]': r"definitions\[0\]: 'y = q \+ 1', character 5: unknown name 'q'",
    'definitions = ["y = foo(1)"]': "character 5: unknown function 'foo'",
    'definitions = ["y = ln(1, 2)"]': "character 5: ln takes 1 argument, not 2",
    'definitions = ["y = 1 +"]': "character 8: the text ends where a number",
    'definitions = ["y = (1"]': r"character 7: a \) is missing",
    'definitions = ["y = 1 $ 2"]': r"character 7: '\$' is no sign",
    'definitions = ["y = __import__(1)"]': "character 5: '_' is no sign",
    'variables = { x = 1 }\ndefinitions = ["y = ln(x)"]': r"character 5: takes ln .* x goes from",
    'variables = { x = 1 }\ndefinitions = ["y = 1/x"]': "character 6: may divide by 0",
    'variables = { x = 1 }\ndefinitions = ["y = exp(exp(x))"]': "takes exp of a number",
    'variables = { x = [1, 2], y = [1, 2, 3] }\ndefinitions = ["z = x + y"]': "do not go together",
    'variables = { x = [1, 2] }\ndefinitions = ["y = x[5]"]': "x counts from 1 to 2 here",
    'variables = { x = [1, 2] }\ndefinitions = ["y = transpose(x)"]': "takes a matrix",
    'variables = { x = 1 }\ndefinitions = ["x = 2"]': "'x' is named already",
    "variables = { loss = 1 }": "'loss' is no name",
    'variables = { x = 1 }\ndefinitions = ["y = 2"]\nderivatives = ["y by x"]': "does not depend",
    'variables = { x = 1 }\nderivatives = ["x by x"]': "x is a variable",
    "variables = { x = { value = 1, from = 2 } }": "does not lie between its bounds",
    "variables = { x = [[1], [2, 3]] }": "rows differ in length",
    'variables = { x = "1" }': "variables.x: write a number, a list of numbers or a list of rows",
    "variables = { x = [1, nan] }": "variables.x: write a number",
    'definitions = ["y = 1e999"]': "character 5: 1e999 is too large",
    f'definitions = ["y = {"(" * 500}1"]': "is nested too deeply: use definitions",
    f'definitions = ["y = {"1+" * 600}1"]': "operations one within another: use definitions",
    f'definitions = ["y = {"1+" * 1600}1"]': "longer than 2000 characters: use definitions",
    'indices = { i = 20, j = 20 }\ndefinitions = ["y = sum(i, j: 1)"]': "one within another",
    'definitions = ["y = z", "z = y"]': "character 5: unknown name 'z'",
    'definitions = ["y = identity(1000)"]': "takes a whole number from 1 to 20",
    'variables = { x = 2 }\nidentities = [["x", "x + 0*ln(x)"]]': r"identities\[0\].*takes ln",
    'variables = { x = 2 }\nidentities = [["x", "slope(x, x)"]]': "x does not depend on x",
    'variables = { x = [1, 2] }\ndefinitions = ["y = sum(x)"]\n'
    'identities = [["D(y, x[3])", "1"]]': "x is a vector of 2, counted from 1",
    'variables = { x = 1 }\ngrids = [{ over = "x", from = 0, to = 99, show = ["x"] }]': "to is 99",
    'variables = { x = 1, r = 9 }\ndefinitions = ["y = x^4"]\n'
    'descents = [{ cost = "y", by = ["x"], rate = "r" }]': "step 5 of the descent of y, r = 9",
    'variables = { x = 2 }\nslips = [{ where = "1", printed = "a", right = "b", '
    'printed_value = "1/x", right_value = "x", measured = "x" }]': r"slips\[0\].*may divide by 0",
    'variables = { x = 1 }\nidentities = [["x", "x + 1"]]': "is 2 and not 1",
    "grid = 3": "unknown key",
}


def test_definitions_of_definitions_grow_no_formulas(tmp_path: Path) -> None:
    """Each looks at the one before twice: written into each other they would fill the memory."""
    names = [f"a{i} = sin(a{i - 1}*a{i - 1})" for i in range(1, 40)]
    text = section(f"variables = {{ x = 1 }}\ndefinitions = {['a0 = x', *names]}\n")
    build(Lesson.from_toml(text + 'derivatives = ["a39 by x"]'), tmp_path / "long.xlsx")
    grid = 'grids = [{ over = "x", from = 1, to = 2, show = ["a39"] }]'
    with pytest.raises(SheetnetError, match="too long with all definitions written into it"):
        build(Lesson.from_toml(text + grid), tmp_path / "longer.xlsx")


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_with_its_place(text: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(section(text), encoding="utf-8")
    with pytest.raises(SheetnetError, match=WRONG[text]) as caught:
        build(file, tmp_path / "wrong.xlsx")
    assert str(caught.value).startswith(f"{file}: sections[0]")
    assert "\n" not in str(caught.value)


def test_the_schema_knows_every_key_of_the_shipped_lessons() -> None:
    schema = SUBJECT.schema()
    parts = schema["$defs"]
    for name in LESSONS:
        content = tomllib.loads(Lesson.load(name).text)
        assert set(content) <= set(schema["properties"])
        for each in content["sections"]:
            assert set(each) <= set(parts["Section"]["properties"])
            for slip in each.get("slips", []):
                assert set(slip) <= set(parts["Slip"]["properties"])


# Random expressions ---------------------------------------------------------------------

LEAVES = st.sampled_from(["x", "y", "2", "0.5", "3", "x", "y"])
FUNCTIONS = ["exp", "ln", "sqrt", "sin", "cos", "tanh", "abs", "sigmoid"]


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("{}{}{}".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("-{}".format, inner),
        st.builds("({})".format, inner),
        st.builds("({})^{}".format, inner, st.sampled_from(["2", "3", "-1", "-2"])),
        st.builds("{}^{}".format, LEAVES, st.sampled_from(["2", "3", "2^2", "-1"])),
        st.builds("{}({})".format, st.sampled_from(FUNCTIONS), inner),
    )


EXPRESSIONS = st.recursive(LEAVES, _larger, max_leaves=6)
NUMBERS = {"x": 1.3, "y": 0.8}
PLAIN = {
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "abs": abs,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
}


def by_python(text: str, **held: float) -> float:
    """The value of an expression as Python reads it: the same precedence, another reader."""
    names: dict[str, Any] = {**PLAIN, **NUMBERS, **held, "__builtins__": {}}
    return float(eval(text.replace("^", "**"), names))


def worksheet(texts: list[str]) -> str:
    """A section with an expression a definition, each asked for its derivatives."""
    names = [f"f{i}" for i in range(len(texts))]
    definitions = [f"{name} = {text}" for name, text in zip(names, texts, strict=True)]
    asked = [
        f"{name} by {by}"
        for name, text in zip(names, texts, strict=True)
        for by in "xy"
        if re.search(rf"\b{by}\b", text)
    ]
    bounds = ", ".join(f"{n} = {{ value = {v}, from = 0.5, to = 2 }}" for n, v in NUMBERS.items())
    return section(
        f"variables = {{ {bounds} }}\ndefinitions = {definitions}\nderivatives = {asked}"
    )


def safe(texts: Iterable[str]) -> Iterator[str]:
    """Those that can be computed wherever x and y may be, and differentiated."""
    for text in texts:
        try:
            worksheets(Lesson.from_toml(worksheet([text])))
            yield text
        except SheetnetError:
            continue


@pytest.mark.programs
@settings(max_examples=3, deadline=None)
@given(st.lists(EXPRESSIONS, min_size=25, max_size=35, unique=True))
@example(["-y - y"])  # a derivative of −2, which was taken for a wrong one of itself
def test_random_expressions_agree_in_every_form(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    """Value, derivative, both languages and the written form, in one workbook for all."""
    good = list(safe(texts))[:20]
    if not good:
        return
    lesson = Lesson.from_toml(worksheet(good))
    [found] = computed(lesson.text).sections
    for i, text in enumerate(good):
        assert found.values[f"f{i}"] == pytest.approx(by_python(text), rel=1e-12), text
    for asked in found.sheet.asked:
        text = good[int(asked.of[1:])]
        up, down = (by_python(text, **{asked.by: NUMBERS[asked.by] + d}) for d in (1e-5, -1e-5))
        slope = found.derivative(asked.of, asked.by).item()
        assert slope == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-4), text
    book = make_book(lesson)
    for sheet, _, cell in book.formulas():
        if isinstance(cell.content, Expression):
            opened = excel_text(OPEN_FORMULA.write(cell.content, sheet.name))
            assert opened == EXCEL.write(cell.content, sheet.name)
    path = tmp_path_factory.mktemp("random") / "random.xlsx"
    result = verify(build(lesson, path))
    assert result.ok, (good, findings(result))
    assert result.unclaimed == 0


#: Where a sign stands, what a power is of, which quotient comes first.
AWKWARD = (
    ["-x^2", "(-x)^2", "-(x^2)", "(-x)^3", "-x^-2", "x^-2*-y", "2*-x^2", "--x", "x--y", "x - -y"]
    + ["-x - y", "-(x - y)", "-x*-y", "x/-y", "+x - +y", "-x^2*y", "-x^2/y^2", "exp(-x^2)"]
    + ["-exp(-x)^2", "x^2^3", "(x^2)^3", "2^x", "-2^x", "x^y", "x^-y", "(x*y)^(2/3)", "x^0.5^2"]
    + ["x - y - 2", "x - (y - 2)", "x - (y + 2)", "x/y/2", "x/(y/2)", "x/y*2", "x/(y*2)", "1/x^2"]
    + ["(x/y)^-1", "x*y/x*y", "2 - x*y + 3", "abs(-x)^3", "-ln(x)*2", "tanh(-x)^2", "sigmoid(-x)"]
)


@pytest.mark.programs
@pytest.mark.parametrize(("program", "ending"), [("libreoffice", "ods"), ("gnumeric", "xlsx")])
def test_awkward_expressions_are_one_thing_in_every_program(
    program: str, ending: str, tmp_path: Path, program_or_skip: Any
) -> None:
    """A sample for the other programs: one workbook of those above, and some that are drawn."""
    program_or_skip(program)
    texts = [*AWKWARD, *drawn()]
    parts = [texts[at : at + 25] for at in range(0, len(texts), 25)]
    lesson = Lesson.from_toml(
        HEAD + "\n".join(worksheet(part).removeprefix(HEAD) for part in parts)
    )
    for part, found in zip(parts, computed(lesson.text).sections, strict=True):
        for i, text in enumerate(part):
            assert found.values[f"f{i}"] == pytest.approx(by_python(text), rel=1e-12), text
    result = verify(build(lesson, tmp_path / f"awkward.{ending}"), program)
    assert result.ok, findings(result)


def drawn() -> list[str]:
    """The longest of some random expressions, the same ones every time."""
    texts: list[str] = []

    @given(st.recursive(LEAVES, _larger, max_leaves=14))
    @settings(max_examples=150, deadline=None, database=None, derandomize=True)
    def draw(found: str) -> None:
        texts.append(found)

    draw()
    return list(safe(sorted(set(texts), key=lambda text: (-len(text), text))[:60]))[:30]


@given(EXPRESSIONS)
@settings(max_examples=60, deadline=None)
def test_any_expression_is_read(text: str) -> None:
    parse(text)
