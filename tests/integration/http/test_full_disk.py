"""A full disk below a Postgres of its own: senders and probes are told so, and all comes back."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.integration.http.conftest import Collector, collector, event
from tests.integration.postgres.conftest import data_dir

__all__ = ["data_dir"]

MIB = 1024**2
FULL = "the disk that it lies on is full: free some space"


@pytest.fixture
def small(data_dir: Path) -> Iterator[Path]:
    """A directory on a file system of its own."""
    folder = data_dir / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=120m,mode=0755", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small file system can be mounted by root only")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path, leave_bytes: int) -> Path:
    filler = folder / "filler"
    found = os.statvfs(folder)
    filler.write_bytes(bytes(found.f_bavail * found.f_frsize - leave_bytes))
    return filler


def large_event() -> dict[str, Any]:
    body = {"_producer": "https://example.org", "_schemaURL": "x", "v": os.urandom(60_000).hex()}
    run = event()["run"] | {"facets": {"large": body}}
    return event(run=run)


def wait_until(server: Collector, path: str, says: str) -> None:
    deadline = monotonic() + 20
    while says not in (found := server.client.get(path)).text:
        assert monotonic() < deadline, found.text
        sleep(0.1)
    assert found.status_code == (503 if says == FULL else 200)


def test_a_full_disk_is_said_and_survived(small: Path) -> None:
    with collector(data_dir=small / "data", log_level="error") as server:
        assert server.post(event()).status_code == 201
        filler = fill(small, 0)
        refused = server.post(large_event())
        assert refused.status_code == 503
        assert "The disk of the database is full" in refused.json()["detail"]
        filler.unlink()
        # Now so that it is the log of Postgres for which there is no space, which ends it.
        filler = fill(small, 10 * MIB)
        while server.post(large_event()).status_code == 201:
            pass
        wait_until(server, "/health/ready", FULL)
        refused = server.post(event())
        assert refused.status_code == 503
        assert FULL in refused.json()["detail"]
        filler.unlink()
        wait_until(server, "/health/ready", "ok")
        assert server.post(event()).status_code == 201
