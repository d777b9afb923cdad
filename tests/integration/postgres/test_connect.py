"""Connections: our types, the two pools, and sentences instead of tracebacks."""

import asyncio
import socket
from time import monotonic

import asyncpg
import pytest

from catchment.errors import CannotStart, DatabaseAway, Overloaded, Unstorable
from catchment.postgres import connect as connecting
from catchment.postgres.connect import connect, open_read_pool, open_write_pool, require_usable
from catchment.postgres.translate import translated
from tests.conftest import PostgresServer

pytestmark = pytest.mark.asyncio


@pytest.fixture
def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.parametrize("us", [0, -1, 1, 1_700_000_000_123_456, -62_135_596_800_000_000])
async def test_times_are_integer_microseconds(empty_database_url: str, us: int) -> None:
    connection = await connect(empty_database_url)
    row = await connection.fetchrow(
        "select $1::timestamptz as same, to_timestamp(0) + $2::bigint * interval '1 us' as made",
        us,
        us,
    )
    assert row is not None
    assert (row["same"], row["made"]) == (us, us)
    several = await connection.fetchval("select $1::timestamptz[]", [us, None, us])
    assert several == [us, None, us]
    await connection.close()


async def test_uuids_are_sixteen_bytes(empty_database_url: str) -> None:
    connection = await connect(empty_database_url)
    raw = bytes(range(16))
    assert await connection.fetchval("select $1::uuid", raw) == raw
    assert await connection.fetchval("select $1::uuid[]", [raw, raw]) == [raw, raw]
    text = await connection.fetchval("select $1::uuid::text", raw)
    assert text == "00010203-0405-0607-0809-0a0b0c0d0e0f"
    await connection.close()


async def test_the_pool_for_reading_cannot_write_and_is_bounded(empty_database_url: str) -> None:
    pool = await open_read_pool(empty_database_url, connections_max=2, statement_timeout_ms=50)
    with pytest.raises(DatabaseAway, match="read-only"), translated():
        await pool.execute("create table t (n int)")
    began = monotonic()
    with pytest.raises(Overloaded, match="too long"), translated():
        await pool.execute("select pg_sleep(20)")
    assert monotonic() - began < 10
    assert await pool.fetchval("select $1::uuid", bytes(16)) == bytes(16)
    await pool.close()


async def test_the_pool_for_writing_is_durable_and_named(empty_database_url: str) -> None:
    pool = await open_write_pool(empty_database_url, connections_max=2)
    assert await pool.fetchval("show synchronous_commit") == "on"
    assert await pool.fetchval("show application_name") == "catchment write"
    assert await pool.fetchval("show idle_in_transaction_session_timeout") == "1min"
    await pool.execute("create table t (n int)")
    await pool.close()


async def test_only_refused_values_are_the_entrys_fault(empty_database_url: str) -> None:
    connection = await connect(empty_database_url)
    await connection.execute("create table t (n smallint primary key check (n < 5))")
    for value in (9, 2**40):
        with pytest.raises(Unstorable), translated():
            await connection.execute("insert into t values ($1)", value)
    with pytest.raises(Unstorable, match="22021"), translated():
        await connection.execute("select $1::text", "\0")
    with pytest.raises(DatabaseAway, match="42P01"), translated():
        await connection.execute("select * from nowhere")
    await connection.close()
    with pytest.raises(DatabaseAway), translated():
        await connection.execute("select 1")


async def test_a_connection_that_is_cut_is_the_database_away(
    empty_database_url: str, postgres_server: PostgresServer
) -> None:
    connection = await connect(empty_database_url)
    pid = await connection.fetchval("select pg_backend_pid()")

    async def cut() -> None:
        other = await connect(postgres_server.embedded.dsn_of("postgres"))
        await other.execute("select pg_terminate_backend($1)", pid)
        await other.close()

    with pytest.raises(DatabaseAway), translated():
        await asyncio.gather(connection.execute("select pg_sleep(20)"), cut())


async def test_a_server_that_can_keep_our_promises_is_accepted(empty_database_url: str) -> None:
    await require_usable(empty_database_url)


async def test_one_that_forgets_commits_is_refused(
    empty_database_url: str, postgres_server: PostgresServer
) -> None:
    name = empty_database_url.partition("@/")[2].partition("?")[0]
    postgres_server.sql(f"alter database {name} set synchronous_commit = off")
    with pytest.raises(CannotStart, match="synchronous_commit = on"):
        await require_usable(empty_database_url)


async def test_one_in_another_encoding_is_refused(postgres_server: PostgresServer) -> None:
    postgres_server.sql(
        "drop database if exists test_latin",
        "create database test_latin template template0 encoding 'LATIN1' "
        "locale_provider 'libc' locale 'C'",
    )
    with pytest.raises(CannotStart, match="LATIN1"):
        await require_usable(postgres_server.embedded.dsn_of("test_latin"))
    postgres_server.sql("drop database test_latin")


async def test_nobody_there_is_said_in_a_sentence(free_port: int) -> None:
    url = f"postgresql://ann:hidden@127.0.0.1:{free_port}/lineage"
    with pytest.raises(CannotStart) as caught:
        await require_usable(url)
    assert str(caught.value) == (
        f'The database "lineage" on 127.0.0.1:{free_port} (user "ann") cannot be reached; '
        "is it running, and is the address right?"
    )


async def test_waiting_for_a_database_is_bounded(free_port: int) -> None:
    began = monotonic()
    with pytest.raises(CannotStart):
        await require_usable(f"postgresql://u@127.0.0.1:{free_port}/d", wait_seconds=0.3)
    assert 0.3 <= monotonic() - began < 5


async def test_an_unknown_machine_is_said_in_a_sentence() -> None:
    with pytest.raises(CannotStart, match=r"nowhere\.invalid .*no machine has that name"):
        await require_usable("postgresql://u@nowhere.invalid/d")


async def test_an_unknown_database_and_user_are_named(postgres_server: PostgresServer) -> None:
    dsn = postgres_server.embedded.dsn_of("postgres")
    with pytest.raises(CannotStart, match=r'"missing" on .* does not exist; create it'):
        await require_usable(postgres_server.embedded.dsn_of("missing"), wait_seconds=30)
    with pytest.raises(CannotStart, match=r'user "stranger".* does not let this user in'):
        await require_usable(dsn.replace("//catchment@", "//stranger@"), wait_seconds=30)


@pytest.mark.parametrize("url", ["postgresql://u:hidden@h:port/d", "postgresql://u:hidden@[/d"])
async def test_an_unreadable_url_does_not_show_its_password(url: str) -> None:
    with pytest.raises(CannotStart) as caught:
        await require_usable(url)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (asyncpg.InvalidPasswordError("x"), "does not accept the password"),
        (asyncpg.InsufficientPrivilegeError("x"), "too few rights"),
        (asyncpg.TooManyConnectionsError("x"), "max_connections"),
        (asyncpg.CannotConnectNowError("x"), "try again in a moment"),
        (TimeoutError(), "does not answer within"),
    ],
)
async def test_refusals_say_how_to_mend_them(error: Exception, says: str) -> None:
    sentence = str(connecting.explain(error, "postgresql://ann:hid%40den@db:6543/lin%20eage"))
    assert sentence.startswith('The database "lin eage" on db:6543 (user "ann") ')
    assert says in sentence
    assert "hid" not in sentence
