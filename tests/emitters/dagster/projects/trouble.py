"""What goes wrong between an instance and its sensor, by name; a JSON object says how it went."""

import json
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
from out_file import emit_into
from sqlalchemy.exc import OperationalError  # type: ignore[import-not-found]

from catchment_emitters.core.emitter import emitter
from catchment_emitters.core.policy import Policy
from catchment_emitters.core.settings import Settings, read_settings
from catchment_emitters.dagster import openlineage_sensor
from catchment_emitters.dagster.definitions import Definitions
from catchment_emitters.dagster.names import names_of
from catchment_emitters.dagster.tail import Cursor, Tail
from catchment_emitters.dagster.upstream import StorageError

HOME = Path(os.environ["DAGSTER_HOME"])
NO_URL = "hdfs://[unclosed"
BEGIN = Cursor(dict.fromkeys(("PIPELINE_START", "PIPELINE_FAILURE", "PIPELINE_CANCELED"), 0))


@dg.asset(metadata={"dagster/uri": NO_URL})
def oddly_defined() -> None: ...


@dg.asset
def oddly_written() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"path": NO_URL})


@dg.asset
def sound() -> None: ...


@dg.asset(description="Wages.", owners=["team:people"], tags={"api_token": "hunter2"})
def hr() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"api_token": "hunter2", "note": "plain"})


@dg.op
def many(context: dg.OpExecutionContext) -> None:
    """Partitions that add up, and at last something that was made of another asset."""
    for key in "abcdefg":
        said = {"dagster/row_count": 2}
        context.log_event(dg.AssetMaterialization("parts", partition=key, metadata=said))
    tags = {"dagster/input_data_version/sound": "1", "dagster/input_event_pointer/sound": "1"}
    context.log_event(dg.AssetMaterialization("whole", tags=tags))


@dg.job
def adding() -> None:
    many()


WRITTEN = 300
MANY = [dg.AssetSpec(f"outside_{number}") for number in range(WRITTEN)]

defs = dg.Definitions(
    assets=[oddly_defined, oddly_written, sound, hr, dg.AssetSpec("outside"), *MANY],
    jobs=[adding],
    sensors=[openlineage_sensor()],
)
REPOSITORY = defs.get_repository_def()


def make(instance: dg.DagsterInstance, *names: str) -> None:
    for key in map(dg.AssetKey, names):
        job = REPOSITORY.get_implicit_job_def_for_assets([key])
        assert job is not None
        assert job.execute_in_process(instance=instance, asset_selection=[key]).success


def tail(
    instance: dg.DagsterInstance, name: str, settings: Settings | None = None, **more: Any
) -> Tail:
    """A tail whose events are lines of NAME.ndjson."""
    emit_into(str(HOME / f"{name}.ndjson"), settings=settings)
    out = emitter()
    known = Definitions(REPOSITORY)
    return Tail(instance, known, names_of(out.settings), out.settings, out.emit, **more)


def unreadable(instance: dg.DagsterInstance) -> dict[str, Any]:
    """Records that cannot be read, then one that can."""
    make(instance, "oddly_defined", "oddly_written")
    instance.report_runless_asset_event(
        dg.AssetMaterialization("outside", metadata={"path": NO_URL})
    )
    make(instance, "sound")
    cursor = tail(instance, "first").tick(BEGIN.dump())
    return {"again": cursor == tail(instance, "second").tick(cursor)}


def begun(instance: dg.DagsterInstance) -> dg.DagsterRun:
    """A run whose process went away as soon as it had begun, and nobody noticed."""
    run = instance.create_run_for_job(REPOSITORY.get_job("adding"))
    start = dg.DagsterEvent(event_type_value="PIPELINE_START", job_name="adding")
    instance.report_dagster_event(start, run.run_id)
    return run


def endless(instance: dg.DagsterInstance) -> dict[str, Any]:
    """More runs that never end than are followed at a time, and at last one that does."""
    runs = [begun(instance).run_id for _ in range(4)]
    make(instance, "sound")
    told = tail(instance, "endless", open_runs_max=2)
    cursor = told.tick(BEGIN.dump())
    left = list(json.loads(cursor)["runs"])
    again = list(json.loads(told.tick(cursor))["runs"])
    return {"runs": runs, "left": left, "again": again}


def unread(instance: dg.DagsterInstance) -> dict[str, Any]:
    """More runs than are followed at a time, none of which was read: they wait."""
    for _ in range(5):
        make(instance, "sound")
    told, cursor, most = tail(instance, "unread", open_runs_max=2, seconds_max=0.0), BEGIN.dump(), 0
    for _ in range(20):
        cursor = told.tick(cursor)
        most = max(most, len(json.loads(cursor)["runs"]))
    return {"most": most}


def gone(instance: dg.DagsterInstance) -> dict[str, Any]:
    """Runs that go on, of which one is deleted, and one is finished, which no record says."""
    deleted, finished, open_still = (begun(instance) for _ in range(3))
    told = tail(instance, "gone")
    cursor = told.tick(BEGIN.dump())
    before = list(json.loads(cursor)["runs"])
    instance.delete_run(deleted.run_id)
    success = dg.DagsterEvent(event_type_value="PIPELINE_SUCCESS", job_name="adding")
    instance.run_storage.handle_run_event(finished.run_id, success, datetime.now(tz=UTC))
    after = list(json.loads(told.tick(cursor))["runs"])
    return {"before": len(before), "after": after, "open": open_still.run_id}


