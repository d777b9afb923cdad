"""Records that cannot be read, storages that fail, runs that never end: the sensor goes on."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.emitters.dagster.conftest import Told
from tests.emitters.dagster.running import PROJECTS, new_home, run
from tests.emitters.dagster.test_mapping import io, run_facet


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


def test_what_a_policy_keeps_is_in_no_event_and_secrets_are_hidden(tmp_path: Path) -> None:
    told = trouble(tmp_path, "private")
    written = io(told.one("all", "hr", "COMPLETE"), "outputs")["hr"]
    (declared,) = datasets(told, "all", "hr")
    run_tags = run_facet(told.one("all", "hr", "START"), "tags")["tags"]

    assert datasets(told, "no_hr", "hr") == []
    assert told.of("no_hr", "hr", "START") == []
    assert len(datasets(told, "no_hr", "outside")) == 1
    for name in ("no_outside", "no_outside.reported", "no_data"):
        assert datasets(told, name, "outside") == []
        assert len(datasets(told, name, "hr")) == 1
    assert written["outputFacets"]["dagster_materialization"]["metadata"] == {
        "api_token": "***",
        "note": "plain",
    }
    assert {one["key"]: one["value"] for one in declared["facets"]["tags"]["tags"]} == {
        "api_token": "***"
    }
    assert {"db_password": "***", "dagster/run_key": "a-key"}.items() <= {
        one["key"]: one["value"] for one in run_tags
    }.items()
    assert not any(b"hunter2" in body for body in told.bodies("all"))


def test_many_reported_assets_are_told_in_bounded_time_and_none_twice(tmp_path: Path) -> None:
    told = trouble(tmp_path, "reported")
    ends = [one for one in told.events("reported") if one["eventType"] == "COMPLETE"]

    assert len(ends) == 600
    assert len(set(told.bodies("reported"))) == 1_200
    # A START and a COMPLETE of each record of a page.
    assert told.said["most"] == 200


def test_a_backfill_begins_at_its_instant_for_runs_and_for_reports(tmp_path: Path) -> None:
    told = trouble(tmp_path, "backfilled")

    assert [len(told.of("since", job, "COMPLETE")) for job in ("sound", "hr")] == [0, 1]
    assert told.of("since", "outside.reported", "COMPLETE") == []
    assert len(datasets(told, "since", "outside")) == 1
    assert [len(told.of("all", job, "COMPLETE")) for job in ("sound", "hr")] == [1, 1]
    assert told.one("all", "outside.reported", "COMPLETE")
    assert told.bodies("now") == []


def test_a_disabled_sensor_waits_where_it_is(tmp_path: Path) -> None:
    told = trouble(tmp_path, "disabled")

    assert told.said["waits"]
    assert told.bodies("off") == []
    assert told.one("on", "sound", "COMPLETE")


def datasets(told: Told, file: str, name: str) -> list[dict[str, Any]]:
    """What is said of a dataset without a run."""
    found = [one["dataset"] for one in told.events(file) if "dataset" in one]
    return [one for one in found if one["name"] == name]


@pytest.mark.parametrize(("how", "warnings"), [("homeless", 0), ("failing", 1)])
def test_a_handler_that_cannot_look_a_run_up_leaves_it_to_the_sensor(
    tmp_path: Path, how: str, warnings: int
) -> None:
    said = json.loads(run(new_home(tmp_path / "home"), str(PROJECTS / "blind.py"), how))

    assert said["seen"] > 10
    assert said["told"] == 0
    assert len(said["warnings"]) == warnings, said["warnings"]
