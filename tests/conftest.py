"""Fixtures that all tests share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from sheetnet.recalc import PROGRAMS, LibreOffice, Program, installed

#: Tests that ask for one of these need a spreadsheet program, or one that reads workbooks.
PROGRAMS_FIXTURES = {"program_or_skip", "office", "engine", "node"}


#: Continuous integration has half an hour: of these, the first of a kind is in it, and the others
#: are for before a release (`pytest -m thorough`).
THOROUGH = (
    # Large lessons: test_playground_lessons.py and xor say what is new in them.
    r"^(?!.*test_(data_files|playground)).*\[(.*-)?(iris|moons|spiral|sine|learning-rates)(-.*)?\]",
    r"test_stretches.py::test_(encodings|damaged_rows)\[.*(utf-7|iso|[2-9]-|1\d-)",
    r"test_parameters.py::test_all_of_it_verifies_in_the_real_programs\[.*(gnumeric|ods)",
    r"test_typed_numbers.py::test_what_was_once_wrong.*bhadani",
    r"test_workbooks.py::test_(every_lesson_verifies_in_every_engine|edits_in)\[.*(mazur|bhadani-1).*gnu",
    r"test_workbooks.py::test_(every_lesson_verifies_in_every_engine|edits_in)\[.*gnu.*(mazur|bhadani-1)",
    r"test_workbooks.py::test_a_network_too_wide",
    r"test_workbooks.py::test_a_comma_locale.*da-DK",
    r"test_resaved.py::test_it_verifies_in_the_real_programs\[(ods|.*gnumeric)",
    r"test_sizes.py::test_what_is_expected_comes\[.*ods",
    r"test_calculus.py::test_every_lesson_verifies\[(wichmann|bhadani-matrix)",
    r"test_worksheet_edits.py::test_every_cell.*\[(wichmann|sabine|bhadani-activations)",
    r"test_worksheet_edits.py::test_what_is_not.*\[(wichmann|bhadani-matrix)",
    r"test_gradcheck_hostile.py::test_what_repeats.*\[.*ods",
    r"test_gradcheck_hostile.py::test_what_repeats.*\[(comm|elem|attr|cells|bl|sh|val|z|sp|the|a_[nc]).*",
    r"test_worksheet_answers.py::test_libreoffice_shows_the_same\[(sabine|bhadani-activations)",
    r"test_readers.py::test_exceljs.*\[(bhadani|batch)",
    r"test_lines_by_hand.py::test_every_line_and_label_that_ships.*\[bhadani-1-2-3-1-(?!bhadani)",
    r"test_typed_numbers.py::test_what_was_once_wrong.*gnumeric",
    r"test_playground_lessons.py::test_the_workbook_says_so_itself\[iris",
    r"test_sizes.py::test_what_is_expected_comes\[long",
    r"test_compared.py::test_(gnumeric|libreoffice)_changes_nothing.*\[(xlsx-ods|ods-xlsx)",
)

#: Modules whose tests take more than a few tenths of a second each: with those that need programs,
#: break something on purpose or are thorough, they are left out of `pytest -m quick`.
SLOW = (
    "batches chain_rule compared contrast descent drawing facts files format fuzz gradcheck_hostile"
    " hostile lesson_sizes lines_by_hand machine matrices_softmax matrix_titles mutants ods own"
    " panels placements progress readers reading_back rules sheets sights sizes slips stretches"
    " strangers_files surface symbols_are_read tiers typed_numbers"
)
NOT_QUICK = {"mutants", "programs", "thorough"}

#: Continuous integration answers for the change at hand: the same examples every time, and an
#: example that fails is shown as it was found: to make it smaller would take minutes.
settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    phases=(Phase.explicit, Phase.generate, Phase.target),
    suppress_health_check=(HealthCheck.too_slow,),
)
if os.environ.get("SHEETNET_REQUIRE_PROGRAMS"):
    settings.load_profile("ci")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a program, so that `-m "not programs"` leaves it out, and what says again
    what a quicker test says; what is left of the quick ones is `quick`."""
    slow = {f"test_{name}" for name in SLOW.split()}
    for item in items:
        if any(re.search(pattern, item.nodeid) for pattern in THOROUGH):
            item.add_marker(pytest.mark.thorough)
        if PROGRAMS_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.programs)
        marks = {mark.name for mark in item.iter_markers()}
        if item.path.stem not in slow and not marks & NOT_QUICK:
            item.add_marker(pytest.mark.quick)


@pytest.fixture(scope="session")
def program_or_skip() -> Callable[[str], None]:
    """Skip where a program is not installed; fail where it must be (SHEETNET_REQUIRE_PROGRAMS)."""

    def check(name: str) -> None:
        if name not in installed():
            if os.environ.get("SHEETNET_REQUIRE_PROGRAMS"):
                pytest.fail(f"{name} is not installed")
            pytest.skip(f"{name} is not installed")

    return check


@pytest.fixture(scope="session")
def office(program_or_skip: Callable[[str], None]) -> Iterator[LibreOffice]:
    """A LibreOffice that runs as long as the tests do, since it takes seconds to start."""
    program_or_skip("libreoffice")
    with LibreOffice() as program:
        yield program


@pytest.fixture(params=list(PROGRAMS))
def engine(request: pytest.FixtureRequest, program_or_skip: Callable[[str], None]) -> Program:
    """Each of the engines in turn."""
    program_or_skip(request.param)
    if request.param == "libreoffice":
        office: LibreOffice = request.getfixturevalue("office")
        return office
    return PROGRAMS[request.param]
