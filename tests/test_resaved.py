"""Workbooks that LibreOffice has opened and saved again: they still inspect and verify."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packages import write as write_parts
from test_workbooks import larger

from sheetnet import inspect, verify
from sheetnet.building import make_book
from sheetnet.files.formats import write
from sheetnet.network.lesson import Lesson
from sheetnet.recalc.libreoffice import soffice_command

pytestmark = pytest.mark.programs

#: Texts that a program may read as something else, or fold.
STRANGE = r"  =1+2\t_x0041_  two \n lines \r\n\n 😀 "
#: What it was, what it became, and what lesson it holds.
CASES = [
    ("xlsx", "xlsx", "mazur"),
    ("xlsx", "xlsx", "strange"),
    ("xlsx", "ods", "batch-of-four"),
    ("xlsx", "ods", "larger"),
    ("ods", "ods", "strange"),
    ("ods", "ods", "batch-of-four"),
    ("ods", "xlsx", "mazur"),
    ("ods", "xlsx", "bhadani-1-2-3-1"),
    ("ods", "xlsx", "larger"),
]
SAVES = list(dict.fromkeys(case[:2] for case in CASES))
NAMES = list(dict.fromkeys(name for *_, name in CASES))


def lesson_named(name: str) -> Lesson:
    if name == "larger":
        return larger()
    if name == "strange":
        text = Lesson.load("mazur").text.replace("steps         = 100", "steps = 3")
        line = re.compile("^(title|about) .*$", re.MULTILINE)
        return Lesson.from_toml(line.sub(lambda match: f'{match[1]} = "{STRANGE}"', text))
    return Lesson.load(name)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, program_or_skip: Callable[[str], None]) -> Path:
    """A folder with every workbook in both formats, and those saved again in folders of it."""
    program_or_skip("libreoffice")
    folder = tmp_path_factory.mktemp("saved")
    for name in NAMES:
        book = make_book(lesson_named(name))
        for ending in ("xlsx", "ods"):
            write(book, folder / f"{name}.{ending}")
    soffice = soffice_command()
    assert soffice is not None
    for before, after in SAVES:
        command = [
            soffice,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            *("--convert-to", after),
            *("--outdir", str(folder / f"{before}-{after}")),
            *(
                str(folder / f"{name}.{case[0]}")
                for *case, name in CASES
                if case == [before, after]
            ),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_it_inspects_as_before(name: str, saved: Path) -> None:
    expected = inspect(saved / f"{name}.xlsx")
    assert inspect(saved / f"{name}.ods") == expected
    for before, after in [(b, a) for b, a, case in CASES if case == name]:
        assert inspect(saved / f"{before}-{after}" / f"{name}.{after}") == expected


@pytest.mark.thorough
@pytest.mark.parametrize(("before", "after", "name"), CASES)
def test_it_verifies_on_a_fresh_machine(before: str, after: str, name: str, saved: Path) -> None:
    _verified(saved / f"{before}-{after}" / f"{name}.{after}", "ironcalc")


@pytest.mark.parametrize("engine", ["libreoffice", "gnumeric"])
@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("xlsx", "xlsx", "mazur"),
        ("ods", "ods", "strange"),
        ("ods", "ods", "batch-of-four"),
        ("ods", "xlsx", "mazur"),
        ("ods", "xlsx", "bhadani-1-2-3-1"),
    ],
)
def test_it_verifies_in_the_real_programs(
    before: str, after: str, name: str, engine: str, saved: Path, program_or_skip: Any
) -> None:
    program_or_skip(engine)
    _verified(saved / f"{before}-{after}" / f"{name}.{after}", engine)


@pytest.mark.thorough
@pytest.mark.parametrize("engine", ["libreoffice", "gnumeric"])
def test_ours_verifies_before_anybody_saved_it(
    engine: str, saved: Path, program_or_skip: Any
) -> None:
    program_or_skip(engine)
    _verified(saved / "mazur.ods", engine)


def test_damage_is_found_in_an_ods(saved: Path, tmp_path: Path) -> None:
    """Formulas are read from the file: one that lost its minus, and one that became a number."""
    with zipfile.ZipFile(saved / "ods-ods" / "strange.ods") as package:
        parts = {name: package.read(name) for name in package.namelist()}
    content = parts["content.xml"].decode()
    formulas = re.findall(
        'table:formula="of:=(?:.*?)"', content[content.index('name="Training"') :]
    )
    minus = next(text for text in formulas if re.fullmatch(r".*\[\.\w+\]-.*", text))
    for damage in (minus.replace("]-", "]+"), ""):
        path = write_parts(
            tmp_path / "damaged.ods", parts | {"content.xml": content.replace(minus, damage)}
        )
        result = verify(path)
        assert not result.ok
        assert any(f.sheet == "Training" for check in result.checks for f in check.findings)


def _verified(path: Path, engine: str) -> None:
    result = verify(path, engine)
    assert result.ok, [
        *result.problems,
        *(str(f) for check in result.checks for f in check.findings[:3]),
    ]
    names = {check.name for check in result.checks}
    assert {"complete", "formulas", "mathematics read back"} < names
