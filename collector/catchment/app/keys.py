"""Keys from the command line: the database that the settings name, for one change or question."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from catchment.app.database import database, make_ready
from catchment.postgres import keys
from catchment.postgres.connect import connect
from catchment.settings import Settings


@asynccontextmanager
async def _connected(settings: Settings) -> AsyncIterator[Any]:
    async with database(settings, join=True) as dsn:
        await make_ready(dsn)
        connection = await connect(dsn, application="catchment keys")
        try:
            yield connection
        finally:
            await connection.close()


async def create(
    settings: Settings,
    key_id: str,
    sha256: bytes,
    name: str,
    scopes: Sequence[str],
    namespaces: Sequence[str],
) -> int:
    """Keep a key; answers the `seq` of its entry."""
    async with _connected(settings) as connection:
        return await keys.create_key(
            connection,
            key_id=key_id,
            sha256=sha256,
            name=name,
            scopes=scopes,
            namespaces=namespaces,
        )


async def listed(settings: Settings) -> list[keys.KeyListed]:
    """All keys, without secrets or hashes."""
    async with _connected(settings) as connection:
        return await keys.list_keys(connection)


async def revoke(settings: Settings, key_id: str) -> int:
    """Revoke a key; answers the `seq` of its entry."""
    async with _connected(settings) as connection:
        return await keys.revoke_key(connection, key_id)