def renamed(old: str, new: str) -> None:
    """The table of records by another name: until it is put back, the storage raises."""
    with closing(sqlite3.connect(HOME / "history" / "runs" / "index.db")) as index, index:
        index.execute(f"ALTER TABLE {old} RENAME TO {new}")


def failing(instance: dg.DagsterInstance) -> dict[str, Any]:
    """A storage that raises in the middle of a page, and later does no more."""
    make(instance, "sound")
    begin = tail(instance, "before").tick(BEGIN.dump())
    assert REPOSITORY.get_job("adding").execute_in_process(instance=instance).success
    tail(instance, "whole").tick(begin)
    told = tail(instance, "failing", page_events_max=4, seconds_max=0.0)
    cursor, raised, tried = begin, [], {0}
    for _ in range(20):
        said = Cursor.parse(cursor)
        assert said is not None
        place = max(said.runs.values(), default=0)
        if place not in tried:
            tried.add(place)
            renamed("event_logs", "elsewhere")
            try:
                cursor = told.tick(cursor)
            except (OperationalError, StorageError) as error:
                raised.append(type(error).__name__)
            renamed("elsewhere", "event_logs")
        cursor = told.tick(cursor)
    return {"raised": raised}


def private(instance: dg.DagsterInstance) -> dict[str, Any]:
    """What a policy keeps, and what is called like a secret."""
    key = dg.AssetKey("hr")
    job = REPOSITORY.get_implicit_job_def_for_assets([key])
    assert job is not None
    secret = {"db_password": "hunter2", "dagster/run_key": "a-key"}
    assert job.execute_in_process(instance=instance, asset_selection=[key], tags=secret).success
    instance.report_runless_asset_event(dg.AssetObservation("outside", metadata={"n": 1}))
    for name in ("hr", "outside", "outside.reported"):
        policy = Policy(((name, "emit", False),))
        tail(instance, f"no_{name}", replace(read_settings(), policy=policy)).tick(BEGIN.dump())
    policy = Policy((("outside", "datasets", False),))
    tail(instance, "no_data", replace(read_settings(), policy=policy)).tick(BEGIN.dump())
    tail(instance, "all").tick(BEGIN.dump())
    return {}


def reported(instance: dg.DagsterInstance) -> dict[str, Any]:
    """Many written assets, reported twice, told of in ticks that have no time."""
    keys = [f"outside_{number}" for number in range(WRITTEN)]
    for key in keys * 2:
        instance.report_runless_asset_event(dg.AssetMaterialization(key))
    told = tail(instance, "reported", seconds_max=0.0, page_events_max=100)
    cursor, sizes = BEGIN.dump(), [0]
    for _ in range(2 * WRITTEN // 100 + 1):
        cursor = told.tick(cursor)
        sizes.append((HOME / "reported.ndjson").read_bytes().count(b"\n"))
    return {"most": max(after - before for before, after in pairwise(sizes))}


def backfilled(instance: dg.DagsterInstance) -> dict[str, Any]:
    """A sensor whose first tick begins at an instant, before and after which things happened."""
    make(instance, "sound")
    instance.report_runless_asset_event(dg.AssetMaterialization("outside"))
    time.sleep(0.1)
    since = datetime.now(tz=UTC)
    make(instance, "hr")
    instance.report_runless_asset_event(dg.AssetObservation("outside"))
    sensor_tick(instance, "since", openlineage_sensor(backfill_from=since))
    sensor_tick(instance, "all", openlineage_sensor(backfill_from=since - timedelta(hours=1)))
    sensor_tick(instance, "now", openlineage_sensor())
    return {}


def disabled(instance: dg.DagsterInstance) -> dict[str, Any]:
    """A sensor that may not say anything, until it may."""
    make(instance, "sound")
    off = replace(read_settings(), disabled=True)
    cursor = sensor_tick(instance, "off", openlineage_sensor(), cursor=BEGIN.dump(), settings=off)
    sensor_tick(instance, "on", openlineage_sensor(), cursor=cursor)
    return {"waits": cursor == BEGIN.dump()}


def sensor_tick(
    instance: dg.DagsterInstance,
    name: str,
    sensor: Any,
    cursor: str | None = None,
    settings: Settings | None = None,
) -> str | None:
    """One tick of a sensor; its events are lines of NAME.ndjson."""
    emit_into(str(HOME / f"{name}.ndjson"), settings=settings)
    context = dg.build_sensor_context(instance=instance, cursor=cursor, definitions=defs)
    sensor.evaluate_tick(context)
    return context.cursor


TROUBLES: dict[str, Callable[[dg.DagsterInstance], dict[str, Any]]] = {
    "unreadable": unreadable,
    "endless": endless,
    "unread": unread,
    "gone": gone,
    "failing": failing,
    "private": private,
    "reported": reported,
    "backfilled": backfilled,
    "disabled": disabled,
}


def main(name: str) -> None:
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("catchment_emitters").addHandler(handler)
    with dg.DagsterInstance.get() as instance:
        said = TROUBLES[name](instance)
    sys.stdout.write(json.dumps(said | {"warnings": lines}))


if __name__ == "__main__":
    main(sys.argv[1])
