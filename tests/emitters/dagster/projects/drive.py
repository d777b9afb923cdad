"""Runs scenarios in one process on one instance, and ticks the sensor; a JSON object says how."""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import estate
from out_file import emit_into

from catchment_emitters.core.emitter import emitter
from catchment_emitters.dagster.definitions import Definitions
from catchment_emitters.dagster.names import names_of
from catchment_emitters.dagster.tail import Cursor, Tail

REPOSITORY = estate.defs.get_repository_def()
HOME = Path(os.environ["DAGSTER_HOME"])
SENSOR = REPOSITORY.get_sensor_def("openlineage_sensor")


def tick(instance: dg.DagsterInstance, cursor: str | None, name: str) -> str:
    """One tick; its events are lines of NAME.ndjson."""
    if name != "never":
        emit_into(str(HOME / f"{name}.ndjson"))
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, definitions=estate.defs, sensor_name=SENSOR.name
    )
    SENSOR.evaluate_tick(context)
    assert context.cursor is not None
    return context.cursor


def asset_run(instance: dg.DagsterInstance, *names: str, **more: Any) -> dg.ExecuteInProcessResult:
    keys = [dg.AssetKey.from_user_string(name) for name in names]
    job = REPOSITORY.get_implicit_job_def_for_assets(keys) if "job" not in more else None
    assert job is not None
    return job.execute_in_process(
        instance=instance, asset_selection=keys, raise_on_error=False, **more
    )


def job_run(instance: dg.DagsterInstance, name: str, **more: Any) -> dg.ExecuteInProcessResult:
    job = estate.defs.resolve_job_def(name)
    return job.execute_in_process(instance=instance, raise_on_error=False, **more)


def runless(instance: dg.DagsterInstance) -> None:
    instance.report_runless_asset_event(
        dg.AssetMaterialization("outside", tags={"dagster/data_version": "o-1"})
    )
    instance.report_runless_asset_event(
        dg.AssetObservation("outside", tags={"dagster/data_version": "o-2"})
    )


def never_started(instance: dg.DagsterInstance) -> None:
    """A run that was made, and failed before any process had it."""
    run = instance.create_run_for_job(estate.defs.resolve_job_def("choosing"))
    instance.report_run_failed(run, "The worker could not be started.")
    run = instance.create_run_for_job(estate.defs.resolve_job_def("choosing"))
    instance.report_run_canceled(run)


def again(instance: dg.DagsterInstance) -> None:
    """A run that fails, and the same from where it failed."""
    job = dg.reconstructable(failing_job)
    here: dict[str, Any] = {"execution": {"config": {"in_process": {}}}}
    with dg.execute_job(job, instance=instance, run_config=here) as first:
        assert not first.success
    mended = HOME / "mended"
    mended.touch()
    os.environ["MENDED"] = str(mended)
    from_failure = dg.ReexecutionOptions.from_failure(first.run_id, instance)
    with dg.execute_job(
        job, instance=instance, run_config=here, reexecution_options=from_failure
    ) as result:
        assert result.success


def failing_job() -> dg.JobDefinition:
    return estate.defs.resolve_job_def("failing")


def checks_only(instance: dg.DagsterInstance) -> None:
    job = REPOSITORY.get_implicit_global_asset_job_def()
    key = dg.AssetCheckKey(dg.AssetKey("daily"), "adds_up")
    subset = job.get_subset(asset_selection=set(), asset_check_selection={key})
    subset.execute_in_process(instance=instance)


def ranged(instance: dg.DagsterInstance) -> None:
    tags = {
        "dagster/asset_partition_range_start": "2025-03-01",
        "dagster/asset_partition_range_end": "2025-05-09",
        "dagster/backfill": "fill-1",
    }
    job_run(instance, "bulk_job", tags=tags)


SCENARIOS: dict[str, Callable[[dg.DagsterInstance], Any]] = {
    "nightly": lambda one: job_run(one, "nightly"),
    "orders": lambda one: asset_run(one, "raw/orders"),
    "subset": lambda one: asset_run(one, "right"),
    "days": lambda one: [
        asset_run(one, "events", "sessions", partition_key=f"2025-03-0{day}") for day in (1, 2)
    ],
    "matrix": lambda one: asset_run(
        one, "matrix", partition_key=dg.MultiPartitionKey({"day": "2025-03-04", "region": "eu"})
    ),
    "ranged": ranged,
    "counted": lambda one: asset_run(one, "counted"),
    "checks_only": checks_only,
    "feed": lambda one: asset_run(one, "feed"),
    "scorer": lambda one: asset_run(one, "scorer"),
    "dynamic": lambda one: job_run(one, "dynamic", run_config=estate.WORK),
    "retried": lambda one: job_run(one, "retried"),
    "choosing": lambda one: job_run(one, "choosing"),
    "again": again,
    "never_started": never_started,
    "runless": runless,
}


def killed(instance: dg.DagsterInstance, before: str) -> None:
    """A tick whose process is killed when it has handed over some events, and no cursor."""
    child = os.fork()
    if child == 0:
        emit_into(str(HOME / "killed.ndjson"), die_after=20)
        tick(instance, before, "never")
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    tick(instance, before, "after_kill")


def bit_by_bit(instance: dg.DagsterInstance, cursor: str) -> int:
    """Small pages, no time, and now and then a process that knows nothing; the ticks it took."""
    emit_into(str(HOME / "bit_by_bit.ndjson"))
    out = emitter()
    readers: dict[str, Any] = {}
    for ticks in range(1, 5_000):
        if ticks % 50 == 0:
            readers.clear()
        tail = Tail(
            instance,
            Definitions(REPOSITORY),
            names_of(out.settings),
            out.settings,
            out.emit,
            readers=readers,
            page_events_max=7,
            seconds_max=0.0,
        )
        before, cursor = cursor, tail.tick(cursor)
        said = Cursor.parse(cursor)
        if cursor == before and said is not None and not said.runs:
            return ticks
    raise AssertionError(cursor)


def main() -> None:
    with dg.DagsterInstance.get() as instance:
        before = cursor = tick(instance, None, "first")
        for name, run in SCENARIOS.items():
            run(instance)
            cursor = tick(instance, cursor, name)
        tick(instance, before, "whole")
        tick(instance, before, "whole_again")
        tick(instance, cursor, "nothing")
        killed(instance, before)
        ticks = bit_by_bit(instance, before)
    sys.stdout.write(json.dumps({"ticks": ticks}))


if __name__ == "__main__":
    main()
