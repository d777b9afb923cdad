"""A peer that misbehaves, spools that are closed, and events with a number."""

import json
import logging
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.spool import Spool
from tests.emitters.spool.peer import Peer, serving

QUICK: dict[str, Any] = {
    "linger_seconds": 0.01,
    "backoff_seconds_min": 0.02,
    "connect_seconds_max": 0.5,
    "request_seconds_max": 0.5,
    "adopt_seconds": 0.2,
}


def numbered(n: int, **members: Any) -> bytes:
    event = {
        "n": n,
        "eventTime": "2026-03-01T12:00:00.000Z",
        "eventType": "COMPLETE",
        "producer": "https://example.org/tests",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": f"01890000-0000-7000-8000-{n:012d}"},
        "job": {"namespace": "tests", "name": "spooled"},
    }
    return json.dumps(event | members).encode()


@pytest.fixture(autouse=True)
def warnings_seen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "catchment_emitters")


@pytest.fixture
def peer() -> Iterator[Peer]:
    with serving() as running:
        yield running


MakeSpool = Callable[..., Spool]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeSpool]:
    made: list[Spool] = []

    def begin(downstream: dict[str, Any], **limits: Any) -> Spool:
        spool = Spool(tmp_path / "spool", downstream, limits=SpoolLimits(**(QUICK | limits)))
        made.append(spool)
        return spool

    yield begin
    for spool in made:
        spool.close(0.2)


@pytest.fixture
def refused() -> str:
    """The URL of a port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def black_hole() -> Iterator[str]:
    """The URL of a listener whose queue is full: connecting to it never ends."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        crowd = [socket.socket() for _ in range(4)]
        for each in crowd:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for each in crowd:
            each.close()
