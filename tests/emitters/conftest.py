"""What is said once in a process is said once in a test."""

import pytest

from catchment_emitters.spool import warnings_once


@pytest.fixture(autouse=True)
def nothing_said_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warnings_once, "_said", set())
