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


def test_runs_that_never_end_do_not_keep_later_ones_from_being_told(tmp_path: Path) -> None:
    told = trouble(tmp_path, "endless")
    begun = [one["run"]["runId"] for one in told.of("endless", "adding", "START")]

    assert begun == told.said["runs"]
    assert told.one("endless", "sound", "COMPLETE")
    # Those that were silent longest went.
    assert set(told.said["left"]) <= set(told.said["runs"][-2:])
    assert set(told.said["again"]) == set(told.said["left"])
    assert len(told.said["warnings"]) == 1
    assert "more than 2 runs go on" in told.said["warnings"][0]


def test_runs_that_are_not_read_yet_wait_and_none_is_left_out(tmp_path: Path) -> None:
    told = trouble(tmp_path, "unread")

    assert told.said["most"] == 2
    assert len(told.of("unread", "sound", "COMPLETE")) == 5
    assert told.said["warnings"] == []


def test_a_run_that_was_deleted_or_is_over_is_followed_no_longer(tmp_path: Path) -> None:
    told = trouble(tmp_path, "gone")

    assert told.said["before"] == 3
    assert told.said["after"] == [told.said["open"]]


def test_a_storage_that_raises_within_a_page_changes_nothing_of_what_is_told(
    tmp_path: Path,
) -> None:
    told = trouble(tmp_path, "failing")

    assert told.said["raised"]
    assert told.one("whole", "adding.many", "COMPLETE")
    assert set(told.bodies("failing")) == set(told.bodies("whole"))
    assert told.said["warnings"] == []
