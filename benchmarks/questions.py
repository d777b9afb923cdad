"""How long each question takes, by the size of the estate: the real command, over HTTP.

    python -m benchmarks.questions [--size 1000] [--runs 1000000] [--asks 50] [--data-dir DIR]

`--size`: datasets, in chains of 100 jobs (`benchmarks/estate.py`), and beside them the layered
columns of `benchmarks/columns.py`. Half of the runs belong to one job, the others to all in turn.
Filled through the product's own batches; a data dir that is given is filled once and kept.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import asyncpg
import httpx

from benchmarks import columns, estate
from benchmarks.ingest import cpu_s, serving

BATCH = 1_000
_WARM_ASKS = 60
_WARM_SECONDS_MAX = 10


class Question(NamedTuple):
    """What is asked."""

    name: str
    path: str
    params: dict[str, Any]


def questions(datasets: int) -> list[Question]:
    """All of them; the last chain's names stand for any."""
    last = estate.chains(datasets) - 1
    jobs, job = estate.job_name(last, 50)
    space, table = estate.dataset_name(last, 50)
    end = ":".join(estate.dataset_name(last, estate.CHAIN_JOBS))
    of_job, of_table = (
        f"namespaces/{jobs}/jobs/{quote(job)}",
        f"namespaces/{space}/datasets/{table}",
    )
    busy = "namespaces/{}/jobs/{}".format(*estate.BUSY_JOB)
    layered = f"db-moderate:t_{columns.LAYERS}_7"
    return [
        Question("page of 100 jobs", "jobs", {"limit": 100}),
        Question("page of 100 jobs of a namespace", f"namespaces/{jobs}/jobs", {"limit": 100}),
        Question("page of 100 datasets", f"namespaces/{space}/datasets", {"limit": 100}),
        Question("namespaces", "namespaces", {}),
        Question("sources", "sources", {}),
        Question("one job", of_job, {}),
        Question("one dataset", of_table, {}),
        Question("one run", f"jobs/runs/{estate.run_id(1)}", {}),
        Question("10 runs of a job", f"{of_job}/runs", {"limit": 10}),
        Question("10 runs of the busy job", f"{busy}/runs", {"limit": 10}),
        Question("10 versions of a dataset", f"{of_table}/versions", {"limit": 10}),
        Question("10 versions of the busy one", _busy_versions(), {"limit": 10}),
        Question("10 versions of a job", f"{of_job}/versions", {"limit": 10}),
        Question("chain of 100 jobs", "lineage", {"nodeId": f"dataset:{end}", "depth": 100}),
        Question(
            "the same, upstream",
            "lineage",
            {"nodeId": f"dataset:{end}", "depth": 100, "direction": "upstream"},
        ),
        Question("lineage, depth 20", "lineage", {"nodeId": f"dataset:{end}", "depth": 20}),
        Question(
            "layered lineage, depth 20, upstream",
            "lineage",
            {"nodeId": f"dataset:{layered}", "depth": 20, "direction": "upstream"},
        ),
        Question(
            "one column, depth 20",
            "column-lineage",
            {"nodeId": f"datasetField:{layered}:column_3", "depth": 20},
        ),
        Question("100 entries of the log", "events", {"limit": 100}),
        Question("entries about a job", "events", {"nodeId": f"job:{jobs}:{job}", "limit": 100}),
        Question("50 events by time", "events/lineage", {"limit": 50}),
        Question("search, in every name", "search", {"q": "chain", "limit": 100}),
        Question("search, one name", "search", {"q": table, "limit": 100}),
        Question("search, two letters", "search", {"q": "ta"}),
        Question("search, nothing", "search", {"q": "nowhere to be found"}),
        Question("search, a column", "search", {"q": "column_3", "limit": 100}),
        Question("events of a day", "stats/lineage-events", {"period": "DAY"}),
        Question("datasets of a week", "stats/datasets", {"period": "WEEK", "timezone": "UTC"}),
        Question("producers", "producers", {}),
        Question("tags", "tags", {}),
    ]


