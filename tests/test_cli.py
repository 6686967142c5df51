"""The command line: what it prints, what it writes, how it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sheetnet.cli import main
from sheetnet.lessons.catalogue import shipped


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_lessons_lists_every_shipped_one() -> None:
    result = run("lessons")
    assert result.exit_code == 0
    assert all(name in result.output for name in shipped())
    assert {row["name"] for row in json.loads(run("lessons", "--json").output)} == set(shipped())


@pytest.mark.parametrize("command", [*main.commands])
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Example:" in result.output
    assert f"sheetnet {command}" in result.output


def test_the_package_is_a_command_as_well() -> None:
    help_text = subprocess.run(
        [sys.executable, "-m", "sheetnet", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert help_text.startswith("Usage: sheetnet [OPTIONS] COMMAND")


def test_build_writes_to_output_and_verify_says_so(place: Path) -> None:
    result = run("build", "mazur", "--set", "training.steps=3")
    assert result.exit_code == 0
    assert (place / "output" / "mazur.xlsx").is_file()
    verdict = run("verify", "output/mazur.xlsx")
    assert verdict.exit_code == 0
    assert "output/mazur.xlsx: verified" in verdict.output
    content = json.loads(run("inspect", "output/mazur.xlsx", "--json").output)
    [weights] = [
        b
        for b in content["blocks"]
        if (b["quantity"], b["layer"], b["sheet"]) == ("weight", 1, "Training")
    ]
    assert weights == {
        "quantity": "weight",
        "layer": 1,
        "sheet": "Training",
        "range": "C6:F9",
        "rows": ["step"],
        "columns": ["unit", "source"],
        "lengths": {"step": 4, "unit": 2, "source": 2},
        "live": True,
    }
    assert "yours to change" in run("inspect", "output/mazur.xlsx").output


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("training.steps=-3", "training.steps"),
        ("training.stepz=3", "did you mean 'steps'"),
        ("nonsense", "FIELD=VALUE"),
        ("network.layers[9].units=2", "no place"),
        ('network.layers[0].activation="sigmoit"', "did you mean 'sigmoid'"),
        ("training.learning_rate=1e400", "finite"),
    ],
)
def test_a_bad_override_is_one_sentence(assignment: str, words: str, place: Path) -> None:
    result = run("build", "mazur", "--set", assignment)
    assert result.exit_code == 2
    assert words in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not (place / "output").exists()


def test_overrides_reach_into_lists(place: Path) -> None:
    result = run(
        "build",
        "mazur",
        "--set",
        'network.layers[1].activation="tanh"',
        "--set",
        "data.inputs=[[0.5, 0.6]]",
        "--set",
        "title=Mine",
        "-o",
        "x.xlsx",
    )
    assert result.exit_code == 0
    lesson = json.loads(run("inspect", "x.xlsx", "--json").output)["lesson"]
    assert '"tanh"' in lesson
    assert "Mine" in lesson


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "nothing-here"),
        ("build", "mazzur"),
        ("verify", "none.xlsx"),
        ("inspect", "none.xlsx"),
        ("verify", "empty.xlsx"),
        ("verify", "text.xlsx"),
        ("train", "."),
        ("new", "taken"),
        ("build", "mazur", "-o", "x.doc"),
        ("train", "mazur", "-o", "x.doc"),
        ("verify", "empty.xlsx", "--engine", "excel"),
    ],
)
def test_wrong_input_is_one_sentence_and_status_2(arguments: tuple[str, ...], place: Path) -> None:
    (place / "empty.xlsx").write_bytes(b"")
    (place / "text.xlsx").write_text("hello")
    (place / "taken.toml").write_text("")
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert len(result.output.strip().splitlines()) == 1
    assert result.output.startswith("sheetnet: ")


def test_new_writes_a_lesson_that_builds(place: Path) -> None:
    assert run("new", "mine", "--from", "bhadani-1-2-3-1", "--schema").exit_code == 0
    assert (place / "mine.toml").read_text().startswith("#:schema ./lesson.schema.json\n")
    schema = json.loads((place / "lesson.schema.json").read_text())
    assert "network" in schema["properties"]
    assert run("build", "mine.toml").exit_code == 0
    assert run("new", "mine").exit_code == 2
    assert run("new", "mine", "--force").exit_code == 0


def test_train_prints_and_writes_the_curve(place: Path) -> None:
    result = run("train", "mazur")
    assert result.exit_code == 0
    assert "0.298371" in result.output
    for ending in ("csv", "json", "png"):
        assert run("train", "mazur", "-o", f"curve.{ending}").exit_code == 0
    rows = (place / "curve.csv").read_text().splitlines()
    assert rows[0] == "step,cost"
    assert len(rows) == 102
    assert float(rows[1].split(",")[1]) == pytest.approx(0.298371109, abs=1e-9)
    assert len(json.loads((place / "curve.json").read_text())["cost"]) == 101
    assert (place / "curve.png").read_bytes().startswith(b"\x89PNG")
    costs = json.loads(run("train", "mazur", "--json").output)["cost"]
    assert len(costs) == 101


def test_status_1_and_the_cells_where_a_workbook_is_wrong(place: Path) -> None:
    from tests import books

    run("build", "mazur", "-o", "m.xlsx")
    books.edited(place / "m.xlsx", place / "bad.xlsx", "Training", "H40", books.drop_formula)
    result = run("verify", "bad.xlsx")
    assert result.exit_code == 1
    assert "Training!H40" in result.output
    assert "NOT verified" in result.output


def test_all_lessons_are_built_side_by_side_in_any_notation(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts of a network follow as well: γ is η elsewhere, and a₁⁽⁰⁾ is x₂."""
    networks = {"happydustbunny": shipped()["happydustbunny"]}
    few = networks | {"wichmann-deltas": shipped()["wichmann-deltas"]}
    name = "sheetnet.lessons.catalogue.shipped"
    monkeypatch.setattr(name, lambda kind="": networks if kind == "network" else few)
    result = run("build", "--all", "--notation", "wichmann", "-o", "all")
    assert result.exit_code == 0, result.output
    assert sorted(path.stem for path in (place / "all").iterdir()) == sorted(few)
    lesson = json.loads(run("inspect", "all/happydustbunny.xlsx", "--json").output)["lesson"]
    assert 'notation = "wichmann"' in lesson
    assert "Set η to 0.05" in lesson and "γ" not in lesson
    assert "from x₂ to a₁⁽¹⁾" in lesson


