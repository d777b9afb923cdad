"""A real Prefect server, and scripts run by a real Prefect against it, as users run them."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from catchment.events.strict import problems_of
from tests.emitters.engines import ROOT, engine_python
from tests.integration.http.conftest import NDJSON, Collector, server

__all__ = ["server"]

FLOWS = Path(__file__).parent / "flows"
_OUT = Path(__file__).parent / "out"
SECONDS_MAX = 120
_START_SECONDS_MAX = 90

Event = dict[str, Any]


@dataclass
class Done:
    """A script that ended."""

    code: int
    stdout: str
    stderr: str
    bodies: list[bytes]
    events: list[Event] = field(init=False)

    def __post_init__(self) -> None:
        self.events = [json.loads(body) for body in self.bodies]

    def of(self, job: str, *kinds: str) -> list[Event]:
        """The events of a job, of these types or all."""
        of_job = [event for event in self.events if event["job"]["name"] == job]
        return [event for event in of_job if not kinds or event["eventType"] in kinds]

    def one(self, job: str, kind: str) -> Event:
        """The only event of this type of a job."""
        (event,) = self.of(job, kind)
        return event


def facets(event: Event) -> dict[str, Any]:
    """Those of the run."""
    of_run: dict[str, Any] = event["run"]["facets"]
    return of_run


def parent(event: Event) -> str | None:
    """The run that its run is part of."""
    found = facets(event).get("parent")
    return found["run"]["runId"] if found else None


def post(collector: Collector, bodies: list[bytes]) -> None:
    """Send events as they are; all are taken."""
    answer = collector.batch(b"\n".join(bodies), content_type=NDJSON["content-type"])
    assert answer.status_code in (200, 201, 204), answer.text
    if answer.content:
        assert answer.json()["summary"]["failed"] == 0, answer.text


@dataclass
class Scripts:
    """Runs scripts with Prefect, each with a home and a file of events of its own."""

    python: Path
    api: str
    place: Path
    count: int = 0

    def start(
        self, script: str | Path, *arguments: str, plugin: bool = True, **variables: str
    ) -> "Running":
        """Begin; variables of the environment are named in capitals."""
        self.count += 1
        home = self.place / str(self.count)
        home.mkdir()
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PREFECT_", "OPENLINEAGE", "CATCHMENT_"))
        }
        environment = kept | {
            "PYTHONPATH": f"{_OUT}{os.pathsep}{ROOT / 'emitters'}",
            "PREFECT_HOME": str(home),
            "PREFECT_API_URL": f"{self.api}/api",
            "PREFECT_UI_URL": self.api,
            "PREFECT_RUNNER_POLL_FREQUENCY": "1",
            "DO_NOT_TRACK": "1",
            "OPENLINEAGE_URL": "http://127.0.0.1:9",
            "CATCHMENT_TEST_EVENTS": str(home / "events"),
        }
        if plugin:
            environment["PREFECT_PLUGINS_ENABLED"] = "1"
        process = subprocess.Popen(
            [str(self.python), str(FLOWS / script), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=home,
            env=environment | variables,
        )
        return Running(process, home / "events")

    def run(self, script: str | Path, *arguments: str, **options: Any) -> Done:
        """Run to its end; all events are strictly valid."""
        return self.start(script, *arguments, **options).end()

    def churn(self, home: Path, *arguments: str, **variables: str) -> Done:
        """Run the example with its files in `home`."""
        path = os.pathsep.join([str(_OUT), str(ROOT / "emitters"), str(ROOT)])
        script = ROOT / "examples" / "prefect_churn" / "pipeline.py"
        return self.run(script, *arguments, PYTHONPATH=path, CHURN_HOME=str(home), **variables)

    def wait_for_deployment(self, name: str) -> None:
        """Until the server knows it."""
        until = time.monotonic() + SECONDS_MAX
        while time.monotonic() < until:
            asked = {"deployments": {"name": {"any_": [name]}}}
            if httpx.post(f"{self.api}/api/deployments/filter", json=asked, timeout=10).json():
                return
            time.sleep(0.1)
        raise AssertionError(f"no deployment {name}")


@dataclass
class Running:
    """A script that goes on."""

    process: subprocess.Popen[str]
    file: Path

    def bodies(self) -> list[bytes]:
        """What it emitted so far."""
        return self.file.read_bytes().splitlines() if self.file.exists() else []

    def wait_for(self, count: int) -> None:
        """Until it has emitted so many events."""
        until = time.monotonic() + SECONDS_MAX
        while len(self.bodies()) < count:
            assert time.monotonic() < until, "no events"
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.05)

    def end(self, kill: signal.Signals | None = None) -> Done:
        """Wait for its end, after this signal."""
        if kill is not None:
            self.process.send_signal(kill)
        try:
            stdout, stderr = self.process.communicate(timeout=SECONDS_MAX)
        finally:
            self.process.kill()
        bodies = self.bodies()
        for body in bodies:
            assert problems_of(body) == (), body
        return Done(self.process.returncode, stdout, stderr, bodies)


@pytest.fixture(scope="session")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripts]:
    """Scripts on a Prefect server of their own."""
    python, place = engine_python("prefect"), tmp_path_factory.mktemp("prefect")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: one for name, one in os.environ.items() if name != "PYTHONPATH"}
    home = place / "server"
    command = [str(python.parent / "prefect"), "server", "start", "--no-services"]
    with (place / "server.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            stdout=log,
            stderr=log,
            env=environment | {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1"},
        )
    api = f"http://127.0.0.1:{port}"
    try:
        _wait_for(api, process)
        yield Scripts(python, api, place)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(api: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS_MAX
    while time.monotonic() < until:
        assert process.poll() is None, "the Prefect server ended"
        try:
            if httpx.get(f"{api}/api/health", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the Prefect server did not start")
