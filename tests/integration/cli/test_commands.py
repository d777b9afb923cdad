"""The commands as a person types them, on a real server and a real database."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from catchment import __version__
from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import Collector, collector, environment, event


def catchment(
    *arguments: str, stdin: bytes | None = None, **settings: object
) -> subprocess.CompletedProcess[bytes]:
    """`catchment ...` with nothing but these settings."""
    url = settings.pop("url", None)
    env = environment(**settings) | ({"CATCHMENT_URL": str(url)} if url else {})
    return subprocess.run(
        [sys.executable, "-m", "catchment", *arguments],
        input=stdin,
        capture_output=True,
        env=env,
        timeout=120,
        check=False,
    )


def says(done: subprocess.CompletedProcess[bytes], status: int) -> str:
    """What a person sees; one or a few sentences, never a traceback."""
    text = (done.stdout + done.stderr).decode()
    assert "Traceback" not in text
    assert done.returncode == status, text
    return text


@pytest.fixture
def running(postgres_server: PostgresServer) -> Iterator[tuple[Collector, str]]:
    with postgres_server.database(TEMPLATE) as url, collector(database_url=url) as server:
        yield server, url


def test_the_version() -> None:
    assert __version__ in says(catchment("--version"), 0)


def test_files_are_ingested_beside_a_server_and_shown(
    running: tuple[Collector, str], tmp_path: Path
) -> None:
    server, url = running
    file = tmp_path / "events.ndjson.gz"
    lines = [json.dumps(event()) for _ in range(3)]
    file.write_bytes(gzip.compress("\n".join([*lines, "no json"]).encode()))
    done = catchment("ingest", str(file), "--json", database_url=url, data_dir=tmp_path)
    text = says(done, 1)
    assert "no json" not in text
    assert len(server.entries()) == 4
    again = catchment("ingest", "-", stdin=lines[0].encode(), database_url=url, data_dir=tmp_path)
    says(again, 0)
    assert len(server.entries()) == 4
    listed = says(catchment("events", "list", url=server.url), 0)
    assert listed.count("COMPLETE  tests job") == 3
    assert json.loads(says(catchment("events", "show", "0", url=server.url), 0))["eventTime"]
    drawn = says(catchment("lineage", "dataset:db:b", url=server.url), 0)
    assert "job tests  job" in drawn
    assert "dataset db  a" in drawn
    long = event(inputs=[{"namespace": "db", "name": "x" * 300}], outputs=[])
    server.post(long | {"job": {"namespace": "tests", "name": "long"}})
    ends = says(catchment("lineage", "job:tests:long", url=server.url), 0)
    assert "x" * 300 in ends
    as_json = catchment("lineage", "dataset:db:b", "--json", url=server.url)
    assert len(json.loads(says(as_json, 0))["graph"]) == 3


def test_what_is_not_there_is_one_sentence(running: tuple[Collector, str]) -> None:
    server, _ = running
    assert "nobody" in says(catchment("lineage", "dataset:nobody:nothing", url=server.url), 1)
    assert "catchment serve" in says(catchment("lineage", "job:a:b", url="http://127.0.0.1:9"), 1)
    assert "direction" in says(catchment("lineage", "x", "--direction", "up", url=server.url), 2)


def test_a_taken_port_is_named(running: tuple[Collector, str], tmp_path: Path) -> None:
    server, _ = running
    done = catchment("serve", "--port", str(server.port), data_dir=tmp_path / "data")
    assert str(server.port) in says(done, 1)


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("postgresql://nobody@127.0.0.1:9/none", "cannot be reached"),
        ("postgresql://nobody@no.such.host.invalid/none", "cannot be found"),
        ("mysql://x", "postgresql://"),
    ],
)
def test_a_database_that_is_not_there_is_explained(url: str, hint: str, tmp_path: Path) -> None:
    done = catchment("serve", "--port", "0", database_url=url, data_dir=tmp_path)
    assert hint in says(done, 1)


def test_a_second_server_on_one_data_dir_is_refused(data_dir: Path) -> None:
    with collector(data_dir=data_dir) as server:
        text = says(catchment("serve", "--port", "0", data_dir=data_dir), 1)
        assert str(server.process.pid) in text
        found = json.loads(says(catchment("doctor", "--json", data_dir=data_dir), 0))
        assert all(finding["fine"] for finding in found)


def test_doctor_says_what_is_wrong(tmp_path: Path) -> None:
    done = catchment("doctor", database_url="postgresql://x@127.0.0.1:9/y", data_dir=tmp_path)
    assert "WRONG  database" in says(done, 1)
    misspelt = catchment("doctor", prot=1, database_url="postgresql://x@127.0.0.1:9/y")
    assert "CATCHMENT_PROT" in says(misspelt, 1)
