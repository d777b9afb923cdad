"""`demo`: a server on a data dir that is thrown away, with the estate of the examples in it.

Its settings are its own where data could be touched or somebody else let in: never a database that
the environment names, never another address than this machine's.
"""

import importlib.util
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import IO

from catchment.app.database import database, make_ready
from catchment.app.ingest import ingest_into
from catchment.app.listen import Stop, take_address
from catchment.app.serve import Announce, serve_on
from catchment.postgres.embedded import make_temporary_dir
from catchment.resources import estate_dir
from catchment.settings import Settings

_HOST = "127.0.0.1"
# The last of the five nights began so long after the first day, and ended at half past two.
_LAST_NIGHT = timedelta(days=4, hours=2, minutes=30)


async def demo(settings: Settings, announce: Announce) -> None:
    """Serve the estate until a signal, then remove it; `announce` is told the URL.

    Raises:
        CannotStart: the port is taken, or there is no Postgres to start.
    """
    taken = take_address(_HOST, settings.port)
    stop = Stop()
    with taken, stop.on_signals(), _throw_away() as folder:
        own = _alone(settings, folder)
        async with database(own, join=False) as dsn:
            await make_ready(dsn)
            async for _ in ingest_into(own, dsn, ["-"], _opened, restart=True):
                pass
            await serve_on(own, dsn, taken, stop, announce)


def estate_until(now: datetime) -> Iterator[bytes]:
    """The events of five nights, of which the last is over: one a line, none later than `now`."""
    start = (now - _LAST_NIGHT).date()
    for line in _ndjson(start):
        if datetime.fromisoformat(json.loads(line)["eventTime"]) <= now:
            yield line


def _alone(settings: Settings, folder: Path) -> Settings:
    return settings.model_copy(
        update={
            "host": _HOST,
            "auth": "none",
            "keys_file": None,
            "database_url": None,
            "read_database_url": None,
            "data_dir": folder,
            "validation": "lenient",
        }
    )


@contextmanager
def _throw_away() -> Iterator[Path]:
    folder = make_temporary_dir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _opened(_path: str) -> Iterator[IO[bytes]]:
    yield BytesIO(b"".join(estate_until(datetime.now(UTC))))


def _ndjson(start: date) -> Iterator[bytes]:
    return iter(_estate().ndjson(start))


def _estate() -> ModuleType:
    """The package of the examples, from wherever it lies: it is no part of this one."""
    name = "catchment_example_estate"
    if name not in sys.modules:
        folder = estate_dir()
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
