"""Files as assets: where they lie, and their digests, which are their versions."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

HOME = Path(os.environ.get("CHURN_HOME", "churn")).absolute()


@dataclass(frozen=True)
class Written:
    """A file in one version."""

    path: Path
    version: str


def key(name: str) -> str:
    """The asset of a file or folder in HOME."""
    return f"file://{HOME / name}"


def written(path: Path) -> Written:
    """A file as it is now."""
    return Written(path, "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest())
