"""From a pipeline to a collector as users have it: through the spool, whatever is left drained."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.emitters.engines import ROOT
from tests.integration.http.conftest import Collector


def to_collector(server: Collector, spool: Path) -> dict[str, str]:
    """The environment of a pipeline that sends there."""
    return {"OPENLINEAGE_URL": server.url, "OPENLINEAGE_SPOOL_DIR": str(spool)}


def drained(environment: Mapping[str, str]) -> None:
    """Ship what a process left that ended before all had arrived."""
    done = subprocess.run(
        [sys.executable, "-m", "catchment_emitters.cli", "drain", "--once"],
        env=os.environ | environment | {"PYTHONPATH": str(ROOT / "emitters")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def arrived(server: Collector, after: int = -1) -> list[bytes]:
    """All events of the log after this one, as they were received."""
    seqs = [entry["seq"] for entry in server.entries() if entry["seq"] > after]
    return [server.client.get(f"/api/v1/events/{seq}").content for seq in seqs]
