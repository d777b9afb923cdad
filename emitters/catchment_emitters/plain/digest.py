"""Versions of files: what is in them, or, of large ones, when they were written and how long.

A digest is kept for as long as the file is the same by inode, times and size.
"""

import hashlib
import os
import stat
import time
from typing import NamedTuple

from catchment_emitters.core.facets import Facet
from catchment_emitters.core.facets import version as version_facet

DIGEST_BYTES_MAX = 64 * 1024 * 1024
"""Larger files are not read: reading takes the time of the pipeline."""

_KEPT_MAX = 4_096
# Two writes within one tick of the file system's clock leave the same time behind.
_SETTLED_SECONDS = 2.0
# How much earlier a file may seem written than it was, by that same tick.
_TICK_SECONDS = 0.05


class _State(NamedTuple):
    device: int
    inode: int
    size_bytes: int
    written_ns: int
    changed_ns: int


_kept: dict[str, tuple[_State, str]] = {}


def digest(path: str | os.PathLike[str], *, bytes_max: int = DIGEST_BYTES_MAX) -> str | None:
    """The version of a file: `sha256:…` of its content.

    Beyond `bytes_max`: `mtime:…,size:…` (nanoseconds since 1970; bytes), which another copy of the
    same content does not have. None if there is no such file, or it is no regular one. Never
    raises.
    """
    try:
        return _digest(os.fspath(path), bytes_max)
    except (OSError, ValueError, TypeError):
        return None


def _digest(path: str, bytes_max: int) -> str | None:
    found = os.stat(path)
    # Opening a pipe would wait for who writes to it.
    if not stat.S_ISREG(found.st_mode):
        return None
    state = _state(found)
    if state.size_bytes > bytes_max:
        return f"mtime:{state.written_ns},size:{state.size_bytes}"
    place = os.path.abspath(path)
    known = _kept.get(place)
    if known is not None and known[0] == state:
        return known[1]
    with open(path, "rb") as file:
        content = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
        after = _state(os.fstat(file.fileno()))
    newest_ns = max(state.written_ns, state.changed_ns)
    if after == state and time.time_ns() - newest_ns > _SETTLED_SECONDS * 1e9:
        if len(_kept) >= _KEPT_MAX:
            _kept.clear()
        _kept[place] = (state, content)
    return content


def _state(found: os.stat_result) -> _State:
    return _State(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class FileVersion:
    """The version of a file that a run writes, to be asked for at its end.

    `since`: when the run began, in seconds since 1970. A run that did not complete has made no
    version of a file that it did not touch.
    """

    __slots__ = ("_path", "_since")

    def __init__(self, path: str, since: float) -> None:
        self._path = path
        self._since = since

    def __call__(self, completed: bool) -> Facet | None:
        """The facet, if there is such a file."""
        if not completed and os.stat(self._path).st_mtime < self._since - _TICK_SECONDS:
            return None
        return version_facet(digest(self._path))
