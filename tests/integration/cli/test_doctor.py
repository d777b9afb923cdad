"""`doctor` looks and changes nothing; whatever is in the way is a sentence, never a traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PostgresServer
from tests.integration.cli.test_commands import catchment, says
from tests.integration.http.conftest import collector, environment


def findings(text: str) -> dict[str, Any]:
    return {finding["name"]: finding for finding in json.loads(text)}


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
    }


def test_a_fresh_machine_is_fine_and_stays_fresh(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    found = findings(says(catchment("doctor", "--json", data_dir=folder), 0))
    assert "`catchment serve` makes one" in found["database"]["says"]
    assert not folder.exists()


def test_a_database_that_is_not_running_is_left_as_it_is(data_dir: Path) -> None:
    with collector(data_dir=data_dir):
        pass
    before = tree(data_dir)
    found = findings(says(catchment("doctor", "--json", data_dir=data_dir), 0))
    assert "`catchment serve` starts it" in found["database"]["says"]
    assert tree(data_dir) == before


def test_the_disk_of_a_data_dir_that_is_not_used_is_no_matter(
    database_url: str, tmp_path: Path
) -> None:
    asked = catchment("doctor", "--json", "--database-url", database_url, data_dir=tmp_path)
    found = findings(says(asked, 0))
    assert "disk" not in found
    assert found["schema"]["fine"]


def test_only_what_was_probably_a_setting_is_wrong(tmp_path: Path) -> None:
    done = catchment("doctor", data_dir=tmp_path, databse_url="x")
    assert "WRONG  settings   CATCHMENT_DATABSE_URL is not a setting; did you" in says(done, 1)
    done = catchment("doctor", data_dir=tmp_path, image="x")
    assert "fine   settings   CATCHMENT_IMAGE is not a setting\n" in says(done, 0)


@pytest.fixture
def stranger(postgres_server: PostgresServer) -> Iterator[str]:
    name = "test_stranger"
    postgres_server.sql(f"drop role if exists {name}", f"create role {name} login")
    yield name
    postgres_server.sql(f"drop role {name}")


@pytest.mark.parametrize("command", ["doctor", "serve", "migrate", "keys list"])
def test_a_user_who_may_not_read_the_schema_is_told(
    command: str, database_url: str, stranger: str, tmp_path: Path
) -> None:
    url = database_url.replace("//catchment@", f"//{stranger}@")
    text = says(catchment(*command.split(), database_url=url, data_dir=tmp_path, port=0), 1)
    assert "The database user may not" in text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("command", ["doctor", "serve", "ingest -", "keys list", "migrate"])
def test_a_data_dir_behind_a_closed_door_is_named(command: str, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.cli.command_as_nobody", *command.split()],
        capture_output=True,
        env=environment(data_dir=closed / "data", port=0),
        stdin=subprocess.DEVNULL,
        cwd=Path(__file__).parents[3],
        timeout=60,
        check=False,
    )
    text = says(done, 1)
    assert f"{closed}/data cannot be made or entered (Permission denied)" in text
