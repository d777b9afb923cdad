"""What `doctor` looks at: each check is a name, whether it is fine, and how to mend it if not.

Changes nothing: it joins a running server of our own, but makes and starts none.
"""

import shutil
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from catchment.access.keys import KeysFile
from catchment.errors import CatchmentError
from catchment.postgres import keys, migrations
from catchment.postgres.connect import connect, require_usable, target
from catchment.postgres.embedded import look
from catchment.postgres.health import server_clock_us
from catchment.settings import Settings, unknown_variables

_CLOCK_SECONDS_MAX = 5.0
_DISK_BYTES_MIN = 1024**3


class Finding(NamedTuple):
    """One check. `says` is what was found, or how to mend it."""

    name: str
    fine: bool
    says: str


async def check(settings: Settings, environ: Mapping[str, str]) -> AsyncIterator[Finding]:
    """All findings, in the order in which a person would mend them."""
    for unknown in unknown_variables(environ):
        yield Finding("settings", unknown.meant is None, str(unknown))
    yield Finding("settings", True, f"serves {settings.host}:{settings.port}")
    if settings.database_url is None:
        yield _disk(settings.data_dir)
    if settings.keys_file is not None:
        yield _keys_file(settings.keys_file)
    try:
        async for finding in _database(settings):
            yield finding
    except CatchmentError as error:
        yield Finding("database", False, str(error))


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    if settings.database_url is not None:
        dsn = settings.database_url.get_secret_value()
    else:
        seen = look(settings.data_dir, bin_dir=settings.postgres_bin, user=settings.postgres_user)
        if seen.dsn is None:
            yield Finding("database", True, seen.says)
            return
        dsn = seen.dsn
    await require_usable(dsn)
    yield Finding("database", True, f"{target(dsn)} answers")
    connection = await connect(dsn, application="catchment doctor")
    try:
        async for finding in _inside(settings, connection):
            yield finding
    finally:
        await connection.close()


async def _inside(settings: Settings, connection: Any) -> AsyncIterator[Finding]:
    apart = abs(await server_clock_us(connection) - time.time_ns() // 1000) / 1e6
    fine = apart <= _CLOCK_SECONDS_MAX
    mend = "" if fine else "; set both by NTP: times in the log are the database's"
    yield Finding("clock", fine, f"{apart:.1f} s from the database's{mend}")
    try:
        await migrations.check(connection)
    except CatchmentError as error:
        yield Finding("schema", False, str(error))
        return
    yield Finding("schema", True, f"version {await migrations.current(connection)}")
    if settings.auth == "keys":
        usable = [row for row in await keys.list_keys(connection) if row.revoked_at_us is None]
        fine = bool(usable) or settings.keys_file is not None
        says = f"{len(usable)} in the database"
        mend = "" if fine else "; make one with `catchment keys create`"
        yield Finding("keys", fine, says + mend)
    else:
        yield Finding("keys", True, "nobody is asked for one (CATCHMENT_AUTH=none)")


def _disk(data_dir: Path) -> Finding:
    """The disk that the database of its own lies on, or would."""
    for folder in (data_dir, *data_dir.parents):
        try:
            free = shutil.disk_usage(folder).free
        except OSError:  # not there yet, or closed to us, which the check of the database says
            continue
        fine = free >= _DISK_BYTES_MIN
        mend = "" if fine else "; free some, or move the data to another CATCHMENT_DATA_DIR"
        return Finding("disk", fine, f"{free / 1024**3:.1f} GiB free at {folder}{mend}")
    return Finding("disk", False, f"{data_dir} cannot be looked at; see CATCHMENT_DATA_DIR")


def _keys_file(path: Path) -> Finding:
    file = KeysFile(path)
    try:
        file.load()
    except CatchmentError as error:
        return Finding("keys file", False, str(error))
    return Finding("keys file", True, f"{len(file)} keys in {path}")
