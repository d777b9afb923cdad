"""Which user the server runs as. Postgres refuses root, so root drops to somebody unprivileged.

Nobody is created and no permission is changed but of what we made ourselves. Knows nothing of
clusters, but that the owner of an existing one decides.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from catchment.errors import CannotStart

_DEFAULT_USER = "nobody"


class RunAs(TypedDict, total=False):
    """Arguments of `subprocess.Popen` that make a child somebody else."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Identity:
    """A user for the server process."""

    uid: int
    gid: int
    name: str

    def run_as(self) -> RunAs:
        """What `Popen` must be told; nothing if that is who we are anyway."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may_use(self, folder: Path, program: Path) -> bool:
        """Whether this user can enter `folder` and execute `program`: tried, not computed."""
        done = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1" && test -x "$2" && test -r "$2"', "sh", folder, program],
            capture_output=True,
            check=False,
            cwd="/",
            **self.run_as(),
        )
        return done.returncode == 0

    def give(self, path: Path) -> None:
        """Hand over something that we have just made."""
        if self.uid != os.geteuid():
            os.chown(path, self.uid, self.gid)


def server_identity(cluster: Path, wanted: str | None = None) -> Identity:
    """Who the server is to be: ourselves, or if we are root the cluster's owner, or `wanted`.

    Raises:
        CannotStart: the cluster belongs to somebody else whom we cannot become.
    """
    owner = _owner(cluster)
    if os.geteuid() != 0:
        if owner is not None and owner != os.geteuid():
            raise CannotStart(
                f"{cluster} belongs to {_name(owner)}: run this as that user or as root, "
                "or choose another directory by CATCHMENT_DATA_DIR."
            )
        return Identity(os.geteuid(), os.getegid(), _name(os.geteuid()))
    if owner:
        return Identity(owner, cluster.stat().st_gid, _name(owner))
    name = wanted or _DEFAULT_USER
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise CannotStart(
            f"Postgres does not run as root, and there is no user {name!r} to run it as: name an "
            "unprivileged one by CATCHMENT_POSTGRES_USER."
        ) from None
    if entry.pw_uid == 0:
        raise CannotStart("Postgres does not run as root: CATCHMENT_POSTGRES_USER names root.")
    return Identity(entry.pw_uid, entry.pw_gid, name)


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except FileNotFoundError:
        return None
    except PermissionError:
        raise CannotStart(
            f"There is no permission to look into {path.parent}: run this as the user whose "
            "database that is (or as root), or choose another directory by CATCHMENT_DATA_DIR."
        ) from None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
