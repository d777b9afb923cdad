"""What lies in a data dir and whether its server runs, found out without changing anything.

For `doctor`: no directory is made, no lock is kept, no server is started.
"""

from dataclasses import dataclass
from pathlib import Path

from catchment.errors import CannotStart
from catchment.postgres.embedded import binaries, cluster, process
from catchment.postgres.embedded.identity import server_identity
from catchment.postgres.embedded.lock import StarterLock


@dataclass(frozen=True, slots=True)
class Seen:
    """`dsn` is set while its server runs; `says` is what there is, for a person."""

    dsn: str | None
    says: str


def look(data_dir: Path, *, bin_dir: Path | None = None, user: str | None = None) -> Seen:
    """What is there.

    Raises:
        CannotStart: `serve` could not use it as it is; says why and how to mend it.
    """
    layout = cluster.Layout(data_dir.absolute() / "postgres")
    try:
        return _look(layout, bin_dir, user)
    except PermissionError:
        raise cluster.no_permission(layout) from None
    except OSError as error:
        raise CannotStart(
            f"{error.filename or layout.home} cannot be looked at ({error.strerror}): mend that, "
            "or choose another directory by CATCHMENT_DATA_DIR."
        ) from error


def _look(layout: cluster.Layout, bin_dir: Path | None, user: str | None) -> Seen:
    cluster.require_home(layout)
    major = cluster.major_version(layout)
    running = process.find_running(layout.cluster)
    found = process.read_pid_file(layout.cluster)
    if running is not None and found is not None and found.status == "ready":
        return Seen(cluster.dsn_of(found.socket_dir, cluster.DATABASE), "")
    lock = StarterLock(layout.lock)
    if lock.taken():
        raise CannotStart(
            f"The Postgres of {lock.holder()} is not ready: wait a moment; if it stays so, its "
            f"log says why: {layout.log}."
        )
    server_identity(layout.cluster, user)
    programs = binaries.find(bin_dir, major)
    cluster.refuse_other_major(layout, programs)
    if major is None:
        what = f"there is none in {layout.home.parent} yet; `catchment serve` makes one"
    else:
        what = f"the one in {layout.home.parent} is not running; `catchment serve` starts it"
    return Seen(None, f"{what}, by PostgreSQL {programs.version}")
