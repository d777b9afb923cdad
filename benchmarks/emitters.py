"""What an emitter costs the pipeline: microseconds of a call, p50 and p99.

    python -m benchmarks.emitters [--calls 5000] [--only plain]

Events go into a spool whose collector is not there, as in an outage. Nothing is taken off: a
decorated call is its function, two events and all. The last figure is the p99 of processor time:
what is left on a machine that others use, too.
"""

import argparse
import asyncio
import json
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from catchment_emitters import lineage
from catchment_emitters.core import emitter
from catchment_emitters.core.emitter import Emitter
from catchment_emitters.core.settings import Settings
from catchment_emitters.plain.digest import DIGEST_BYTES_MAX
from catchment_emitters.spool.spool import Spool

NOBODY = {"type": "http", "url": "http://127.0.0.1:1"}


Times = list[tuple[float, float]]


def measured(call: Callable[[], object], calls: int) -> Times:
    """Microseconds of each call, and of the processor; after some that do not count."""
    for _ in range(min(calls, 200)):
        call()
    found = []
    for _ in range(calls):
        began, used = time.perf_counter_ns(), time.thread_time_ns()
        call()
        took, using = time.perf_counter_ns() - began, time.thread_time_ns() - used
        found.append((took / 1_000, using / 1_000))
    return found


def measured_async(call: Callable[[], Awaitable[object]], calls: int) -> Times:
    """The same of a coroutine, within one loop."""

    async def measure() -> Times:
        found = []
        for n in range(calls + 200):
            began, used = time.perf_counter_ns(), time.thread_time_ns()
            await call()
            took, using = time.perf_counter_ns() - began, time.thread_time_ns() - used
            if n >= 200:
                found.append((took / 1_000, using / 1_000))
        return found

    return asyncio.run(measure())


def work(day: str, rows: int = 3, *, mode: str = "full") -> int:
    return len(day) + rows + len(mode)


async def work_async(day: str, rows: int = 3) -> int:
    return len(day) + rows


def work_in_steps(rows: int = 3) -> Iterator[int]:
    yield from range(rows)


def plain(directory: Path, calls: int) -> Iterator[tuple[str, Times]]:
    """Plain Python: `lineage.job`, `run`, `input`."""
    source, made = directory / "in.csv", directory / "out.csv"
    job = lineage.job(work)
    files = lineage.job(inputs=[source], outputs=[made])(work)
    job_async, steps = lineage.job(work_async), lineage.job(work_in_steps)
    yield "a function, undecorated", measured(lambda: work("2026-03-01"), calls)
    current = emitter.emitter()
    emitter.use(Emitter(Settings(disabled=True), None))
    yield "decorated, emitting disabled", measured(lambda: job("2026-03-01"), calls)
    emitter.use(current)
    yield "decorated: START and COMPLETE", measured(lambda: job("2026-03-01"), calls)
    yield "a coroutine", measured_async(lambda: job_async("2026-03-01"), calls)
    yield "a generator of 3 steps", measured(lambda: list(steps()), calls)
    # A file that has not changed for two seconds is digested once.
    source.write_bytes(os.urandom(100_000))
    made.write_bytes(os.urandom(100_000))
    yield (
        "with 100 kB in and 100 kB out, just written",
        measured(lambda: files("2026-03-01"), min(calls, 500)),
    )
    time.sleep(2.1)
    yield "with the same files, settled", measured(lambda: files("2026-03-01"), calls)
    with lineage.run("outer"):
        yield "within a run", measured(lambda: job("2026-03-01"), calls)
        yield (
            "lineage.input of a name, again",
            measured(lambda: lineage.input(("db", "orders"), rows=3, columns=["a", "b"]), calls),
        )
    large = directory / "large"
    large.write_bytes(bytes(DIGEST_BYTES_MAX))

    def digest_anew() -> None:
        os.utime(large)
        lineage.digest(large)

    yield f"digest of {DIGEST_BYTES_MAX >> 20} MiB", measured(digest_anew, 20)


PARTS: dict[str, Callable[[Path, int], Iterator[tuple[str, Times]]]] = {"plain": plain}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=5_000)
    parser.add_argument("--only", choices=PARTS, action="append")
    given = parser.parse_args()
    logging.getLogger("catchment_emitters").setLevel(logging.ERROR)
    for name in given.only or PARTS:
        with tempfile.TemporaryDirectory() as place:
            emitter.use(Emitter(Settings(), Spool(Path(place) / "spool", NOBODY)))
            print(f"{name}:")
            for what, found in PARTS[name](Path(place), given.calls):
                print(_row(what, found), flush=True)


def _row(what: str, times: Times) -> str:
    wall, used = zip(*times, strict=True)
    figures: dict[str, float] = {
        "p50_us": round(statistics.median(wall), 1),
        "p99_us": round(statistics.quantiles(wall, n=100)[98], 1),
        "cpu_p99_us": round(statistics.quantiles(used, n=100)[98], 1),
    }
    return f"  {what:<50} {json.dumps(figures)}"


if __name__ == "__main__":
    main()
