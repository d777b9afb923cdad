"""What was refused for good: kept beside its segment, one JSON object a line."""

import errno
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catchment_emitters.spool.segment import DEAD_SUFFIX
from catchment_emitters.spool.warnings_once import warn_once

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def keep_dead(path: Path, event: bytes, reason: str, place: str) -> None:
    """Append to a dead-letter file: `at`, `reason`, `to`, and `event`, a string of its bytes.

    Raises OSError if the disk is full: the event is to be kept where it is until there is room.
    """
    warn_once(
        "dead",
        "An OpenLineage event was refused by %s (%s); it is kept in %s.",
        place,
        reason,
        path,
    )
    letter = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "reason": reason,
        "to": place,
        "event": event.decode("utf-8", "backslashreplace"),
    }
    line = json.dumps(letter).encode() + b"\n"
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o600)
        try:
            written = os.write(descriptor, line)
            if written != len(line):
                os.ftruncate(descriptor, os.fstat(descriptor).st_size - written)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in _FULL:
            raise
        warn_once("dead unkept", "A refused event could not be kept in %s: %s.", path, error)


def dead_files(directory: Path) -> list[Path]:
    """The dead-letter files there, oldest first."""
    return sorted(directory.glob(f"*{DEAD_SUFFIX}"))


def read_dead(path: Path) -> list[dict[str, Any]]:
    """The letters in a file; a half last line is left out."""
    letters: list[dict[str, Any]] = []
    for line in path.read_bytes().splitlines():
        try:
            letters.append(json.loads(line))
        except ValueError:
            continue
    return letters
