"""Migrations go forward, once each, whoever runs them; a foreign schema is refused in words."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from catchment import resources
from catchment.errors import CannotStart, SchemaMismatch
from catchment.postgres import migrations, schema_dump
from catchment.postgres.connect import connect
from tests.conftest import PostgresServer

pytestmark = pytest.mark.asyncio

FIRST = "create table a (n int primary key); insert into a values (1);"
SECOND = "alter table a add column m int; create index a_m on a (m);"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two migrations."""
    (tmp_path / "0001_create_a.sql").write_text(FIRST)
    (tmp_path / "0002_add_m.sql").write_text(SECOND)
    (tmp_path / "schema.sql").write_text("not a migration")
    return tmp_path


async def test_applies_each_once(empty_database_url: str, folder: Path) -> None:
    connection = await connect(empty_database_url)
    assert await migrations.current(connection) == 0
    with pytest.raises(SchemaMismatch, match=r"has version 0, .* needs 2: run `catchment migrate`"):
        await migrations.check(connection, folder)
    for _ in range(2):
        assert await migrations.migrate(connection, folder) == 2
        assert await migrations.current(connection) == 2
        await migrations.check(connection, folder)
    assert [tuple(row) for row in await connection.fetch("select n, m from a")] == [(1, None)]
    applied = await connection.fetch("select version, name from schema_migration order by 1")
    assert [tuple(row) for row in applied] == [(1, "create_a"), (2, "add_m")]
    await connection.close()


async def test_runs_by_one_at_a_time(empty_database_url: str, folder: Path) -> None:
    connections = [await connect(empty_database_url) for _ in range(6)]
    work = (migrations.migrate(connection, folder) for connection in connections)
    assert await asyncio.gather(*work) == [2] * 6
    assert await connections[0].fetchval("select count(*) from a") == 1
    for connection in connections:
        await connection.close()


async def test_a_failing_one_leaves_nothing_of_itself(
    empty_database_url: str, folder: Path
) -> None:
    (folder / "0003_break_it.sql").write_text("create table b (n int); select 1/0;")
    connection = await connect(empty_database_url)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrations.migrate(connection, folder)
    assert await migrations.current(connection) == 2
    assert await connection.fetchval("select to_regclass('b')") is None
    await connection.close()


async def test_a_newer_schema_is_refused(empty_database_url: str, folder: Path) -> None:
    connection = await connect(empty_database_url)
    await migrations.migrate(connection, folder)
    (folder / "0002_add_m.sql").unlink()
    for ask in (migrations.check, migrations.migrate):
        with pytest.raises(SchemaMismatch, match="has version 2, this program is older"):
            await ask(connection, folder)
    await connection.close()


async def test_a_changed_file_is_named(empty_database_url: str, folder: Path) -> None:
    connection = await connect(empty_database_url)
    await migrations.migrate(connection, folder)
    (folder / "0001_create_a.sql").write_text(FIRST + " ")
    for ask in (migrations.check, migrations.migrate):
        with pytest.raises(SchemaMismatch, match=r"0001_create_a\.sql"):
            await ask(connection, folder)
    await connection.close()


@pytest.mark.parametrize("name", ["2_add.sql", "0003_add.sql", "0004_add_more.sql", "0003-add.sql"])
async def test_files_that_are_misnamed_or_missing_are_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("select 1")
    with pytest.raises(SchemaMismatch, match=r"named like|numbered"):
        migrations.read(folder)


async def test_a_user_who_may_not_create_tables_is_told(
    empty_database_url: str, postgres_server: PostgresServer, folder: Path
) -> None:
    user = "test_reader"
    postgres_server.sql(f"drop role if exists {user}", f"create role {user} login")
    url = empty_database_url.replace("//catchment@", f"//{user}@")
    connection = await connect(url)
    with pytest.raises(CannotStart, match="may not create tables"):
        await migrations.migrate(connection, folder)
    await connection.close()


async def test_a_user_who_may_not_create_the_extension_is_told(
    empty_database_url: str, postgres_server: PostgresServer
) -> None:
    user, database = "test_no_extension", urlsplit(empty_database_url).path[1:]
    postgres_server.sql(f"drop role if exists {user}", f"create role {user} login")
    postgres_server.sql(f"grant create on schema public to {user}", database=database)
    url = empty_database_url.replace("//catchment@", f"//{user}@")
    connection = await connect(url)
    with pytest.raises(CannotStart, match=r"may not create the extension .*create extension"):
        await migrations.migrate(connection)
    # Once somebody has made it, this user needs no more rights.
    postgres_server.sql("create extension pg_trgm", database=database)
    await migrations.migrate(connection)
    await connection.close()


async def test_a_server_without_the_extension_is_told(
    empty_database_url: str, folder: Path
) -> None:
    (folder / "0003_add_extension.sql").write_text("create extension no_such_extension")
    connection = await connect(empty_database_url)
    with pytest.raises(CannotStart, match="server lacks the extension"):
        await migrations.migrate(connection, folder)
    await connection.close()


async def test_the_templates_schema_is_this_programs(database_url: str) -> None:
    connection = await connect(database_url)
    await migrations.check(connection)
    await connection.close()


async def test_the_published_schema_is_what_the_migrations_make(
    database_url: str, empty_database_url: str
) -> None:
    published = (resources.migrations_dir() / migrations.SNAPSHOT_NAME).read_text()
    migrated = await connect(database_url)
    assert await schema_dump.dump(migrated) == published
    await migrated.close()
    # And it is SQL that makes the same again.
    fresh = await connect(empty_database_url)
    await fresh.execute(published)
    assert await schema_dump.dump(fresh) == published
    await fresh.close()
