"""A real daemon with two code locations, each with our sensor: one tells of its own runs alone."""

import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.emitters.dagster.running import PROJECTS, environment, events, new_home
from tests.emitters.engines import engine_python

SECONDS_MAX = 150
_WORKSPACE = "load_from:\n" + "".join(
    f"- python_file: {{relative_path: {PROJECTS / name}.py, location_name: {name}}}\n"
    for name in ("north", "south")
)


def test_two_locations_each_tell_of_their_own_runs_once(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home")
    (home / "workspace.yaml").write_text(_WORKSPACE)
    said = home / "said.ndjson"
    daemon = subprocess.Popen(
        [str(engine_python("dagster").parent / "dagster-daemon"), "run"],
        cwd=home,
        env=environment(home, TEST_EVENTS=said),
        stdout=(home / "log").open("w"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + SECONDS_MAX
        while len(ends(said)) < 2 and time.monotonic() < until:
            assert daemon.poll() is None, (home / "log").read_text()[-4000:]
            time.sleep(0.5)
        # Another tick of each has nothing to add.
        time.sleep(4)
    finally:
        os.killpg(daemon.pid, signal.SIGINT)
        try:
            daemon.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()
    found = events(said)
    places = {
        one["run"]["facets"]["dagster_run"]["code_location"] for one in of(found, "work", "START")
    }

    assert len(ends(said)) == 2, (home / "log").read_text()[-4000:]
    assert places == {"north", "south"}
    assert len(of(found, "north", "COMPLETE")) == len(of(found, "south", "COMPLETE")) == 1
    assert Counter(said.read_bytes().splitlines()).most_common(1)[0][1] == 1


def of(found: list[dict[str, Any]], job: str, kind: str) -> list[dict[str, Any]]:
    return [
        one for one in found if one.get("eventType") == kind and one["job"]["name"] == job
    ]  # fmt: skip


def ends(said: Path) -> list[dict[str, Any]]:
    return of(events(said), "work", "COMPLETE")
