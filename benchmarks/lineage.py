"""How long a lineage answer takes: the real command, over HTTP, on a graph of 1,100 nodes.

    python -m benchmarks.lineage [--asks 30]

550 jobs in layers, each with two inputs and one output, several runs each. Wall time of the whole
answer as the client has it, and the CPU of collector and Postgres behind it.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.generator import events
from benchmarks.ingest import cpu_s, serving

JOBS = 550
EVENTS = 8 * JOBS
LAST = f"dataset:postgres://db:5432:warehouse.raw.table_{JOBS + 1:05d}"
FIRST = "dataset:postgres://db:5432:warehouse.raw.table_00000"
QUESTIONS: tuple[tuple[str, str, dict[str, str | int]], ...] = (
    ("everything connected", "lineage", {"nodeId": LAST, "depth": 1000}),
    ("upstream", "lineage", {"nodeId": LAST, "direction": "upstream", "depth": 1000}),
    ("downstream", "lineage", {"nodeId": FIRST, "direction": "downstream", "depth": 1000}),
    ("a page of 100 jobs", "jobs", {"limit": 100}),
)


@contextmanager
def loaded(data_dir: Path) -> Iterator[tuple[int, int]]:
    """A server that has the graph; (pid, port)."""
    with serving(data_dir) as (pid, port):
        stream = list(events(EVENTS, seed=3, jobs=JOBS))
        for start in range(0, len(stream), 500):
            body = b"[" + b",".join(stream[start : start + 500]) + b"]"
            answer = httpx.post(
                f"http://127.0.0.1:{port}/api/v1/lineage/batch",
                content=body,
                headers={"content-type": "application/json"},
                timeout=60,
            )
            if b'"failed":0' not in answer.content:
                raise RuntimeError(answer.text[:500])
        yield pid, port


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--asks", type=int, default=30)
    asks = parser.parse_args().asks
    with tempfile.TemporaryDirectory(prefix="catchment-bench-") as folder:
        # As root the server runs as another user, who must come through here.
        Path(folder).chmod(0o755)
        data_dir = Path(folder) / "data"
        with loaded(data_dir) as (pid, port), httpx.Client(timeout=60) as client:
            for name, path, params in QUESTIONS:
                url = f"http://127.0.0.1:{port}/api/v1/{path}"
                content = client.get(url, params=params).content
                before, waits = cpu_s(pid, data_dir), []
                for _ in range(asks):
                    begun = time.perf_counter()
                    client.get(url, params=params).read()
                    waits.append((time.perf_counter() - begun) * 1_000)
                after = cpu_s(pid, data_dir)
                ours, theirs = [(b - a) * 1_000 / asks for a, b in zip(before, after, strict=True)]
                size = len(next(iter(json.loads(content).values())))
                sys.stdout.write(
                    f"{name:<24}{size:>6} nodes {len(content) / 1e3:>8.0f} kB  "
                    f"p50 {sorted(waits)[asks // 2]:>6.1f} ms  best {min(waits):>6.1f} ms  "
                    f"CPU: collector {ours:>6.1f} ms, Postgres {theirs:>6.1f} ms\n"
                )


if __name__ == "__main__":
    main()
