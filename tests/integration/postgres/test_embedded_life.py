"""The embedded server's ordinary life: started, owned, joined, stopped."""

import os
from pathlib import Path

import pytest

from catchment.errors import CannotStart
from catchment.postgres.connect import connect
from catchment.postgres.embedded import EmbeddedPostgres, supervisor
from catchment.postgres.embedded.cluster import Layout
from catchment.postgres.embedded.process import is_alive
from tests.integration.postgres.conftest import StartProgram

pytestmark = pytest.mark.asyncio


async def ask(dsn: str, question: str) -> object:
    """One value."""
    connection = await connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_starts_durable_and_private_then_stops(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir) as server:
        pid = server.pid
        assert server.owned
        assert pid is not None
        assert is_alive(pid)
        assert await ask(server.dsn, "select current_database()") == "catchment"
        assert await ask(server.dsn, "show fsync") == "on"
        assert await ask(server.dsn, "show data_checksums") == "on"
        assert await ask(server.dsn, "show listen_addresses") == ""
        assert await ask(
            server.dsn, "select array(select unnest('{é,a,Z}'::text[]) order by 1)"
        ) == [
            "Z",
            "a",
            "é",
        ]
        assert (data_dir / "postgres" / "socket").stat().st_mode & 0o777 == 0o700
    assert not is_alive(pid)


async def test_keeps_its_data_from_one_start_to_the_next(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir) as server:
        await ask(server.dsn, "create table kept as select 42 as n")
    async with EmbeddedPostgres(data_dir) as server:
        assert await ask(server.dsn, "select n from kept") == 42


async def test_is_refused_to_a_second_owner(
    data_dir: Path, start_program: StartProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_LOCK_SECONDS_MAX", 0.2)
    first = start_program(data_dir)
    assert first.said["owned"]
    with pytest.raises(CannotStart, match=rf"in use by process {first.process.pid} \(server_pro"):
        async with EmbeddedPostgres(data_dir):
            pass
    assert await ask(first.said["dsn"], "select 1") == 1


async def test_is_joined_without_being_stopped(data_dir: Path, start_program: StartProgram) -> None:
    first = start_program(data_dir)
    assert first.said["owned"]
    async with EmbeddedPostgres(data_dir, join=True) as joined:
        assert not joined.owned
        assert joined.dsn == first.said["dsn"]
        assert await ask(joined.dsn, "select 1") == 1
    assert await ask(first.said["dsn"], "select 1") == 1
    first.finish()
    assert not is_alive(first.said["pid"])


async def test_starts_for_who_would_join_when_nobody_runs_it(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir, join=True) as server:
        assert server.owned
        assert await ask(server.dsn, "select 1") == 1


async def test_many_starters_at_once_make_one_server(
    data_dir: Path, start_program: StartProgram
) -> None:
    programs = [start_program(data_dir, "--join") for _ in range(4)]
    assert [program.said["owned"] for program in programs].count(True) == 1
    assert len({program.said["dsn"] for program in programs}) == 1


async def test_a_path_too_long_for_a_socket_moves_it(data_dir: Path) -> None:
    deep = data_dir / ("d" * 100)
    async with EmbeddedPostgres(deep) as server:
        assert await ask(server.dsn, "select 1") == 1
        folder = Layout(deep / "postgres").socket
        assert deep not in folder.parents
        assert folder.stat().st_mode & 0o777 == 0o700
    folder.rmdir()


async def test_a_socket_directory_that_others_may_enter_is_refused(data_dir: Path) -> None:
    deep = data_dir / ("d" * 100)
    folder = Layout(deep / "postgres").socket
    folder.mkdir()
    folder.chmod(0o777)
    try:
        with pytest.raises(CannotStart, match=r"only .* can enter"):
            async with EmbeddedPostgres(deep):
                pass
    finally:
        folder.rmdir()


async def test_a_data_dir_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="CATCHMENT_DATA_DIR"):
        async with EmbeddedPostgres(tmp_path / "file" / "data"):
            pass


async def test_no_secret_of_ours_is_in_the_servers_environment(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/proc/self/environ").exists():
        pytest.skip("needs /proc")
    monkeypatch.setenv("CATCHMENT_DATABASE_URL", "postgresql://u:hidden@h/d")
    monkeypatch.setenv("PGPORT", "1")
    async with EmbeddedPostgres(data_dir) as server:
        environment = Path(f"/proc/{server.pid}/environ").read_bytes()
    assert b"hidden" not in environment
    assert b"PGPORT" not in environment
    assert os.environ["PGPORT"] == "1"
