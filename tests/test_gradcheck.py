"""The gradient check: workbooks of others with known mistakes, and what it says of them."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Callable
from pathlib import Path

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from click.testing import CliRunner, Result
from foreign import B1, B2, LOSS, RANGES, W1, W2, Cached, Cells, T, X, made, network

import sheetnet
from sheetnet.cli import main
from sheetnet.errors import SheetnetError
from sheetnet.expressions.formula import Area
from sheetnet.gradients.differences import Kind, Slope, slopes
from sheetnet.recalc import PROGRAMS, LibreOffice, Program, recalculate, watch

SHEET = "My net"
WRT, CLAIMED = ([f"{SHEET}!{each}" for each in ranges] for ranges in (RANGES, RANGES.values()))


@pytest.fixture(params=["xlsx", "ods"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Cells], Path]:
    return lambda cells: made(tmp_path / f"theirs.{request.param}", {SHEET: cells})


def sheet(tmp_path: Path, cells: Cells, cached: Cached | None = None) -> Path:
    return made(tmp_path / "theirs.xlsx", {"S": cells}, cached)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["gradcheck", *arguments])


def loss_of(parameters: list[anp.ndarray]) -> float:
    w1, b1, w2, b2 = parameters
    a = anp.maximum(0, anp.array(X) @ w1.T + b1)
    return anp.mean((a @ w2 + b2 - anp.array(T)) ** 2) / 2


@pytest.mark.parametrize(
    ("mistake", "wrong", "hint"),
    [
        ("", [], ""),
        ("mask", ["B2:C4", "D2:D4"], ""),
        ("sum", [*RANGES], "4 times the true gradient: is it a sum where a mean is meant"),
        ("sign", [*RANGES], "the true gradient with the other sign"),
        ("updated", ["B2:C4", "D2:D4"], ""),
    ],
)
def test_the_ranges_with_a_known_mistake_are_wrong(
    mistake: str, wrong: list[str], hint: str, book: Callable[[Cells], Path]
) -> None:
    result = sheetnet.gradcheck(book(network(mistake)), f"{SHEET}!{LOSS}", WRT, CLAIMED)
    assert result.engine == "ironcalc"
    assert result.ok == (not mistake)
    found = [
        place
        for place, part in zip(RANGES, result.parts, strict=True)
        if any(entry.agrees is False for entry in part.entries)
    ]
    assert found == wrong
    assert not result.undecided
    assert hint in " ".join(result.notes)
    # The true gradient is not the workbook's: an automatic differentiator has it, too.
    true = grad(loss_of)([np.array(W1), np.array(B1), np.array(W2), B2])
    for part, expected in zip(result.parts, true, strict=True):
        assert part.gradient.ravel() == pytest.approx(np.ravel(expected), rel=1e-8, abs=1e-10)


@pytest.mark.thorough
@pytest.mark.parametrize("other", ["libreoffice", "gnumeric"])
def test_other_programs_say_the_same(
    other: str, book: Callable[[Cells], Path], program_or_skip: Callable[[str], None]
) -> None:
    program_or_skip(other)
    path = book(network("updated"))
    result = sheetnet.gradcheck(path, f"{SHEET}!{LOSS}", WRT[1::2], CLAIMED[1::2], engine=other)
    assert result.engine == other
    assert {entry.place[2] for entry in result.wrong} == {4}
    assert result.parts[1].gradient == pytest.approx(result.parts[1].claims, rel=1e-8)


def test_the_command_says_what_is_wrong_and_where(tmp_path: Path) -> None:
    path = str(made(tmp_path / "theirs.xlsx", {SHEET: network("sign")}))
    arguments = [path, "--loss", "'my NET'!$b$7", "--wrt", "$My net.b2:c4"]
    told = run(*arguments)
    assert told.exit_code == 0, told.output
    assert "6 slopes told" in told.output
    wrong = run(*arguments, "--claimed", "My net!C18:B16")
    assert wrong.exit_code == 1
    assert "'My net'!B2:C4 against 'My net'!B16:C18" in wrong.output
    assert f"{path}: the claimed gradient is NOT right: 6 of 6 slopes are wrong" in wrong.output
    content = json.loads(run(*arguments, "--claimed", "My net!B16:C18", "--json").output)
    [part] = content["ranges"]
    assert (content["right"], content["wrong"], content["undecided"]) == (False, 6, 0)
    assert content["worst"] in [each["cell"] for each in part["parameters"]]
    for each in part["parameters"]:
        assert each["claimed"] == pytest.approx(-each["slope"])
        assert each["trusted"] and not each["agrees"]
    right = run(path, "--loss", "My net!B7", "--wrt", "My net!B2", "--engine", "excel")
    assert right.exit_code == 2


def test_transposed_claims_and_a_loss_that_is_a_range(tmp_path: Path) -> None:
    square = {"A1": 1.5, "B1": 2.0, "A2": -0.5, "B2": 3.0}
    more = {"C1": "=A1*A1+3*B1", "C2": "=A2*B2*A2", "C3": "not in it"}
    claims = {"E1": "=2*A1", "E2": "=3", "F1": "=2*A2*B2", "F2": "=A2*A2"}
    path = sheet(tmp_path, square | more | claims)
    asked = str(path), "s!C1:C2", "A1:B2", "E1:F2"
    assert sheetnet.gradcheck(*asked, transposed=True).ok
    other = sheetnet.gradcheck(*asked)
    assert not other.ok and "add --transposed" in other.notes[-1]
    row = sheetnet.gradcheck(path, "C1:C2", "A1:B1", "E1:E2", transposed=True)
    assert row.ok and row.parts[0].gradient.shape == (1, 2)
    assert row.value == 1.5**2 + 6 + 0.75


def test_kinks_and_jumps_are_said_to_be_some(tmp_path: Path) -> None:
    cells = {"A1": 0.0, "A2": 2.0, "A3": 0.0, "A4": 1.0, "A5": 7.0}
    cells |= {"B1": "=MAX(0,A1)*3+MAX(0,2*A2-4)+A2+IF(A3>=0,1,0)+A4*A4"}
    cells |= {"C1": 1.0, "C2": 4.0, "C3": 0.0, "C4": 2.0, "C5": 0.0}
    result = sheetnet.gradcheck(sheet(tmp_path, cells), "B1", "A1:A5", "C1:C5")
    kinds = [entry.slope.kind for entry in result.entries]
    assert kinds == [Kind.KINK, Kind.KINK, Kind.JUMP, Kind.SMOOTH, Kind.SMOOTH]
    # All between the slopes on the left and on the right is right; 4 at A2 is beyond 3.
    assert [entry.agrees for entry in result.entries] == [True, False, None, True, True]
    assert result.undecided == [result.entries[2]]
    notes = "\n".join(result.notes)
    assert "at S!A2 the loss has a kink: its slope is 1 on the left and 3 on the right" in notes
    assert "the loss jumps at S!A3" in notes
    assert "the loss does not depend on S!A5" in notes


def test_what_ironcalc_cannot_compute_libreoffice_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program_or_skip: Callable[[str], None]
) -> None:
    program_or_skip("libreoffice")
    cells = {"A1": 2.0, "A2": 3.0, "B1": "=_xlfn.AGGREGATE(9,6,A1:A2)*A2", "C1": 3.0, "C2": 8.0}
    path = sheet(tmp_path, cells, {"B1": 15.0})
    result = sheetnet.gradcheck(path, "B1", "A1:A2", "C1:C2")
    assert result.ok and result.engine == "libreoffice"
    [note] = result.notes
    assert "IronCalc shows #" in note and "LibreOffice computed the workbook instead" in note
    monkeypatch.setattr(LibreOffice, "is_installed", lambda self: False)
    with pytest.raises(SheetnetError, match="S!B1.*install LibreOffice"):
        sheetnet.gradcheck(path, "B1", "A1:A2")
    apart = sheet(tmp_path, cells | {"B2": "=A1*A1"}, {"B1": 15.0})
    aside = sheetnet.gradcheck(apart, "B2", "A1:A1")
    assert aside.engine == "ironcalc" and "if the loss depends on that cell" in aside.notes[0]


SIMPLE: Cells = {"A1": 1.0, "A2": 2.0, "A3": "=A1+A2", "A4": "word", "B1": "=A3*A2", "B2": "=1/0"}
SIMPLE |= {"C1": "=A1*RAND()", "C2": "=LN(A1-1)"}  # type: ignore[operator]


@pytest.mark.parametrize(
    ("loss", "wrt", "claimed", "words"),
    [
        ("B1", "A3", (), "S!A3, a parameter, holds a formula: name the cells"),
        ("B1", "A1:A4", (), "S!A3, a parameter, holds a formula"),
        ("B1", "A4", (), "S!A4, a parameter, holds 'word', no number"),
        ("B1", "A5", (), "S!A5, a parameter, is empty"),
        ("B1", "A1:A2", "A1:B1", "S!A1:B1 has 1 × 2 cells, but for S!A1:A2 it takes 2 × 1"),
        ("B1", "A1:A2", "A1:B1", "or add --transposed"),
        ("B1", ["A1", "A2"], "A1", "--claimed is given 1 times and --wrt 2 times"),
        ("B1", "A1", "B2", "S!B2, a claimed slope, shows the error #DIV/0!"),
        ("B2", "A1", (), "S!B2, in the loss, shows the error #DIV/0!"),
        ("A1", "A2", (), "--loss 'A1': holds no formula"),
        ("C1", "A1", (), "changes each time it is computed"),
        ("B3", "A1", (), "holds no formula"),
        ("T!B1", "A1", (), "there is no such sheet: put one of 'S'"),
        ("B1", "A0", (), "rows begin with 1"),
        ("B1", "A:A", (), "is no range of cells"),
        ("B1", "A1:XFD1048576", (), "has 17,179,869,184 cells"),
        ("B1", "XFE1", (), "lies outside of every sheet"),
        ("B1", [], (), "name their cells with --wrt"),
    ],
)
def test_what_cannot_be_checked_is_one_sentence(
    loss: str, wrt: str, claimed: str, words: str, tmp_path: Path
) -> None:
    path = sheet(tmp_path, SIMPLE, {"B2": "#DIV/0!"})
    with pytest.raises(SheetnetError) as caught:
        sheetnet.gradcheck(path, loss, wrt, claimed)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and words in message and "\n" not in message


def test_a_loss_that_depends_on_nothing_is_refused(tmp_path: Path) -> None:
    path = sheet(tmp_path, {"A1": 1.0, "A2": 2.0, "B1": "=A2*A2"})
    result = run(str(path), "--loss", "S!B1", "--wrt", "S!A1")
    assert result.exit_code == 2
    assert "does not change with any of the cells of --wrt" in result.output


def test_a_stored_loss_that_is_another_is_mentioned(tmp_path: Path) -> None:
    path = sheet(tmp_path, {"A1": 1.0, "B1": "=A1*A1"}, {"B1": 5.0})
    [note] = sheetnet.gradcheck(path, "B1", "A1").notes
    assert "the file stores 5 as the loss, IronCalc computes 1" in note


def test_watched_cells_are_those_of_a_whole_recalculation(tmp_path: Path, engine: Program) -> None:
    path = made(tmp_path / "theirs.xlsx", {"S": SIMPLE | {"C1": 0.0}, "T's": {"A1": "=S!A1*2"}})
    areas = [Area("T's", 1, 1, 1, 2), Area("S", 2, 1, 5, 2)]
    edits = [{}, {("S", 1, 1): 5.0}]
    watched = watch(path, engine, edits, areas)
    assert watched == [values.of(areas) for values in recalculate(path, engine, edits)]
    assert watched[1][0] == 10.0
    with pytest.raises(SheetnetError, match="finds no sheet"):
        watch(path, engine, edits, [Area("U", 1, 1, 1, 1)])


def told(function: Callable[[float], float], value: float) -> Slope:
    """The slope of a function, whose loss is no number where it raises."""

    def loss(place: float) -> float:
        try:
            return function(place)
        except (ValueError, OverflowError):
            return math.nan

    [slope] = slopes([value], loss(value), lambda moves: [loss(place) for _, place in moves])
    return slope


@pytest.mark.parametrize(
    ("function", "value", "true"),
    [
        (math.sin, 0.3, math.cos(0.3)),
        (math.exp, 20.0, math.exp(20.0)),
        (math.log, 1e-9, 1e9),  # a step of a thousandth would leave its domain
        (math.sqrt, 1e-7, 0.5 / math.sqrt(1e-7)),
        (lambda v: v * v, 1e6, 2e6),
        (lambda v: 1e9 + v, 1e-3, 1.0),  # rounding
        (lambda v: math.tanh(1e4 * (v - 0.5)), 0.50001, 1e4 / math.cosh(0.1) ** 2),
        (lambda v: max(0.0, v - 1e-4), 0.0, 0.0),  # a kink nearby
        (lambda v: math.cos(v), 0.0, 0.0),
        (lambda v: v**4, 0.0, 0.0),
    ],
)
def test_a_step_suits_each_parameter(
    function: Callable[[float], float], value: float, true: float
) -> None:
    slope = told(function, value)
    assert slope.trusted
    assert slope.value == pytest.approx(true, rel=1e-6, abs=1e-9)
    assert abs(slope.value - true) <= slope.uncertainty + 1e-12


def test_what_has_no_slope_is_not_trusted() -> None:
    noise = np.random.default_rng(0)
    assert told(abs, 0.0).kind is Kind.KINK
    assert (told(abs, 0.0).left, told(abs, 0.0).right) == (-1, 1)
    assert told(lambda v: max(0.2 * v, v), 0.0).kind is Kind.KINK
    assert told(lambda v: float(v >= 0.5), 0.5).kind is Kind.JUMP
    assert told(lambda v: v + noise.normal(), 0.5).kind is Kind.UNCLEAR
    assert told(lambda v: math.nan if v else 1.0, 0.0).kind is Kind.NOWHERE
    assert told(lambda v: 3.0, 0.5).still and told(lambda v: 3.0, 0.5).trusted


def test_the_page_shows_what_the_program_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parent.parent / "docs" / "gradcheck.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    script = page.split("```python\n")[1].split("```")[0]
    exec(compile(script, "docs/gradcheck.md", "exec"), {})
    command, _, printed = page.split("```console\n$ ")[1].split("```")[0].partition("\n")
    result = run(*shlex.split(command)[2:])
    version = PROGRAMS["ironcalc"].version()
    assert result.output.replace(f"ironcalc {version}", "ironcalc 0.9.1") == printed
    assert result.exit_code == 1
