"""Turn what asyncpg and the network raise into the one tree of errors, keeping its question.

Would the same entries fail again? Only if Postgres refuses the *values* (SQLSTATE classes 22, 23
and 54, or asyncpg cannot encode them): `Unstorable`. Everything else that Postgres may answer,
a full disk, a restart, a failover, a revoked right, even a table that is not there, is no fault
of an entry: `DatabaseAway`, so that nothing turns into a dead letter because of it. A statement
that ran into its time bound is `Overloaded`. Knows no query, and never shows values.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from catchment.errors import CatchmentError, DatabaseAway, Overloaded, Unstorable
from catchment.postgres.away import OWN_SERVER

_REFUSES_VALUES = ("22", "23", "54")
_TIMED_OUT = "57014"
_SAYS = {
    "53100": "The disk of the database is full; free some space, nothing else is needed.",
    "53200": "The database is out of memory; try again in a second.",
    "53300": "The database has no connection left; raise its max_connections or lower ours.",
    "25006": "The database is read-only (a standby, or in recovery); try again in a second.",
    "42501": "The database user may not do this any more; grant it the right again.",
    "40001": "Another transaction was in the way; try again.",
    "57P03": "The database is starting, recovering or stopping; if it stays so, its log says why.",
    "40P01": "Another transaction was in the way; try again.",
}

CONNECTION_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
    asyncio.IncompleteReadError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Run a block that talks to Postgres; what it raises comes out as an error of our tree.

    Raises:
        Unstorable: Postgres refuses the values; the same ones will be refused again.
        Overloaded: a statement ran into `statement_timeout`.
        DatabaseAway: anything else; nothing of an open transaction was stored.
    """
    try:
        yield
    except CONNECTION_ERRORS as error:
        raise translate(error) from error


def translate(error: BaseException) -> CatchmentError:
    """The error of our tree that says what `error` says."""
    if isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError):
        return Unstorable("A value cannot be sent to the database: it is out of its type's range.")
    if not isinstance(error, asyncpg.PostgresError):
        return DatabaseAway(OWN_SERVER.reason)
    state = sqlstate(error)
    if state.startswith(_REFUSES_VALUES):
        return Unstorable(f"The database refuses to hold this (SQLSTATE {state}).")
    if state == _TIMED_OUT:
        return Overloaded("The database took too long to answer; ask for less, or again later.")
    if state.startswith(("08", "57")):
        return DatabaseAway(OWN_SERVER.reason or _SAYS.get(state, ""))
    default = f"The database refused a statement (SQLSTATE {state}); see `catchment doctor`."
    return DatabaseAway(_SAYS.get(state, default))


def sqlstate(error: asyncpg.PostgresError) -> str:
    """The five characters by which Postgres classes an error."""
    return str(getattr(error, "sqlstate", "") or "XX000")
