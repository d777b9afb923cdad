"""The database that the settings name, ready to use: given by URL, or a server of our own.

Knows which of the two it is and hides it; everybody else gets a URL.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from catchment.postgres import migrations
from catchment.postgres.connect import connect, require_usable
from catchment.postgres.embedded import EmbeddedPostgres
from catchment.settings import Settings

_WAIT_SECONDS = 10.0  # one that starts together with us, as in compose


@asynccontextmanager
async def database(settings: Settings, *, join: bool) -> AsyncIterator[str]:
    """The URL of a database that answers. `join`: also one that another process of ours runs.

    Raises:
        CannotStart: there is none; says why and how to mend it.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    server = EmbeddedPostgres(
        settings.data_dir,
        join=join,
        bin_dir=settings.postgres_bin,
        user=settings.postgres_user,
    )
    async with server:
        yield server.dsn


async def make_ready(dsn: str) -> int:
    """Check that the database can keep our promises, migrate it, and answer the schema's version.

    Raises:
        CannotStart: it cannot.
        SchemaMismatch: its schema is newer than this program, or of another making.
    """
    await require_usable(dsn, wait_seconds=_WAIT_SECONDS)
    connection = await connect(dsn, application="catchment migrate")
    try:
        return await migrations.migrate(connection)
    finally:
        await connection.close()