@pytest.mark.parametrize(
    "arguments",
    [
        ("mazur", "--all"),
        ("--all", "--open"),
        ("--all", "-o", "x.xlsx"),
        (),
        ("--open", "--dry-run"),
    ],
)
def test_what_build_cannot_mean_is_one_sentence(arguments: tuple[str, ...], place: Path) -> None:
    result = run("build", *arguments)
    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1
    assert not [*place.iterdir()]


@pytest.mark.parametrize(
    ("output", "kind", "made"),
    [
        ("new/", (), ["new/mine.xlsx"]),
        ("new/", ("--format", "both"), ["new/mine.ods", "new/mine.xlsx"]),
        ("old", (), ["old/mine.xlsx"]),
        ("old.x", ("--format", "ods"), ["old.x/mine.ods"]),
        ("new", ("--format", "ods"), ["new.ods"]),
    ],
)
def test_a_folder_gets_the_workbook_under_the_lessons_name(
    output: str, kind: tuple[str, ...], made: list[str], place: Path
) -> None:
    for old in ("old", "old.x"):
        (place / old).mkdir()
    assert run("new", "mine", "--from", "xor").exit_code == 0
    result = run("build", "mine.toml", "-o", output, "--set", "training.steps=1", *kind)
    assert result.exit_code == 0, result.output
    found = sorted(p.relative_to(place).as_posix() for p in place.rglob("*.[xo]*s*"))
    assert [path for path in found if (place / path).is_file()] == made


def test_all_may_be_a_dry_run(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: shipped()[name] for name in ("mazur", "xor-by-hand", "sabine-derivatives")}
    monkeypatch.setattr("sheetnet.lessons.catalogue.shipped", lambda kind="": few)
    found = json.loads(run("build", "--all", "--format", "both", "--dry-run", "--json").output)
    assert len(found["workbooks"]) == 2 * len(few)
    assert not [*place.iterdir()]


def test_no_progress_bar_in_a_pipe(place: Path) -> None:
    program = "from sheetnet.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "build", "mazur", "-o", "m.xlsx"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert done.stderr == ""
    assert "\r" not in done.stdout


def test_heavy_packages_are_imported_where_they_are_used() -> None:
    heavy = "('numpy', 'pydantic', 'openpyxl')"
    code = f"import sys, sheetnet.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert done.stdout.strip() == "[]"


def test_new_replaces_no_link_that_leads_nowhere(place: Path) -> None:
    (place / "mine.toml").symlink_to("nowhere.toml")
    result = run("new", "mine")
    assert result.exit_code == 2
    assert "mine.toml: exists already" in result.output
    assert (place / "mine.toml").is_symlink()
