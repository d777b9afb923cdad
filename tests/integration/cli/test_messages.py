"""What the commands say of keys, options and settings, and that they say nothing else."""

import json
from pathlib import Path

from tests.integration.cli.test_commands import catchment, says
from tests.integration.http.conftest import StartCollector, event


def test_a_missing_key_and_a_wrong_one_are_told_apart(start: StartCollector) -> None:
    server = start(auth="keys")
    asking = ("lineage", "job:a:b")
    assert "asks for a key" in says(catchment(*asking, url=server.url), 1)
    wrong = says(catchment(*asking, url=server.url, api_key="wrong"), 1)
    assert "does not know the key in CATCHMENT_API_KEY" in wrong
    assert server.client.get("/api/v1/jobs").json()["detail"].startswith("A key is needed")
    known = server.client.get("/api/v1/jobs", headers={"authorization": "Bearer wrong"})
    assert known.status_code == 401
    assert "unknown or revoked" in known.json()["detail"]


def test_options_are_called_as_they_were_written(start: StartCollector) -> None:
    server = start()
    assert server.post(event()).status_code == 201
    asked = catchment("lineage", "job:tests:job", "--as-of", "yesterday", url=server.url)
    assert says(asked, 1).startswith("--as-of is not a time like ")


def test_nothing_is_said_twice(start: StartCollector) -> None:
    said = says(catchment("lineage", "churn", url=start().url), 1)
    assert said == "A node id is dataset:NAMESPACE:NAME or job:NAMESPACE:NAME.\n"


def test_a_misspelt_variable_is_warned_of(database_url: str, data_dir: Path) -> None:
    settings = {"database_url": database_url, "data_dir": data_dir, "databse_url": "x"}
    done = catchment("keys", "list", "--json", **settings)  # type: ignore[arg-type]
    warning = "Warning: CATCHMENT_DATABSE_URL is not a setting; did you mean CATCHMENT_DATABASE_URL"
    assert warning in done.stderr.decode()
    assert json.loads(done.stdout) == {"keys": []}
    assert done.returncode == 0


def test_commands_do_not_talk_of_the_server_they_start(data_dir: Path) -> None:
    done = catchment("keys", "create", "ann", "--scope", "read", data_dir=data_dir)
    assert done.stderr.decode().startswith("Key ")
    assert done.stderr.count(b"\n") == 1
    loud = catchment("keys", "list", data_dir=data_dir, log_level="info")
    assert b"server started" in loud.stderr
