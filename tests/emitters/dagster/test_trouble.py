"""Records that cannot be read, storages that fail, runs that never end: the sensor goes on."""

import json
from pathlib import Path

from tests.emitters.dagster.conftest import Told
from tests.emitters.dagster.running import PROJECTS, new_home, run


def trouble(place: Path, name: str) -> Told:
    home = new_home(place / "home")
    return Told(home, json.loads(run(home, str(PROJECTS / "trouble.py"), name)))


def test_a_record_that_cannot_be_read_is_left_out_and_the_rest_is_told(tmp_path: Path) -> None:
    told = trouble(tmp_path, "unreadable")

    assert told.one("first", "sound", "COMPLETE")
    assert told.one("first", "oddly_defined", "COMPLETE")
    assert told.one("first", "oddly_written", "COMPLETE")
    assert told.said["again"]
    assert told.bodies("second") == []
    assert len(told.said["warnings"]) == 1
    assert "Invalid IPv6 URL" in told.said["warnings"][0]
