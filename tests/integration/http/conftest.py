"""The real command on a real Postgres, asked over real sockets."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conftest import TEMPLATE, PostgresServer

START_SECONDS_MAX = 60
JSON = {"content-type": "application/json"}
NDJSON = {"content-type": "application/x-ndjson"}


@dataclass
class Collector:
    """A running `catchment serve`."""

    url: str
    process: subprocess.Popen[str]
    client: httpx.Client

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def post(
        self, body: bytes | str | dict[str, Any], path: str = "/api/v1/lineage", **headers: str
    ) -> httpx.Response:
        """POST as JSON; header names are written with `_`."""
        content = json.dumps(body) if isinstance(body, dict) else body
        given = JSON | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, content=content, headers=given)

    def batch(self, body: Any, **headers: str) -> httpx.Response:
        """POST a batch: a list becomes an array."""
        content = json.dumps(body) if isinstance(body, list) else body
        return self.post(content, "/api/v1/lineage/batch", **headers)

    def entries(self) -> list[dict[str, Any]]:
        """The whole log."""
        found: list[dict[str, Any]] = []
        after = -1
        while True:
            page = self.client.get("/api/v1/events", params={"after": after, "limit": 1000}).json()
            found += page["events"]
            if page["next"] is None:
                return found
            after = page["next"]

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


def environment(**settings: object) -> dict[str, str]:
    """This environment without our settings, plus these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CATCHMENT_")}
    return kept | {f"CATCHMENT_{name.upper()}": str(value) for name, value in settings.items()}


@contextmanager
def collector(**settings: object) -> Iterator[Collector]:
    """`catchment serve` with these settings, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "catchment", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(**({"log_level": "error"} | settings)),
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert "ready at http://" in line, line
        url = line.split()[-1]
        with httpx.Client(base_url=url, timeout=30) as client:
            yield Collector(url, process, client)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def server(postgres_server: PostgresServer) -> Iterator[Collector]:
    """One for all tests of a module; its defaults are those of a user."""
    with postgres_server.database(TEMPLATE) as url, collector(database_url=url) as running:
        yield running


StartCollector = Callable[..., Collector]


@pytest.fixture
def start(database_url: str) -> Iterator[StartCollector]:
    """Start collectors with other settings, on this test's own database."""
    stack: list[Any] = []

    def begin(**settings: object) -> Collector:
        manager = collector(database_url=database_url, **settings)
        stack.append(manager)
        return manager.__enter__()

    yield begin
    for manager in reversed(stack):
        manager.__exit__(None, None, None)


def event(**members: Any) -> dict[str, Any]:
    """A small complete event; each call another run."""
    return {
        "eventTime": "2026-03-01T12:00:00.000Z",
        "eventType": "COMPLETE",
        "producer": "https://example.org/tests",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": str(uuid4())},
        "job": {"namespace": "tests", "name": "job"},
        "inputs": [{"namespace": "db", "name": "a"}],
        "outputs": [{"namespace": "db", "name": "b"}],
    } | members
