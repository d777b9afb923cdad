"""Runs with the handler in `dagster.yaml`, in processes of their own, some of them killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import dagster as dg
import drive
import estate

from catchment_emitters.dagster.tail import Cursor

HOME = Path(os.environ["DAGSTER_HOME"])
SECONDS_MAX = 120


def pair() -> dg.JobDefinition:
    return estate.defs.resolve_job_def("pair")


def retried() -> dg.JobDefinition:
    return estate.defs.resolve_job_def("retried")


def sleeping() -> dg.JobDefinition:
    return estate.defs.resolve_job_def("sleeping")


def killed(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRun:
    """A run whose process is killed in the middle of a step."""
    asleep = HOME / f"asleep-{run_id}"
    worker = subprocess.Popen(
        [sys.executable, __file__, run_id], env=os.environ | {"ASLEEP": str(asleep)}
    )
    until = time.monotonic() + SECONDS_MAX
    while not asleep.exists():
        assert time.monotonic() < until
        assert worker.poll() is None
        time.sleep(0.05)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run


def main() -> None:
    workers: dict[str, Any] = {"execution": {"config": {"multiprocess": {"max_concurrent": 2}}}}
    with dg.DagsterInstance.get() as instance:
        for job in (pair, retried):
            with dg.execute_job(
                dg.reconstructable(job), instance=instance, run_config=workers
            ) as result:
                assert result.success
        # What the daemon says of runs whose processes are gone.
        run = killed(instance, "11111111-1111-4111-8111-111111111111")
        instance.report_run_failed(run, "The run worker is gone.")
        run = killed(instance, "22222222-2222-4222-8222-222222222222")
        instance.report_run_canceled(run)
        begin = Cursor({f"PIPELINE_{one}": 0 for one in ("START", "FAILURE", "CANCELED")})
        drive.tick(instance, begin.dump(), "tailed")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sleeping().execute_in_process(instance=dg.DagsterInstance.get(), run_id=sys.argv[1])
    else:
        main()
