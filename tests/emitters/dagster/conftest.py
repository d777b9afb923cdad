"""What real Dagster processes told: each program runs once, whatever tests ask for it."""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.emitters.dagster.running import PROJECTS, bodies, events, new_home, run


@dataclass(frozen=True)
class Told:
    """An instance after a program, and the events by the names of its files."""

    home: Path
    said: dict[str, Any]

    def bodies(self, name: str) -> list[bytes]:
        return bodies(self.home / f"{name}.ndjson")

    def events(self, name: str) -> list[dict[str, Any]]:
        return events(self.home / f"{name}.ndjson")

    def of(self, name: str, job: str, kind: str) -> list[dict[str, Any]]:
        """Events of a job, by their type."""
        found = [one for one in self.events(name) if one.get("eventType") == kind]
        return [one for one in found if one["job"]["name"] == job]

    def one(self, name: str, job: str, kind: str) -> dict[str, Any]:
        found = self.of(name, job, kind)
        assert len(found) == 1, [one.get("job", {}).get("name") for one in self.events(name)]
        return found[0]


def _told(factory: pytest.TempPathFactory, program: str, *, handler: bool = False) -> Told:
    # Workers of one test run have one parent directory; without workers it is that of all runs.
    base = factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"dagster-{program}"
    place.mkdir(exist_ok=True)
    home, done = place / "home", place / "said.json"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            new_home(home, handler=handler)
            more = {"TEST_EVENTS": home / "pushed.ndjson"} if handler else {}
            said = run(home, str(PROJECTS / f"{program}.py"), DAGSTER_UI_URL="http://ui/", **more)
            done.write_text(said or "{}")
    return Told(home, json.loads(done.read_text()))


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One scenario after the other, each followed by a tick."""
    return _told(tmp_path_factory, "drive")


@pytest.fixture(scope="session")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Runs in processes of their own with the handler, then a tick over all."""
    return _told(tmp_path_factory, "push", handler=True)
