"""Where the spool lies."""

import os
import stat
from pathlib import Path


def spool_directory() -> Path:
    """The directory of the spool, made with mode 0700 if it can be.

    `OPENLINEAGE_SPOOL_DIR` as it stands, if set. Otherwise `catchment-emitters/spool` in the
    user's state directory, or a directory of this user's own among the temporary ones where
    there is no home to write to. Never raises for a directory that cannot be made: the spool
    keeps events in memory then, and tries again.
    """
    if told := os.environ.get("OPENLINEAGE_SPOOL_DIR"):
        try:
            directory = Path(told).expanduser()
        except RuntimeError:  # ~ of a user without a home
            return _temporary()
        make_directory(directory)
        return directory
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():  # the specification says to ignore relative ones
        try:
            state = Path.home() / ".local" / "state"
        except RuntimeError:  # a user without a home
            return _temporary()
    directory = state / "catchment-emitters" / "spool"
    if make_directory(directory):
        return directory
    return _temporary()


def make_directory(directory: Path) -> bool:
    """Make it, for this user only, unless it is there; whether it can be written to."""
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        directory.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return False
    return os.access(directory, os.W_OK | os.X_OK)


def _temporary() -> Path:
    import tempfile

    # The name is known to all users of the machine, so it counts only if it is ours.
    directory = Path(tempfile.gettempdir()) / f"catchment-emitters-{os.geteuid()}"
    make_directory(directory)
    try:
        found = directory.lstat()
    except OSError:
        return directory
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if ours and not found.st_mode & 0o077:
        return directory
    return Path(tempfile.mkdtemp(prefix="catchment-emitters-"))
