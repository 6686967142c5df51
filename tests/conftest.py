"""Fixtures that all tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from sheetnet.recalc import PROGRAMS, LibreOffice, Program, installed

#: Tests that ask for one of these need a spreadsheet program, or one that reads workbooks.
PROGRAMS_FIXTURES = {"program_or_skip", "office", "engine", "node"}


if os.environ.get("SHEETNET_REQUIRE_PROGRAMS"):
    # Continuous integration answers for the change at hand: the same examples every time.
    settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a program, so that `-m "not programs"` leaves it out."""
    for item in items:
        if PROGRAMS_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.programs)


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
