"""Engines in environments of their own: real Prefect and real Dagster, as users install them.

Their dependencies differ from each other's and from ours. Each environment is made once in a
checkout, from a file of pins, with nothing but Python; whoever comes meanwhile waits.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACE = ROOT / ".cache" / "engines"
_INSTALL_SECONDS_MAX = 900


def engine_python(name: str) -> Path:
    """The interpreter of an engine: `requirements/NAME.txt` and our emitters are installed."""
    pins = ROOT / "requirements" / f"{name}.txt"
    # Entry points are found by what is installed, so the project's own file counts, too.
    ours = (ROOT / "emitters" / "pyproject.toml").read_bytes()
    mark = hashlib.sha256(pins.read_bytes() + ours + sys.version.encode()).hexdigest()
    home = PLACE / f"{name}-{mark[:16]}"
    python = home / "bin" / "python"
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "ready").exists():
            venv.create(home, clear=True, with_pip=True)
            _pip(python, "--require-hashes", "-r", str(pins))
            _pip(python, "--no-deps", "--no-build-isolation", "-e", str(ROOT / "emitters"))
            (home / "ready").touch()
    return python


def _pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run(
        [*command, *arguments], check=True, timeout=_INSTALL_SECONDS_MAX, env=environment
    )
