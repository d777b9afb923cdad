"""The files of a server: where they lie under the data dir, how they come to be, whose they are.

    <data_dir>/postgres/
      lock            who starts the server (see `lock`)
      cluster/        PGDATA; appears whole by a rename, and belongs to the server's user
      cluster.new/    a half-made one, left by an interrupted start and removed by the next
      socket/         where the server listens, if the path is short enough for a unix socket
      server.log      what Postgres says; the one before as server.log.1
      binaries/       a copy of the programs, only where the server's user could not reach them

Knows nothing of processes but `initdb`. Changes permissions of what it made, of nothing else.
"""

import errno
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from catchment.errors import CannotStart
from catchment.postgres.embedded.binaries import MAJOR_MIN, Binaries
from catchment.postgres.embedded.identity import Identity
from catchment.postgres.embedded.options import PORT

SUPERUSER = "catchment"
DATABASE = "catchment"
# `sun_path` holds 108 bytes on Linux and 104 elsewhere, with a NUL at the end.
SOCKET_BYTES_MAX = 107 if sys.platform == "linux" else 103
_SOCKET_NAME = f".s.PGSQL.{PORT}"
_BUILTIN_LOCALE_SINCE = 17


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything lies."""

    home: Path

    @property
    def lock(self) -> Path:
        """See the module's docstring, as for the rest."""
        return self.home / "lock"

    @property
    def cluster(self) -> Path:
        """PGDATA."""
        return self.home / "cluster"

    @property
    def making(self) -> Path:
        """PGDATA while `initdb` is at it."""
        return self.home / "cluster.new"

    @property
    def log(self) -> Path:
        """What Postgres says."""
        return self.home / "server.log"

    @property
    def binaries(self) -> Path:
        """Copies of programs, by version."""
        return self.home / "binaries"

    @property
    def socket(self) -> Path:
        """The directory of the socket: here, or if that is too long a private temporary one."""
        here = self.home / "socket"
        if len(os.fsencode(here / _SOCKET_NAME)) <= SOCKET_BYTES_MAX:
            return here
        mark = hashlib.sha256(os.fsencode(self.cluster)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"catchment-{mark}"

    @property
    def socket_lock(self) -> Path:
        """The server's lock file beside its socket."""
        return self.socket / f"{_SOCKET_NAME}.lock"


def dsn_of(socket_dir: str, database: str) -> str:
    """The URL of a database of the server that listens there, for asyncpg."""
    host = quote(socket_dir, safe="")
    return f"postgresql://{SUPERUSER}@/{quote(database)}?host={host}&port={PORT}"


def make_home(layout: Layout) -> None:
    """Make the directories down to the server's home, enterable by its user if we are root.

    Raises:
        CannotStart: they cannot be made.
    """
    mode = 0o755 if os.geteuid() == 0 else 0o700
    try:
        missing = [path for path in (layout.home, *layout.home.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
            path.chmod(mode)
    except OSError as error:
        raise _no_home(layout, error.strerror) from error


def require_home(layout: Layout) -> None:
    """Make sure that `make_home` would do, without doing it.

    Raises:
        CannotStart: it would not.
    """
    for path in (layout.home, *layout.home.parents):
        try:
            path.stat()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise _no_home(layout, error.strerror) from None
        if not path.is_dir():
            raise _no_home(layout, os.strerror(errno.ENOTDIR))
        if not os.access(path, os.W_OK | os.X_OK):
            raise _no_home(layout, os.strerror(errno.EACCES))
        return


def _no_home(layout: Layout, why: str | None) -> CannotStart:
    return CannotStart(
        f"The data directory {layout.home.parent} cannot be made or entered ({why}): "
        "choose another by CATCHMENT_DATA_DIR."
    )


def major_version(layout: Layout) -> int | None:
    """The major version that made the cluster; None if there is no cluster yet.

    Raises:
        CannotStart: something else is in its place, or it may not be read.
    """
    try:
        try:
            layout.cluster.stat()
        except FileNotFoundError:
            return None
        return int((layout.cluster / "PG_VERSION").read_text())
    except PermissionError:
        raise no_permission(layout) from None
    except (OSError, ValueError):
        # Not made anew, though nothing may be in it: a disk may be missing that belongs there.
        raise CannotStart(
            f"{layout.cluster} holds no Postgres database (its file PG_VERSION is missing or "
            "damaged): restore a backup of it, remove it to begin with an empty database, or "
            "choose another directory by CATCHMENT_DATA_DIR."
        ) from None


def no_permission(layout: Layout) -> CannotStart:
    """Somebody else's server or data."""
    return CannotStart(
        f"There is no permission to look into {layout.cluster}: run this as the user whose "
        "database that is (or as root), or choose another directory by CATCHMENT_DATA_DIR."
    )


def refuse_other_major(layout: Layout, binaries: Binaries) -> None:
    """Refuse a cluster that these programs cannot read; Postgres would say it less kindly."""
    made_by = major_version(layout)
    if made_by is None or made_by == binaries.major:
        return
    if made_by < MAJOR_MIN:
        raise CannotStart(
            f"The data in {layout.cluster} was made by PostgreSQL {made_by}; {MAJOR_MIN} or newer "
            f"is needed. Convert it with the pg_upgrade of a newer one ({binaries.major} is in "
            f"{binaries.bin_dir}), or choose another directory by CATCHMENT_DATA_DIR."
        )
    raise CannotStart(
        f"The data in {layout.cluster} was made by PostgreSQL {made_by}, but only "
        f"{binaries.major} was found ({binaries.bin_dir}). Name the bin directory of a "
        f"PostgreSQL {made_by} by CATCHMENT_POSTGRES_BIN, or convert the data with pg_upgrade, "
        "or choose another directory by CATCHMENT_DATA_DIR."
    )


def make_socket_dir(layout: Layout, identity: Identity) -> None:
    """A directory that only the server's user (and root) can enter: that is all the access control.

    Raises:
        CannotStart: something else is in its place; in a shared directory perhaps a trap.
    """
    folder = layout.socket
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        identity.give(folder)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != identity.uid or found.st_mode & 0o077:
        raise CannotStart(
            f"{folder} is not a directory that only {identity.name} can enter: remove it."
        )


def make_cluster(layout: Layout, binaries: Binaries, identity: Identity, *, sync: bool) -> None:
    """Run `initdb` aside, then rename: a cluster is there whole or not at all.

    `sync=False` spares waiting for the disk, for clusters that are thrown away.

    Raises:
        CannotStart: `initdb` failed, e.g. for want of space; the half-made files are removed.
    """
    shutil.rmtree(layout.making, ignore_errors=True)
    try:
        layout.making.mkdir(mode=0o700)
        identity.give(layout.making)
        _run_initdb(layout.making, binaries, identity, sync=sync)
        layout.making.rename(layout.cluster)
    except OSError as error:
        raise _no_cluster(layout, os.strerror(error.errno or errno.EIO)) from error
    except subprocess.CalledProcessError as error:
        shutil.rmtree(layout.making, ignore_errors=True)
        raise _no_cluster(layout, _reason(error.stderr)) from error
    if sync:
        _sync(layout.home)


def _run_initdb(folder: Path, binaries: Binaries, identity: Identity, *, sync: bool) -> None:
    # Text sorts by code point, the same on every machine; newer servers then still know what a
    # letter is without asking the operating system.
    locale = ["--locale=C"]
    if binaries.major >= _BUILTIN_LOCALE_SINCE:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command = [
        *(str(binaries.initdb), "-D", str(folder), "-U", SUPERUSER, "-E", "UTF8", *locale),
        *("--auth=trust", "--data-checksums", *([] if sync else ["--no-sync"])),
    ]
    subprocess.run(
        command,
        cwd=folder,
        env=server_environment(),
        capture_output=True,
        text=True,
        umask=0o077,
        check=True,
        **identity.run_as(),
    )


def server_environment() -> dict[str, str]:
    """What the server's programs see of our environment: no secret, no PG* variable."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _no_cluster(layout: Layout, reason: str) -> CannotStart:
    return CannotStart(
        f"A new database cannot be made in {layout.home}: {reason}. Mend that, or choose another "
        "directory by CATCHMENT_DATA_DIR; nothing is left behind."
    )


def _reason(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if "error" in line or "FATAL" in line]
    return (lines or stderr.splitlines() or ["initdb failed"])[0].removeprefix("initdb: error: ")


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
