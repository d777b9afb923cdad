"""Starts real Dagster processes on this checkout's emitters."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.emitters.engines import ROOT, engine_python

PROJECTS = Path(__file__).parent / "projects"
SECONDS_MAX = 300


def environment(home: Path, **more: object) -> dict[str, str]:
    """That of a process whose instance is in `home`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OPENLINEAGE_", "DAGSTER_", "CATCHMENT_"))
    }
    path = os.pathsep.join([str(ROOT / "emitters"), str(PROJECTS), str(ROOT)])
    own = {"DAGSTER_HOME": home, "PYTHONPATH": path, "DAGSTER_DISABLE_TELEMETRY": "yes"}
    return kept | {name: str(value) for name, value in (own | more).items()}


def new_home(place: Path, *, handler: bool = False) -> Path:
    """An instance as Dagster makes it: SQLite, a file for each run."""
    place.mkdir(parents=True)
    lines = ["telemetry:", "  enabled: false"]
    if handler:
        lines += [
            "python_logs:",
            "  dagster_handler_config:",
            "    handlers:",
            "      openlineage:",
            "        class: catchment_emitters.dagster.handler.OpenLineageHandler",
            "        level: DEBUG",
        ]
    (place / "dagster.yaml").write_text("\n".join(lines) + "\n")
    return place


def start(home: Path, *arguments: str, **more: object) -> subprocess.Popen[str]:
    """A Python with Dagster, until somebody waits for it."""
    return subprocess.Popen(
        [str(engine_python("dagster")), *arguments],
        cwd=home,
        env=environment(home, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(home: Path, *arguments: str, **more: object) -> str:
    """The same, waited for; what it printed."""
    process = start(home, *arguments, **more)
    out, errors = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 0, errors[-4000:]
    return out


def bodies(path: Path) -> list[bytes]:
    """The events of a file, byte by byte."""
    return path.read_bytes().splitlines() if path.exists() else []


def events(path: Path) -> list[dict[str, Any]]:
    """The same as objects."""
    return [json.loads(body) for body in bodies(path)]
