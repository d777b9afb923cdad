"""Connect: two pools with the types we use, and a first look that says in a sentence what is wrong.

uuids are 16 raw bytes both ways; timestamptz are integers, microseconds since the Unix epoch.
The pool that writes and the pool that reads are apart, so that slow questions starve no event.
Knows no query of the log or the graph, and shows no password.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from catchment.errors import CannotStart
from catchment.events.times import FOREVER_US
from catchment.postgres.statements import SQL
from catchment.postgres.translate import CONNECTION_ERRORS, sqlstate, translated

MAJOR_MIN = 15
CONNECT_SECONDS_MAX = 5.0
COMMAND_SECONDS_MAX = 60.0
_RETRY_SECONDS = 0.1
_IDLE_IN_TRANSACTION_MS_MAX = 60_000
_NEVER = 2**31 - 1
Init = Callable[[asyncpg.Connection], Awaitable[None]]
"""What is done once on each connection of a pool."""

# Postgres counts its microseconds from 2000-01-01 UTC.
_EPOCH_US = 946_684_800_000_000
_INT64 = struct.Struct("!q")
_INFINITY = _INT64.pack(2**63 - 1)


def _encode_us(us: int) -> bytes:
    return _INT64.pack(us - _EPOCH_US) if us < FOREVER_US else _INFINITY


def _decode_us(raw: bytes) -> int:
    us: int = _INT64.unpack(raw)[0]
    return us + _EPOCH_US


async def set_types(connection: asyncpg.Connection) -> None:
    """Teach a connection our types: uuid as 16 raw bytes, timestamptz as integer µs since 1970."""
    await connection.set_type_codec(
        "uuid", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary"
    )
    await connection.set_type_codec(
        "timestamptz", schema="pg_catalog", encoder=_encode_us, decoder=_decode_us, format="binary"
    )


async def open_write_pool(dsn: str, *, connections_max: int) -> asyncpg.Pool:
    """The pool of the writers. Statements are prepared once and never thrown away."""
    # A plan made while the tables were empty keeps scanning them when they are large.
    settings = {"application_name": "catchment write", "enable_seqscan": "off"}
    return await _open(dsn, settings, connections_max)


async def open_read_pool(
    dsn: str, *, connections_max: int, statement_timeout_ms: int
) -> asyncpg.Pool:
    """The pool of the questions: read-only, each statement bounded in time."""
    settings = {
        "application_name": "catchment read",
        "default_transaction_read_only": "on",
        "statement_timeout": str(statement_timeout_ms),
    }
    return await _open(dsn, settings, connections_max)


async def open_scratch_pool(dsn: str, make: str, statement_timeout_ms: int) -> asyncpg.Pool:
    """One connection, made when it is wanted, on which `make` was executed; closed when idle."""

    async def init(connection: asyncpg.Connection) -> None:
        await set_types(connection)
        await connection.execute(make)

    settings = {
        "application_name": "catchment scratch",
        "statement_timeout": str(statement_timeout_ms),
        # Nobody ever analyzes temporary tables.
        "enable_seqscan": "off",
    }
    pool = _pool(dsn, settings, 1, init)
    await pool
    return pool


async def _open(dsn: str, settings: dict[str, str], connections_max: int) -> asyncpg.Pool:
    try:
        pool = _pool(dsn, settings, connections_max, set_types)
        await pool
        await pool.release(await pool.acquire())
    except (*CONNECTION_ERRORS, ValueError) as error:
        raise explain(error, dsn) from error
    return pool


def _pool(dsn: str, settings: dict[str, str], connections_max: int, init: Init) -> asyncpg.Pool:
    return asyncpg.create_pool(
        dsn,
        # With a minimum asyncpg would log a traceback for each try while Postgres is away.
        min_size=0,
        max_size=connections_max,
        max_queries=_NEVER,
        max_cached_statement_lifetime=0,
        timeout=CONNECT_SECONDS_MAX,
        command_timeout=COMMAND_SECONDS_MAX,
        init=init,
        reset=_nothing,
        server_settings=settings
        | {
            "timezone": "UTC",
            "jit": "off",
            # Who dies inside a transaction must not hold the head row for ever.
            "idle_in_transaction_session_timeout": str(_IDLE_IN_TRANSACTION_MS_MAX),
        },
    )


async def _nothing(_connection: asyncpg.Connection) -> None:
    """Spare a round trip per release: no room leaves session state behind on a connection."""


async def connect(
    dsn: str, *, application: str = "catchment", wait_seconds: float = 0.0
) -> asyncpg.Connection:
    """One connection of its own, for a migration or a command.

    Tries again for up to `wait_seconds` if nobody answers yet.

    Raises:
        CannotStart: nobody answers there, or not to this user; says which and how to mend it.
    """
    deadline = monotonic() + wait_seconds
    settings = {"application_name": application, "timezone": "UTC"}
    while True:
        try:
            connection = await asyncpg.connect(
                dsn, timeout=CONNECT_SECONDS_MAX, server_settings=settings
            )
            break
        except (*CONNECTION_ERRORS, ValueError) as error:
            if monotonic() >= deadline or _is_final(error):
                raise explain(error, dsn) from error
            await asyncio.sleep(_RETRY_SECONDS)
    await set_types(connection)
    return connection


def _is_final(error: BaseException) -> bool:
    """Whether waiting cannot help: it answered, and refused us for what we are or ask."""
    return isinstance(error, ValueError) or (
        isinstance(error, asyncpg.PostgresError) and not sqlstate(error).startswith(("57", "53"))
    )


async def require_usable(dsn: str, *, wait_seconds: float = 0.0) -> None:
    """Check before anything else that the database can keep our promises.

    Raises:
        CannotStart: not reachable, refused, too old, not UTF-8, or not durable.
        DatabaseAway: it went away while it was asked.
    """
    connection = await connect(dsn, wait_seconds=wait_seconds)
    try:
        with translated():
            row = await connection.fetchrow(SQL["server_facts"])
    finally:
        await connection.close()
    wrong = _unfit(dict(row or {}))
    if wrong:
        raise CannotStart(f"{target(dsn)} {wrong}.")


def _unfit(facts: dict[str, str]) -> str:
    if int(facts["version"]) < MAJOR_MIN * 10_000:
        return f"is PostgreSQL {int(facts['version']) // 10_000}; {MAJOR_MIN} or newer is needed"
    if facts["encoding"] != "UTF8":
        return f"is encoded as {facts['encoding']}; create one with `encoding 'UTF8'`"
    if facts["fsync"] != "on":
        return "runs with fsync off, so that accepted events could be lost; turn fsync on"
    if facts["synchronous_commit"] == "off":
        return (
            "commits without waiting for the disk (synchronous_commit is off), so that accepted "
            "events could be lost; say `alter database ... set synchronous_commit = on`"
        )
    return ""


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL points at, less the password; its text is fit for a sentence."""

    host: str
    database: str
    user: str

    def __str__(self) -> str:
        """E.g. `The database "lineage" on db.example:5432 (user "etl")`."""
        user = f' (user "{self.user}")' if self.user else ""
        return f'The database "{self.database}" on {self.host}{user}'


