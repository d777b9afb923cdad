"""What a tick of the sensor costs: many small runs in an instance, and one tick over all of them.

For a Python with Dagster: `python -m benchmarks.dagster_tick RUNS` prints a JSON object.
"""

import json
import sys
import tempfile
import time
from typing import Any

import dagster as dg

from catchment_emitters.core.events import encode
from catchment_emitters.core.settings import Settings
from catchment_emitters.dagster.definitions import Definitions
from catchment_emitters.dagster.names import names_of
from catchment_emitters.dagster.tail import Cursor, Tail


@dg.asset
def first() -> None: ...


@dg.asset(deps=[first])
def second() -> None: ...


def main(runs: int) -> None:
    definitions = dg.Definitions(assets=[first, second], jobs=[dg.define_asset_job("both")])
    job = definitions.resolve_job_def("both")
    settings = Settings()
    sent: list[int] = []

    def emit(event: dict[str, Any]) -> None:
        sent.append(len(encode(event)))

    with tempfile.TemporaryDirectory() as home, dg.instance_for_test(temp_dir=home) as instance:
        for _ in range(runs):
            job.execute_in_process(instance=instance)
        tail = Tail(
            instance,
            Definitions(definitions.get_repository_def()),
            names_of(settings),
            settings,
            emit,
            seconds_max=600,
        )
        begin = Cursor({f"PIPELINE_{one}": 0 for one in ("START", "FAILURE", "CANCELED")})
        wall, cpu = time.perf_counter(), time.process_time()
        cursor = tail.tick(begin.dump())
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        idle, idle_cpu = time.perf_counter(), time.process_time()
        for _ in range(20):
            cursor = tail.tick(cursor)
        idle, idle_cpu = time.perf_counter() - idle, time.process_time() - idle_cpu
    print(
        json.dumps({
            "runs": runs,
            "events": len(sent),
            "bytes_per_event": sum(sent) // len(sent),
            "wall_us_per_event": round(wall / len(sent) * 1e6),
            "cpu_us_per_event": round(cpu / len(sent) * 1e6),
            "idle_tick_ms": round(idle / 20 * 1e3, 1),
            "idle_tick_cpu_ms": round(idle_cpu / 20 * 1e3, 1),
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
