"""The first hour of a user: install, serve, let a pipeline emit, ask."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState

from tests.acceptance.conftest import without_the_checkout
from tests.recorded.client.emit import transport

WAYS = ["http", "http_gzip", "async_http", "composite", "file"]


@contextmanager
def served(command: Path, data_dir: Path) -> Iterator[str]:
    """`catchment serve`, on a Postgres that it brings itself; its URL."""
    process = subprocess.Popen(
        [command, "serve", "--port", "0", "--data-dir", data_dir],
        stdout=subprocess.PIPE,
        text=True,
        cwd=command.parent,
        env=without_the_checkout(log_level="error"),
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert "ready at http://" in line, line
        yield line.split()[-1]
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0
        process.stdout.close()


def said(command: Path, *arguments: str | Path, **settings: object) -> str:
    """What the installed command prints, if all is well."""
    done = subprocess.run(
        [command, *arguments],
        capture_output=True,
        text=True,
        cwd=command.parent,
        env=without_the_checkout(**settings),
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pipeline(way: str, url: str, file: Path) -> None:
    """One run of a job that is named for the transport, as a user's pipeline would tell it."""
    client = OpenLineageClient(config={"transport": transport(way, url, str(file))})
    run = Run(str(uuid4()))
    for second, state in enumerate((RunState.START, RunState.COMPLETE)):
        client.emit(
            RunEvent(
                eventType=state,
                eventTime=f"2026-03-03T01:00:0{second}Z",
                producer="https://example.org/shop",
                run=run,
                job=Job("shop", way),
                inputs=[InputDataset("lake", "clicks")],
                outputs=[OutputDataset("lake", way)],
            )
        )
    assert client.close(timeout=30)


def test_what_the_official_client_emits_is_there_by_every_way(
    installed: Path, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # in a checkout the client adds its commit
    with served(installed, data_dir) as url, httpx.Client(base_url=url, timeout=30) as http:
        for way in WAYS:
            pipeline(way, url, tmp_path / f"{way}.ndjson")
        # The composite transport told a file, too: those events have come already.
        for written in ("file.ndjson", "composite.ndjson"):
            said(installed, "ingest", tmp_path / written, "--data-dir", data_dir)

        log = http.get("/api/v1/events").json()["events"]
        assert sorted(entry["job"]["name"] for entry in log) == sorted(WAYS * 2)
        assert {entry["source"] for entry in log if entry["job"]["name"] != "file"} == {"http"}
        assert all(entry["problems"] == [] for entry in log)
        for way in WAYS:
            asked = {"nodeId": f"dataset:lake:{way}", "direction": "upstream"}
            graph = http.get("/api/v1/lineage", params=asked).json()["graph"]
            found = {node["id"]: node["data"] for node in graph}
            assert set(found) == {"dataset:lake:clicks", f"dataset:lake:{way}", f"job:shop:{way}"}
            assert found[f"job:shop:{way}"]["latestRun"]["state"] == "COMPLETED"
        assert http.get("/api/v1/dead-letters").json()["deadLetters"] == []

        listed: list[dict[str, Any]] = json.loads(
            said(installed, "events", "list", "--json", url=url)
        )["events"]
        assert listed == log
        drawn = said(
            installed, "lineage", "dataset:lake:clicks", "--direction", "downstream", url=url
        )
        for way in WAYS:
            assert f"dataset lake  {way}" in drawn
