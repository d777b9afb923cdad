# ruff: noqa: PLC0415 - Prefect is imported by the Prefect of the tests only

"""What hearing of a state costs a Prefect task: `set_state` of the real engine, with and without.

`python -m benchmarks.prefect_states`. In one process, rounds with the tap and without it take
turns; each round runs a flow of tasks. Events are appended to a file, one write each; whatever is
done with them after that is not part of this. Then the tap alone, told of states of real task runs
by nobody but this script.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROUNDS, TASKS, ALONE = 4, 100, 2_000


class _File:
    """A way out: append."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def append(self, body: bytes) -> None:
        os.write(self._file, body + b"\n")

    def flush(self, timeout_seconds: float) -> bool:
        return timeout_seconds >= 0


def _timed(function: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    def set_state(*args: Any, **kwargs: Any) -> Any:
        # CPU of this thread: what else the machine does would drown it.
        begin = time.thread_time()
        state = function(*args, **kwargs)
        seconds.append(time.thread_time() - begin)
        return state

    return set_state


def _measure(place: Path) -> None:
    from prefect import flow, task
    from prefect.task_engine import SyncTaskRunEngine

    from catchment_emitters.core.emitter import Emitter, use
    from catchment_emitters.core.settings import read_settings
    from catchment_emitters.prefect import install

    use(Emitter(read_settings(), _File(place / "events")))
    plain = SyncTaskRunEngine.set_state
    install()
    tapped = SyncTaskRunEngine.set_state
    assert tapped is not plain

    @task(tags=["bench"])
    def nothing(x: int, name: str) -> int:
        return x if name else 0

    @flow
    def bench() -> None:
        for x in range(TASKS):
            nothing(x, "a name")

    seconds: dict[str, list[float]] = {"without": [], "with": []}
    whole: dict[str, list[float]] = {"without": [], "with": []}
    for turn in range(2 * ROUNDS + 2):
        kind, engine = (("without", plain), ("with", tapped))[turn % 2]
        # The first of each kind warms up.
        into = seconds[kind] if turn > 1 else []
        SyncTaskRunEngine.set_state = _timed(engine, into)
        begin = time.perf_counter()
        bench()
        if turn > 1:
            whole[kind].append((time.perf_counter() - begin) / TASKS)
    _report(seconds, whole)
    _alone()


def _alone() -> None:
    """START and COMPLETE by turns, without the threads that Prefect has in a flow."""
    from prefect import task
    from prefect.states import Completed, Running
    from prefect.task_engine import _create_task_run_locally

    from catchment_emitters.prefect.observe import task_state

    @task(tags=["bench"])
    def nothing(x: int, name: str) -> int:
        return x if name else 0

    given = {"x": 1, "name": "a name"}
    seconds: dict[str, list[float]] = {"START": [], "COMPLETE": []}
    for _ in range(ALONE):
        run = _create_task_run_locally(nothing, parameters=given)
        run.run_count = 1
        for kind, state in (("START", Running()), ("COMPLETE", Completed())):
            begin = time.thread_time()
            task_state(nothing, run, given, state)
            seconds[kind].append(time.thread_time() - begin)
    for kind, found in seconds.items():
        cut = statistics.quantiles(found, n=100)
        print(f"alone, {kind:8}: CPU p50 {cut[49] * 1e6:.0f} us, p99 {cut[98] * 1e6:.0f} us")


def _report(seconds: dict[str, list[float]], whole: dict[str, list[float]]) -> None:
    cut = {kind: statistics.quantiles(found, n=100) for kind, found in seconds.items()}
    for kind, found in seconds.items():
        print(
            f"{kind:8} {len(found):5} states: CPU p50 {cut[kind][49] * 1e6:4.0f} us, "
            f"p99 {cut[kind][98] * 1e6:5.0f} us; a task of the flow, median of {ROUNDS} rounds: "
            f"{statistics.median(whole[kind]) * 1e3:.2f} ms"
        )
    print(f"the tap, CPU p50: {(cut['with'][49] - cut['without'][49]) * 1e6:.0f} us")


def main() -> None:
    """Run it by the Prefect that the tests use."""
    from tests.emitters.engines import ROOT, engine_python

    with tempfile.TemporaryDirectory() as place:
        environment = os.environ | {
            "PYTHONPATH": f"{ROOT / 'emitters'}{os.pathsep}{ROOT}",
            "PREFECT_HOME": place,
            "PREFECT_LOGGING_LEVEL": "WARNING",
            "DO_NOT_TRACK": "1",
            "OPENLINEAGE_URL": "http://127.0.0.1:9",
        }
        command = [str(engine_python("prefect")), "-m", "benchmarks.prefect_states", place]
        subprocess.run(command, check=True, env=environment, cwd=ROOT)


if __name__ == "__main__":
    _measure(Path(sys.argv[1])) if sys.argv[1:] else main()
