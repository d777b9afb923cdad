"""How many events a second, at what cost: the real command on an embedded server of its own.

    python -m benchmarks.ingest [--events 20000] [--json FILE]

Every figure is of durable events (an answer is a commit). Client, collector and Postgres share the
machine; CPU seconds are read from /proc for each of them, so they hold on a noisy machine where
events a second do not. Beside it: a raw COPY of the same bodies, which is the limit.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import uvloop

from benchmarks.generator import events

TICKS = os.sysconf("SC_CLK_TCK")
HEAD = "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"


@dataclass
class Figure:
    """One measured series."""

    name: str
    events: int
    seconds: float
    p50_ms: float
    p99_ms: float
    collector_us: float
    postgres_us: float

    def line(self) -> str:
        per_second = self.events / self.seconds
        return (
            f"{self.name:<34}{per_second:>9,.0f}/s  p50 {self.p50_ms:>8.1f} ms  "
            f"p99 {self.p99_ms:>8.1f} ms  CPU per event: collector {self.collector_us:>6.0f} us, "
            f"Postgres {self.postgres_us:>6.0f} us"
        )


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    return found


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # Own time, and that of children that have ended.
    return sum(int(fields[n]) for n in (11, 12, 13, 14)) / TICKS


def cpu_s(collector: int, data_dir: Path) -> tuple[float, float]:
    """Seconds of CPU so far: (collector, Postgres with all its processes)."""
    pid_file = data_dir / "postgres" / "cluster" / "postmaster.pid"
    postmaster = int(pid_file.read_text().split()[0])
    tree = _children()
    waiting, postgres = [postmaster], 0.0
    while waiting:
        pid = waiting.pop()
        postgres += _cpu_s(pid)
        waiting += tree.get(pid, [])
    return _cpu_s(collector), postgres


async def _post(
    port: int, path: str, bodies: Sequence[bytes], connections: int
) -> tuple[float, list[float]]:
    """Post all, so many at a time; seconds, and the wait for each in ms. Anything else raises."""
    host = f"127.0.0.1:{port}"
    head = HEAD.format(path=path, host=host)
    waits: list[float] = []
    queue = iter(bodies)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in queue:
            begun = time.perf_counter()
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            status = answer.split(b" ", 2)[1]
            length = int(answer.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            content = await reader.readexactly(length)
            if status not in {b"200", b"201"} or b'"failed":1' in content:
                raise RuntimeError(f"{answer!r} {content[:300]!r}")
            waits.append((time.perf_counter() - begun) * 1_000)
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*[one() for _ in range(connections)])
    return time.perf_counter() - begun, sorted(waits)


@contextmanager
def serving(data_dir: Path) -> Iterator[tuple[int, int]]:
    """`catchment serve` on a data directory; (pid, port)."""
    process = subprocess.Popen(
        [sys.executable, "-m", "catchment", "serve", "--port", "0", "--data-dir", str(data_dir)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "CATCHMENT_LOG_LEVEL": "warning"},
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        yield process.pid, int(line.split()[-1].rpartition(":")[2])
    finally:
        process.terminate()
        process.wait(60)


async def _sizes(dsn: str, count: int) -> dict[str, float]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        """
        select relname, pg_total_relation_size(oid) as size from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'm')
        order by 2 desc
        """
    )
    await connection.close()
    return {row["relname"]: row["size"] / count for row in rows if row["size"] / count >= 0.5}


async def _copy(dsn: str, bodies: Sequence[bytes]) -> float:
    """Seconds for a raw COPY of the same bodies in batches of 500, each committed."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("create table raw_copy (n integer, body bytea)")
    begun = time.perf_counter()
    for start in range(0, len(bodies), 500):
        records = list(enumerate(bodies[start : start + 500], start))
        await connection.copy_records_to_table("raw_copy", records=records)
    took = time.perf_counter() - begun
    await connection.execute("drop table raw_copy")
    await connection.close()
    return took


async def _series(
    name: str,
    where: tuple[int, int, Path],
    bodies: Sequence[bytes],
    connections: int,
    batch: int,
) -> Figure:
    pid, port, data_dir = where
    path, posts = "/api/v1/lineage", list(bodies)
    if batch > 1:
        path += "/batch"
        posts = [
            b"[" + b",".join(bodies[n : n + batch]) + b"]" for n in range(0, len(bodies), batch)
        ]
    before = cpu_s(pid, data_dir)
    seconds, waits = await _post(port, path, posts, connections)
    after = cpu_s(pid, data_dir)
    ours, theirs = [(b - a) * 1e6 / len(bodies) for a, b in zip(before, after, strict=True)]
    p50, p99 = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
    return Figure(name, len(bodies), seconds, p50, p99, ours, theirs)


async def _measure(data_dir: Path, count: int) -> tuple[list[Figure], dict[str, float], float]:
    # Of the last hours, as from pipelines that run: older ones are left out of the counts by hour.
    start = datetime.now(UTC) - timedelta(hours=6)
    stream = list(events(count * 2, seed=7, start=start))
    cold, rest = stream[: count // 4], stream[count // 4 :]
    figures: list[Figure] = []
    with serving(data_dir) as (pid, port):
        where = (pid, port, data_dir)

        async def series(name: str, share: float, connections: int, batch: int) -> None:
            take = int(count * share)
            bodies = [rest.pop(0) for _ in range(take)]
            figures.append(await _series(name, where, bodies, connections, batch))
            sys.stdout.write(figures[-1].line() + "\n")
            sys.stdout.flush()

        figures.append(await _series("cold, batches of 500, 2 conn.", where, cold, 2, 500))
        sys.stdout.write(figures[-1].line() + "\n")
        await series("warm, batches of 500, 2 conn.", 0.75, 2, 500)
        socket = data_dir / "postgres" / "socket"
        dsn = f"postgresql://catchment@/catchment?host={socket}"
        batched = await _sizes(dsn, sum(figure.events for figure in figures))
        sys.stdout.write(f"bytes on disk per event so far: {sum(batched.values()):,.0f}\n")
        await series("single, 32 connections", 0.4, 32, 1)
        await series("single, 8 connections", 0.2, 8, 1)
        await series("single, 1 connection", 0.03, 1, 1)
        stored = sum(figure.events for figure in figures)
        sizes = await _sizes(dsn, stored)
        bodies = stream[: min(count, 10_000)]
        limit = len(bodies) / await _copy(dsn, bodies)
    return figures, sizes, limit


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="catchment-bench-") as folder:
        # As root the server runs as another user, who must come through here.
        Path(folder).chmod(0o755)
        figures, sizes, limit = uvloop.run(_measure(Path(folder) / "data", given.events))
    sys.stdout.write(f"raw COPY of the same bodies: {limit:,.0f}/s\n")
    total = sum(sizes.values())
    sys.stdout.write(f"bytes on disk per event: {total:,.0f}\n")
    for table, size in sizes.items():
        sys.stdout.write(f"  {table:<24}{size:>8.1f}\n")
    if given.json:
        given.json.write_text(
            json.dumps({"figures": [asdict(f) for f in figures], "bytes": sizes, "copy": limit})
        )


if __name__ == "__main__":
    main()
