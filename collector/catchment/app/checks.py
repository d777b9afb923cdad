"""What `doctor` looks at: each check is a name, whether it is fine, and how to mend it if not.

Changes nothing: it joins a running server of our own, and starts one only to look at its files.
"""

import shutil
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

from catchment.access.keys import KeysFile
from catchment.app.database import database
from catchment.errors import CatchmentError
from catchment.postgres import keys, migrations
from catchment.postgres.connect import connect, require_usable, target
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
    yield _disk(settings)
    if settings.keys_file is not None:
        yield _keys_file(settings)
    try:
        async with database(settings, join=True) as dsn:
            await require_usable(dsn)
            yield Finding("database", True, f"{target(dsn)} answers")
            connection = await connect(dsn, application="catchment doctor")
            try:
                async for finding in _inside(settings, connection):
                    yield finding
            finally:
                await connection.close()
    except CatchmentError as error:
        yield Finding("database", False, str(error))


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


def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    fine = free >= _DISK_BYTES_MIN
    mend = "" if fine else "; free some, or choose another CATCHMENT_DATA_DIR"
    return Finding("disk", fine, f"{free / 1024**3:.1f} GiB free at {folder}{mend}")


def _keys_file(settings: Settings) -> Finding:
    assert settings.keys_file is not None
    file = KeysFile(settings.keys_file)
    try:
        file.load()
    except CatchmentError as error:
        return Finding("keys file", False, str(error))
    return Finding("keys file", True, f"{len(file)} keys in {settings.keys_file}")