def target(dsn: str) -> Target:
    """Read a URL as asyncpg does, as far as a person needs to recognise what was meant."""
    try:
        url = urlsplit(dsn)
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        location = url.netloc.rpartition("@")[2] or query.get("host", "")
        user = unquote(url.username or "") or query.get("user", "")
    except ValueError:
        return Target("an unreadable address", "?", "")
    database = unquote(url.path.lstrip("/")) or query.get("database", "") or query.get("dbname", "")
    return Target(unquote(location) or "the default host", database or user or "the default", user)


_REFUSALS = {
    "28P01": "does not accept the password; check the URL, PGPASSWORD or ~/.pgpass",
    "28000": "does not let this user in; check the user's name and the server's pg_hba.conf",
    "3D000": "does not exist; create it (`createdb`), or name another one in the URL",
    "42501": "gives this user too few rights; grant it `connect` and `create`",
    "53100": "has no space left on its disk; free some",
    "53300": "has no connection left; raise its max_connections",
    "57P03": "is starting up or shutting down; try again in a moment",
}


def explain(error: BaseException, dsn: str) -> CannotStart:
    """Why a connection could not be made, as one sentence that says how to mend it."""
    where = target(dsn)
    if isinstance(error, asyncpg.PostgresError):
        state = sqlstate(error)
        return CannotStart(f"{where} {_REFUSALS.get(state, f'refuses us (SQLSTATE {state})')}.")
    if isinstance(error, ValueError):  # asyncpg's and urllib's, for a URL
        return CannotStart(
            "The database URL cannot be read; write it as "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, special characters percent-encoded."
        )
    if isinstance(error, socket.gaierror):
        return CannotStart(f"{where} cannot be found: no machine has that name. Check the URL.")
    if isinstance(error, TimeoutError):
        return CannotStart(
            f"{where} does not answer within {CONNECT_SECONDS_MAX:g} s; "
            "check the address and what lies between."
        )
    return CannotStart(f"{where} cannot be reached; is it running, and is the address right?")
