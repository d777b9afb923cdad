"""`demo`: something to look at, at once; nothing of it stays, and nothing else is touched."""

import asyncio
import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from catchment.app.demo import estate_until
from catchment.postgres.connect import connect
from tests.integration.http.conftest import environment


@contextmanager
def demo(folder: Path, **settings: object) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A running one whose data dir is made in `folder`, and what it said."""
    command = [sys.executable, "-m", "catchment", "demo", "--port", "0"]
    env = environment(**settings) | {"TMPDIR": str(folder)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    ) as process:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line.strip())
            if line.startswith("Ctrl+C"):
                break
        try:
            yield process, said
        finally:
            process.kill()


async def stored(dsn: str) -> int:
    connection = await connect(dsn)
    try:
        count: int = await connection.fetchval("select count(*) from event")
    finally:
        await connection.close()
    return count


def test_it_says_what_to_ask_and_leaves_nothing(data_dir: Path, database_url: str) -> None:
    named = {"database_url": database_url, "host": "0.0.0.0", "auth": "keys"}
    with demo(data_dir, **named) as (process, said):
        url = said[0].split()[-1]
        assert url.startswith("http://127.0.0.1:")
        lineage, *addresses = [line for line in said if "lineage " in line or "curl " in line]
        drawn = subprocess.run(
            lineage, shell=True, env=environment(), capture_output=True, text=True, check=True
        ).stdout
        assert "postgres://shop.example.org:5432  shop.public.orders" in drawn
        [made] = [line for line in said if "provenance " in line]
        model = subprocess.run(
            made, shell=True, env=environment(), capture_output=True, text=True, check=True
        ).stdout
        assert model.startswith("model models://registry.example.org  churn  #4  comes from")
        assert "run science  train_churn  COMPLETED" in model
        assert "postgres://shop.example.org:5432  shop.public.orders" in model
        runs, versions = [httpx.get(shlex.split(line)[-1]).json() for line in addresses]
        assert sorted(run["state"] for run in runs["runs"]) == ["COMPLETED"] * 4 + ["FAILED"]
        assert [one["version"] for one in versions["versions"]] == ["4", "3", "2", "1"]
        assert all(one["createdByRun"]["id"] for one in versions["versions"])
        newest = datetime.fromisoformat(runs["runs"][0]["startedAt"])
        assert timedelta() < datetime.now(UTC) - newest < timedelta(days=1, hours=2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")
    assert list(data_dir.iterdir()) == []
    assert asyncio.run(stored(database_url)) == 0


def test_a_taken_port_is_named(data_dir: Path) -> None:
    with demo(data_dir) as (_, said):
        port = said[0].rpartition(":")[2]
        done = subprocess.run(
            [sys.executable, "-m", "catchment", "demo", "--port", port],
            env=environment() | {"TMPDIR": str(data_dir)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert f"Port {port}" in done.stderr
        assert len(list(data_dir.iterdir())) == 1


@pytest.mark.parametrize("time", ["00:10", "02:20", "02:40", "13:00", "23:59"])
def test_the_last_night_is_over_and_nothing_is_of_tomorrow(time: str) -> None:
    now = datetime.fromisoformat(f"2026-03-10T{time}:00+00:00")
    events = [json.loads(line) for line in estate_until(now)]
    times = [datetime.fromisoformat(event["eventTime"]) for event in events]
    assert times == sorted(times)
    assert now - timedelta(hours=9) < times[-1] <= now
    ends = [
        at
        for at, event in zip(times, events, strict=True)
        if event.get("eventType") in ("COMPLETE", "FAIL")
        if event["job"]["name"] == "shop_nightly"
    ]
    assert len(ends) == 5
    assert now - ends[-1] < timedelta(days=1, minutes=15)
