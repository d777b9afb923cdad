"""The embedded server's bad days: killed, orphaned, half-made, of another version, out of space."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path
from time import monotonic

import asyncpg
import pytest

from catchment.errors import CannotStart, DatabaseAway
from catchment.postgres.connect import connect, open_write_pool
from catchment.postgres.embedded import EmbeddedPostgres, options, process, supervisor
from catchment.postgres.embedded.cluster import Layout
from catchment.postgres.embedded.process import find_running, is_alive
from catchment.postgres.translate import translated
from tests.integration.postgres.conftest import StartProgram
from tests.integration.postgres.test_embedded_life import ask

pytestmark = pytest.mark.asyncio

RECOVERY_SECONDS_MAX = 30.0


async def insert(pool: asyncpg.Pool, n: int) -> bool:
    """Whether the row was acknowledged; if not, it may be there or not."""
    try:
        with translated():
            await pool.execute("insert into tally values ($1)", n)
    except DatabaseAway:
        return False
    return True


async def test_is_started_again_when_it_is_killed(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir) as server:
        await ask(server.dsn, "create table tally (n int)")
        pool = await open_write_pool(server.dsn, connections_max=2)
        acknowledged, refused, killed_at = set[int](), 0, monotonic()
        pids = {server.pid}
        while len(pids) < 4 or refused < 3:
            n = len(acknowledged) + refused
            if await insert(pool, n):
                acknowledged.add(n)
                if server.pid not in pids or n == 0:
                    pids.add(server.pid)
                    assert server.pid is not None
                    os.kill(server.pid, signal.SIGKILL)
                    killed_at = monotonic()
            else:
                refused += 1
                await asyncio.sleep(0.02)
            assert monotonic() - killed_at < RECOVERY_SECONDS_MAX
        while server.pid in pids:  # until then backends of the killed one may still answer
            await asyncio.sleep(0.02)
        connection = await connect(server.dsn, wait_seconds=RECOVERY_SECONDS_MAX)
        rows = [row["n"] for row in await connection.fetch("select n from tally")]
        await connection.close()
        await pool.close()
    assert len(rows) == len(set(rows))
    assert acknowledged <= set(rows)


async def test_outlives_its_owner_and_is_adopted(
    data_dir: Path, start_program: StartProgram
) -> None:
    first = start_program(data_dir)
    await ask(first.said["dsn"], "create table kept as select 42 as n")
    first.kill()
    assert is_alive(first.said["pid"])
    async with EmbeddedPostgres(data_dir) as server:
        assert server.owned
        assert server.pid == first.said["pid"]
        assert await ask(server.dsn, "select n from kept") == 42
        os.kill(first.said["pid"], signal.SIGKILL)
        while server.pid == first.said["pid"]:
            await asyncio.sleep(0.05)
    assert find_running(data_dir / "postgres" / "cluster") is None


async def test_left_running_with_other_options_is_restarted(
    data_dir: Path, start_program: StartProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start_program(data_dir)
    first.kill()
    usual = options.server_options
    monkeypatch.setattr(
        supervisor, "server_options", lambda socket: usual(socket) | {"max_connections": "77"}
    )
    async with EmbeddedPostgres(data_dir) as server:
        assert server.pid != first.said["pid"]
        assert not is_alive(first.said["pid"])
        assert await ask(server.dsn, "show max_connections") == "77"


async def test_recovers_when_both_were_killed(data_dir: Path, start_program: StartProgram) -> None:
    first = start_program(data_dir)
    await ask(first.said["dsn"], "create table kept as select 42 as n")
    os.kill(first.said["pid"], signal.SIGSTOP)  # so that it is not started again in between
    first.kill()
    os.kill(first.said["pid"], signal.SIGKILL)
    async with EmbeddedPostgres(data_dir) as server:
        assert await ask(server.dsn, "select n from kept") == 42


async def test_a_stale_pid_that_is_another_programs_now_is_no_obstacle(data_dir: Path) -> None:
    layout = Layout(data_dir / "postgres")
    pid_file = layout.cluster / process.PID_FILE
    async with EmbeddedPostgres(data_dir) as server:
        stale = {path: path.read_text() for path in (pid_file, layout.socket_lock)}
        pid, owner = server.pid, pid_file.stat()
    # The same user's, or Postgres would not be fooled.
    user = owner.st_uid if os.geteuid() == 0 else None
    bystander = subprocess.Popen(["sleep", "60"], user=user)
    try:
        for path, text in stale.items():
            path.write_text(text.replace(str(pid), str(bystander.pid), 1))
            os.chown(path, owner.st_uid, owner.st_gid)
        async with EmbeddedPostgres(data_dir) as server:
            assert await ask(server.dsn, "select 1") == 1
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


async def test_refuses_the_data_of_another_major_version(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir):
        pass
    version = data_dir / "postgres" / "cluster" / "PG_VERSION"
    version.write_text("99\n")
    with pytest.raises(CannotStart, match=r"made by PostgreSQL 99, .*CATCHMENT_POSTGRES_BIN"):
        async with EmbeddedPostgres(data_dir):
            pass
    version.write_text("14\n")
    with pytest.raises(CannotStart, match=r"made by PostgreSQL 14; 15 or newer") as caught:
        async with EmbeddedPostgres(data_dir):
            pass
    # A PostgreSQL 14 would be refused in its turn.
    assert "CATCHMENT_POSTGRES_BIN" not in str(caught.value)


async def test_a_directory_without_a_database_is_not_taken_for_one(data_dir: Path) -> None:
    (data_dir / "postgres" / "cluster").mkdir(parents=True)
    with pytest.raises(CannotStart, match=r"holds no Postgres database .*: restore a backup"):
        async with EmbeddedPostgres(data_dir):
            pass


async def test_damaged_files_are_said_to_be_mended_by_a_backup(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir):
        pass
    (data_dir / "postgres" / "cluster" / "global" / "pg_control").unlink()
    with pytest.raises(CannotStart, match=r"pg_control.*restore a backup of .*CATCHMENT_DATA_DIR"):
        async with EmbeddedPostgres(data_dir):
            pass


async def test_removes_a_half_made_cluster(data_dir: Path) -> None:
    half = data_dir / "postgres" / "cluster.new"
    (half / "base").mkdir(parents=True)
    async with EmbeddedPostgres(data_dir) as server:
        assert await ask(server.dsn, "select 1") == 1
    assert not half.exists()


async def test_says_so_when_the_disk_is_full(data_dir: Path) -> None:
    small = data_dir / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m,mode=0755", "tmpfs", str(small)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system can be mounted by root only")
    try:
        with pytest.raises(CannotStart, match="No space left on device"):
            async with EmbeddedPostgres(small):
                pass
        left = sorted(path.name for path in (small / "postgres").iterdir())
        assert left == ["lock"]
    finally:
        subprocess.run(["umount", str(small)], check=True)


async def test_a_server_that_cannot_start_says_why(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = options.server_options
    monkeypatch.setattr(
        supervisor, "server_options", lambda socket: usual(socket) | {"shared_buffers": "many"}
    )
    with pytest.raises(CannotStart, match="shared_buffers"):
        async with EmbeddedPostgres(data_dir):
            pass


async def test_its_log_is_bounded(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOG_BYTES_MAX", 100)
    async with EmbeddedPostgres(data_dir) as server:
        log = Layout(data_dir / "postgres").log
        assert log.stat().st_size > 100
        process.bound_log(log)
        assert log.stat().st_size == 0
        with pytest.raises(asyncpg.UndefinedTableError):
            await ask(server.dsn, "select hidden from nowhere")
        said = log.read_text()
        assert said.startswith("20")  # it goes on where the file now ends
        assert "nowhere" in said
        assert "hidden" not in said  # statements are not logged: they may hold values
