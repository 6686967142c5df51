"""Fixtures that all tests share."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from sheetnet.recalc import installed


@pytest.fixture(scope="session")
def engine_or_skip() -> Callable[[str], None]:
    """Skip where a program is not installed; fail where it must be (SHEETNET_REQUIRE_ENGINES)."""

    def check(name: str) -> None:
        if name not in installed():
            if os.environ.get("SHEETNET_REQUIRE_ENGINES"):
                pytest.fail(f"{name} is not installed")
            pytest.skip(f"{name} is not installed")

    return check
