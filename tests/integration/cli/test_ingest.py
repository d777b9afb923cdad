"""`ingest` when things go wrong: a bad file costs its neighbours nothing, and nothing is hidden."""

import asyncio
import gzip
import json
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import asyncpg

from catchment.errors import CannotStart
from catchment.postgres.connect import connect
from catchment.postgres.embedded import look
from catchment.postgres.embedded.process import find_running
from tests.integration.cli.test_commands import catchment, says
from tests.integration.http.conftest import environment, event


def lines(events: int) -> bytes:
    return b"".join(json.dumps(event()).encode() + b"\n" for _ in range(events))


def test_a_broken_file_is_named_and_the_others_are_read(database_url: str, tmp_path: Path) -> None:
    good, cut, folder = tmp_path / "good.ndjson", tmp_path / "cut.gz", tmp_path / "folder"
    missing, last = tmp_path / "missing", tmp_path / "last.ndjson"
    good.write_bytes(lines(2))
    cut.write_bytes(gzip.compress(lines(600))[:-8])
    folder.mkdir()
    last.write_bytes(lines(3))
    paths = [str(path) for path in (cut, good, folder, missing, last)]
    data_dir = tmp_path / "data"
    done = catchment("ingest", "--json", *paths, database_url=database_url, data_dir=data_dir)
    assert done.stderr == b""
    told = json.loads(says(done, 1))
    assert (told["stored"], told["dead_letters"]) == (605, 0)
    errors = {error["path"]: error for error in told["errors"]}
    assert set(errors) == {str(cut), str(folder), str(missing)}
    assert errors[str(cut)]["number"] == 600
    assert "in the middle" in errors[str(cut)]["reason"]
    done = catchment("ingest", *paths, database_url=database_url, data_dir=data_dir)
    again = says(done, 1)
    assert "0 stored, 605 were there already" in again
    assert f"{cut}, after 600 events: " in again
    assert f"{missing}: It cannot be read: No such file or directory." in again


def test_a_tally_is_printed_without_a_database_too(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = catchment("ingest", "-", "--json", stdin=b"{}", data_dir=tmp_path / "file")
    told = json.loads(says(done, 1))
    assert told["stored"] == 0
    [error] = told["errors"]
    assert error["path"] is None
    assert "cannot be made" in error["reason"]


async def stored(data_dir: Path) -> int:
    """How many events are in the log of a data dir whose server another process runs."""
    dsn = look(data_dir).dsn
    assert dsn is not None
    connection = await connect(dsn)
    try:
        count: int = await connection.fetchval("select count(*) from event")
    finally:
        await connection.close()
    return count


def test_what_was_stored_is_said_when_it_is_told_to_stop(data_dir: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "catchment", "ingest", "-", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(data_dir=data_dir),
    ) as process:
        assert process.stdin is not None
        # The second slice waits for a pipe that says no more.
        process.stdin.write(lines(600))
        process.stdin.flush()
        deadline = monotonic() + 60
        count = 0
        while count < 500:
            assert monotonic() < deadline
            sleep(0.2)
            # Until the tables are there: no server, no database, no table.
            with suppress(CannotStart, AssertionError, asyncpg.PostgresError):
                count = asyncio.run(stored(data_dir))
        sleep(0.2)  # its answer to the writer
        process.send_signal(signal.SIGTERM)
        said, complained = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert b"Traceback" not in complained
    assert json.loads(said)["stored"] == 500
    assert find_running(data_dir / "postgres" / "cluster") is None