def _busy_versions() -> str:
    return "namespaces/{}/datasets/{}/versions".format(*estate.dataset_name(0, 1))


async def _post_all(port: int, datasets: int, runs: int) -> None:
    layered = (json.dumps(one).encode() for one in columns.events("moderate", random.Random(3)))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
        for source in (layered, estate.events(datasets, runs)):
            await asyncio.gather(*[_post(client, source) for _ in range(2)])


async def _post(client: httpx.AsyncClient, source: Any) -> None:
    while batch := list(islice(source, BATCH)):
        answer = await client.post(
            "/api/v1/lineage/batch",
            content=b"[" + b",".join(batch) + b"]",
            headers={"content-type": "application/json"},
        )
        if b'"failed":0' not in answer.content:
            raise RuntimeError(answer.text[:500])


async def _analyze(data_dir: Path) -> None:
    """What autovacuum does within minutes."""
    connection = await asyncpg.connect(
        f"postgresql://catchment@/catchment?host={data_dir / 'postgres' / 'socket'}"
    )
    await connection.execute("vacuum analyze")
    await connection.close()


def _fill(data_dir: Path, port: int, datasets: int, runs: int) -> None:
    done = data_dir / f"filled-{datasets}-{runs}"
    if done.exists():
        return
    begun = time.perf_counter()
    asyncio.run(_post_all(port, datasets, runs))
    asyncio.run(_analyze(data_dir))
    done.touch()
    sys.stdout.write(f"filled in {time.perf_counter() - begun:,.0f} s\n")


def measure(client: httpx.Client, asked: Question, asks: int, server: tuple[int, Path]) -> str:
    """One line: waits in ms as the client has them, CPU in ms."""
    content = client.get(asked.path, params=asked.params)
    if content.status_code != 200:
        return f"{asked.name:<36} {content.status_code} {content.text[:200]}\n"
    # Until every connection of the pool has its plan of every statement, which takes it five times;
    # of what takes seconds no plan is the greater part.
    until = time.perf_counter() + _WARM_SECONDS_MAX
    for _ in range(_WARM_ASKS):
        client.get(asked.path, params=asked.params)
        if time.perf_counter() > until:
            break
    before, waits = cpu_s(*server), []
    for _ in range(asks):
        begun = time.perf_counter()
        client.get(asked.path, params=asked.params).read()
        waits.append((time.perf_counter() - begun) * 1_000)
    after = cpu_s(*server)
    ours, theirs = [(b - a) * 1_000 / asks for a, b in zip(before, after, strict=True)]
    waits.sort()
    return (
        f"{asked.name:<36}{len(content.content) / 1e3:>7.0f} kB  p50 {waits[asks // 2]:>6.1f}  "
        f"p99 {waits[int(asks * 0.99)]:>6.1f}  best {waits[0]:>6.1f} ms   "
        f"CPU: collector {ours:>6.1f}, Postgres {theirs:>6.1f} ms\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--asks", type=int, default=50)
    parser.add_argument("--only", default="", help="questions whose name has this")
    parser.add_argument("--data-dir", type=Path)
    given = parser.parse_args()
    with ExitStack() as stack:
        data_dir = given.data_dir
        if data_dir is None:
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="catchment-bench-"))
            )
            # As root the server runs as another user, who must come through here.
            folder.chmod(0o755)
            data_dir = folder / "data"
        pid, port = stack.enter_context(serving(data_dir))
        _fill(data_dir, port, given.size, given.runs)
        sys.stdout.write(f"{given.size:,} datasets, {given.runs:,} runs\n")
        base = f"http://127.0.0.1:{port}/api/v1/"
        with httpx.Client(base_url=base, timeout=120) as client:
            for asked in questions(given.size):
                if given.only in asked.name:
                    sys.stdout.write(measure(client, asked, given.asks, (pid, data_dir)))
                    sys.stdout.flush()


if __name__ == "__main__":
    main()
