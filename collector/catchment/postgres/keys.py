"""API keys in the database: each change is one transaction with its entry in the log.

Knows hashes, scopes and globs, never a secret.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from catchment.errors import Unknown
from catchment.lineage.ports import Kind
from catchment.postgres.log import append_control
from catchment.postgres.statements import SQL
from catchment.postgres.translate import translated


class KeyRow(NamedTuple):
    """What the door needs of a key."""

    id: str
    sha256: bytes
    scopes: tuple[str, ...]
    namespaces: tuple[str, ...]


class KeyListed(NamedTuple):
    """What a person sees of a key; times in µs since 1970."""

    id: str
    name: str
    scopes: tuple[str, ...]
    namespaces: tuple[str, ...]
    created_at_us: int
    revoked_at_us: int | None


async def find_key(pool: asyncpg.Pool, key_id: str) -> KeyRow | None:
    """The key of that ID, unless it is revoked.

    Raises:
        DatabaseAway: Postgres cannot be asked at the moment.
    """
    if "\0" in key_id:  # text in Postgres cannot hold it, so no key has it
        return None
    with translated():
        row = await pool.fetchrow(SQL["find_key"], key_id)
    if row is None:
        return None
    return KeyRow(row["id"], row["hash"], tuple(row["scopes"]), tuple(row["namespaces"]))


async def create_key(
    connection: asyncpg.Connection,
    *,
    key_id: str,
    sha256: bytes,
    name: str,
    scopes: Sequence[str],
    namespaces: Sequence[str],
) -> int:
    """Keep a new key; answers the `seq` of its entry in the log."""
    said: dict[str, object] = {
        "action": "create",
        "id": key_id,
        "name": name,
        "namespaces": list(namespaces),
        "scopes": list(scopes),
    }
    with translated():
        async with connection.transaction():
            await connection.execute(
                SQL["insert_key"], key_id, sha256, name, list(scopes), list(namespaces)
            )
            return await append_control(connection, Kind.KEY, _body(said))


async def list_keys(connection: asyncpg.Connection) -> list[KeyListed]:
    """All keys, revoked ones too, in the order in which they were made."""
    with translated():
        rows = await connection.fetch(SQL["list_keys"])
    return [
        KeyListed(
            row["id"],
            row["name"],
            tuple(row["scopes"]),
            tuple(row["namespaces"]),
            row["created_at"],
            row["revoked_at"],
        )
        for row in rows
    ]


async def revoke_key(connection: asyncpg.Connection, key_id: str) -> int:
    """Let the key be no key any more; answers the `seq` of the entry in the log.

    Raises:
        Unknown: there is no such key, or it is revoked already.
    """
    with translated():
        async with connection.transaction():
            if await connection.fetchval(SQL["revoke_key"], key_id) is None:
                raise Unknown(f"There is no key {key_id} that could be revoked; see `keys list`.")
            return await append_control(
                connection, Kind.KEY, _body({"action": "revoke", "id": key_id})
            )


def _body(said: dict[str, object]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
