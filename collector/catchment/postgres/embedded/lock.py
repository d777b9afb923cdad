"""One starter at a time per data dir: a lock held as long as its holder lives, however it dies.

The kernel lets go of it when the process ends, so there is nothing stale to clean up; the text in
the file only tells the next one whom to look for. Knows nothing of Postgres.
"""

import fcntl
import os
import sys
from pathlib import Path

from catchment.errors import CannotStart


class StarterLock:
    """An exclusive `flock` on a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def try_acquire(self) -> bool:
        """Take it if it is free; True if it is ours now."""
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError:
            raise CannotStart(
                f"There is no permission to write {self._path}: run this as the user who made it, "
                "or choose another directory by CATCHMENT_DATA_DIR."
            ) from None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        os.truncate(fd, 0)
        os.write(fd, f"process {os.getpid()} ({Path(sys.argv[0]).name})".encode())
        self._fd = fd
        return True

    def taken(self) -> bool:
        """Whether somebody has it; makes nothing, and writes nothing."""
        try:
            fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            # Shared, and let go at once: a starter that meets it tries again.
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False

    def holder(self) -> str:
        """Who has it, for a sentence; only a hint."""
        try:
            return self._path.read_text().strip() or "another process"
        except OSError:
            return "another process"

    def release(self) -> None:
        """Let go; safe to call twice."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
