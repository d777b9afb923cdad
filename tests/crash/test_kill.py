"""kill -9 in the middle of a load: what was acknowledged is there once; nothing is half there."""

import asyncio
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from benchmarks.generator import events
from tests.crash.load import Load, kill_postgres, running
from tests.integration.http.conftest import JSON
from tests.property.service import segment, service

LONG = os.environ.get("CATCHMENT_TEST_PROFILE") == "long"
KILLS = 25 if LONG else 4
EVENTS = 15_000 if LONG else 1_200
JOBS = 25


def _bodies(seed: int) -> list[bytes]:
    return list(events(EVENTS, seed=seed, jobs=JOBS))


def test_kill_of_the_collector(database_url: str, other_database_url: str) -> None:
    bodies, rng, kills = _bodies(1), random.Random(1), 0
    with running(database_url=database_url) as target:
        load = Load(target, bodies, clients=8, seed=1)
        load.start()
        while load.going and kills < KILLS:
            time.sleep(rng.uniform(0.05, 0.6))
            target.kill()
            kills += 1
            target.start()
        load.join()
        assert kills == KILLS or len(load.acknowledged) == len(bodies)
        assert kills >= 2
        _check(target.url, bodies, load)
    asyncio.run(_same_answers(database_url, other_database_url, bodies))


def test_kill_of_postgres(data_dir: Path, other_database_url: str) -> None:
    bodies, rng, kills = _bodies(2), random.Random(2), 0
    with running(data_dir=data_dir) as target:
        load = Load(target, bodies, clients=8, seed=2)
        load.start()
        while load.going and kills < KILLS:
            time.sleep(rng.uniform(0.05, 0.4))
            kill_postgres(data_dir, rng)
            kills += 1
        load.join()
        assert kills >= 2
        assert load.refused > 0
        _wait_until_ready(target.url)  # the last kill may have come after the last event
        _check(target.url, bodies, load)
        socket = data_dir / "postgres" / "socket"
        url = f"postgresql://catchment@/catchment?host={socket}"
        asyncio.run(_same_answers(url, other_database_url, bodies))


def _wait_until_ready(url: str) -> None:
    give_up = time.monotonic() + 60
    while httpx.get(f"{url}/health/ready").status_code != 200:
        assert time.monotonic() < give_up
        time.sleep(0.1)


def _check(url: str, bodies: Sequence[bytes], load: Load) -> None:
    """The log is dense, holds each event once and as it was sent; repeats get the first seq."""
    assert len(load.acknowledged) == len(bodies)
    seqs = {}
    with httpx.Client(base_url=url, timeout=30) as client:
        for body in bodies:
            answer = client.post("/api/v1/lineage", content=body, headers=JSON)
            assert answer.status_code == 200, answer.text[:300]
            seqs[body] = answer.json()["seq"]
        for body in random.Random(3).sample(bodies, 50):
            assert client.get(f"/api/v1/events/{seqs[body]}").content == body
        after = client.get("/api/v1/events", params={"after": len(bodies) - 1}).json()
    assert sorted(seqs.values()) == list(range(len(bodies)))
    assert after["events"] == []
    promised = {body: seq for body, seq in load.acknowledged.items() if seq is not None}
    assert {body: seqs[body] for body in promised} == promised


async def _same_answers(killed_url: str, fresh_url: str, bodies: Sequence[bytes]) -> None:
    """As if the same events had come in order, without any trouble."""
    async with service(fresh_url) as fresh, service(killed_url) as killed:
        await fresh.empty()
        await fresh.write(bodies, 500, 1)
        for path, params in await _questions(fresh):
            expected = await fresh.get(path, **params)
            assert await killed.get(path, **params) == expected, path


async def _questions(fresh: Any) -> list[tuple[str, dict[str, Any]]]:
    asked: list[tuple[str, dict[str, Any]]] = [("/namespaces", {}), ("/producers", {})]
    # Counts that are kept beside the log: as right as if they were made of it anew.
    week = {"period": "WEEK", "timezone": "UTC"}
    counted = ("lineage-events", "jobs", "datasets", "sources")
    asked += [(f"/stats/{what}", week) for what in counted]
    for namespace in (await fresh.get("/namespaces"))["namespaces"]:
        base = f"/namespaces/{segment(namespace['name'])}"
        asked += [(f"{base}/jobs", {"limit": 100}), (f"{base}/datasets", {"limit": 100})]
        jobs = (await fresh.get(f"{base}/jobs", limit=100))["jobs"]
        for job in jobs:
            asked.append((f"{base}/jobs/{segment(job['name'])}/runs", {"limit": 100}))
        for job in jobs[:5]:
            node = f"job:{namespace['name']}:{job['name']}"
            asked.append(("/lineage", {"nodeId": node, "direction": "both", "depth": 20}))
    return asked
