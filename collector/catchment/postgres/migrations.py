"""Bring a database's schema up to this program's, forward only, one transaction a migration.

A migration is a file `NNNN_verb_noun.sql`. Once applied it never changes: its SHA-256 is recorded
and compared. Knows nothing of what the tables mean.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from catchment import resources
from catchment.errors import CannotStart, SchemaMismatch
from catchment.postgres.statements import SQL
from catchment.postgres.translate import translate
from catchment.telemetry.logs import logger

_FILE_NAME = re.compile(r"^(?P<version>\d{4})_(?P<name>[a-z]+(_[a-z0-9]+)+)\.sql$")
# Generated for readers; lies beside the migrations and is none.
SNAPSHOT_NAME = "schema.sql"
# The one extension, and how the server says that it has no such thing.
_EXTENSION, _TRIGRAMS = "extension", "pg_trgm"
_NO_EXTENSION = (asyncpg.FeatureNotSupportedError, asyncpg.UndefinedFileError)
# What is no fault of a migration: the disk, the memory, the connection, somebody's `shutdown`.
_AWAY = (
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    OSError,
)

_log = logger("postgres")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number from 1, its name, its text and the text's SHA-256 in hex."""

    version: int
    name: str
    text: str
    checksum: str

    @property
    def file_name(self) -> str:
        """The name of the file it came from."""
        return f"{self.version:04}_{self.name}.sql"


@dataclass(frozen=True, slots=True)
class Applied:
    """What a database remembers of one migration."""

    version: int
    name: str
    checksum: str


def read(folder: Path | None = None) -> list[Migration]:
    """The migrations of a folder (this program's own by default), in order.

    Raises:
        SchemaMismatch: a misnamed file, or numbers that are not 1, 2, 3...: a broken installation.
    """
    folder = folder or resources.migrations_dir()
    paths = sorted(path for path in folder.glob("*.sql") if path.name != SNAPSHOT_NAME)
    found = [_read_one(path) for path in paths]
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise SchemaMismatch(f"The migrations in {folder} are not numbered 1, 2, 3...")
    return found


def _read_one(path: Path) -> Migration:
    matched = _FILE_NAME.match(path.name)
    if matched is None:
        raise SchemaMismatch(f"{path} is not named like a migration: NNNN_verb_noun.sql")
    raw = path.read_bytes()
    checksum = hashlib.sha256(raw).hexdigest()
    return Migration(int(matched["version"]), matched["name"], raw.decode(), checksum)


async def current(connection: asyncpg.Connection) -> int:
    """The version of the database's schema; 0 if it has none of ours."""
    applied = await _applied(connection)
    return applied[-1].version if applied else 0


async def check(connection: asyncpg.Connection, folder: Path | None = None) -> None:
    """Make sure that the schema is exactly this program's.

    Raises:
        SchemaMismatch: it is older, newer, or was made from other files; says how to mend it.
        CannotStart: the user may not look.
    """
    known = read(folder)
    applied = await _applied(connection)
    _refuse_foreign(applied, known)
    if len(applied) < len(known):
        raise SchemaMismatch(
            f"The database's schema has version {len(applied)}, this program needs "
            f"{len(known)}: run `catchment migrate`."
        )


async def migrate(connection: asyncpg.Connection, folder: Path | None = None) -> int:
    """Apply what is missing and answer the version reached. Safe to run by several at once.

    Raises:
        SchemaMismatch: the schema is newer than this program, or was made from other files.
        CannotStart: the user may not create tables here.
    """
    known = read(folder)
    applied = 0
    while await _apply_next(connection, known):
        applied += 1
    if applied:
        _log.info("schema migrated", steps=applied, version=len(known))
    return len(known)


async def _apply_next(connection: asyncpg.Connection, known: Sequence[Migration]) -> bool:
    try:
        async with connection.transaction():
            await connection.execute(SQL["lock_migrations"])
            await connection.execute(SQL["create_migration_table"])
            applied = await _applied(connection)
            _refuse_foreign(applied, known)
            if len(applied) == len(known):
                return False
            await _apply(connection, known[len(applied)])
            return True
    except asyncpg.InsufficientPrivilegeError as error:
        raise CannotStart(_may_not(str(error))) from error
    except _NO_EXTENSION as error:
        if _EXTENSION not in str(error):
            raise
        raise CannotStart(
            f"The database server lacks the {_EXTENSION} {_TRIGRAMS}, which search needs; it is "
            "one of PostgreSQL's contrib modules: install the package that has them."
        ) from error
    except _AWAY as error:
        raise translate(error) from error


def _may_not(said: str) -> str:
    if _EXTENSION in said:
        return (
            f"The database user may not create the {_EXTENSION} {_TRIGRAMS}, which search needs; "
            "grant it `create` on the database, or let an administrator say "
            f"`create extension {_TRIGRAMS}` in it."
        )
    return (
        "The database user may not create tables; make it the owner of the database, "
        "or grant it `create` on the schema."
    )


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    await connection.execute(migration.text)
    await connection.execute(
        SQL["record_migration"], migration.version, migration.name, migration.checksum
    )
    _log.debug("migration applied", version=migration.version, name=migration.name)


async def _applied(connection: asyncpg.Connection) -> list[Applied]:
    try:
        if not await connection.fetchval(SQL["migration_table_exists"]):
            return []
        rows = await connection.fetch(SQL["applied_migrations"])
    except asyncpg.InsufficientPrivilegeError as error:
        raise CannotStart(
            "The database user may not read the schema that is there; connect as the user who "
            "made it, or grant this one its rights (`grant OWNER to USER`)."
        ) from error
    except _AWAY as error:
        raise translate(error) from error
    return [Applied(row["version"], row["name"], row["checksum"]) for row in rows]


def _refuse_foreign(applied: Sequence[Applied], known: Sequence[Migration]) -> None:
    for then, now in zip(applied, known, strict=False):
        if then.checksum != now.checksum:
            raise SchemaMismatch(
                f"{now.file_name} is not the file that made this database's schema "
                f"({then.version:04}_{then.name}.sql): applied migrations never change. Restore "
                "the file, or use a new database."
            )
    if len(applied) > len(known):
        raise SchemaMismatch(
            f"The database's schema has version {len(applied)}, this program is older and knows "
            f"{len(known)}: upgrade the program."
        )
