"""What goes wrong between an instance and its sensor, by name; a JSON object says how it went."""

import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
from out_file import emit_into

from catchment_emitters.core.emitter import emitter
from catchment_emitters.dagster import openlineage_sensor
from catchment_emitters.dagster.definitions import Definitions
from catchment_emitters.dagster.names import names_of
from catchment_emitters.dagster.tail import Cursor, Tail

HOME = Path(os.environ["DAGSTER_HOME"])
NO_URL = "s3://[unclosed"
BEGIN = Cursor(dict.fromkeys(("PIPELINE_START", "PIPELINE_FAILURE", "PIPELINE_CANCELED"), 0))


@dg.asset(metadata={"dagster/uri": NO_URL})
def oddly_defined() -> None: ...


@dg.asset
def oddly_written() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"path": NO_URL})


@dg.asset
def sound() -> None: ...


@dg.op
def many(context: dg.OpExecutionContext) -> None:
    """Partitions that add up, and at last something that was made of another asset."""
    for key in "abcdef":
        said = {"dagster/row_count": 2}
        context.log_event(dg.AssetMaterialization("parts", partition=key, metadata=said))
    tags = {"dagster/input_data_version/sound": "1", "dagster/input_event_pointer/sound": "1"}
    context.log_event(dg.AssetMaterialization("whole", tags=tags))


@dg.job
def adding() -> None:
    many()


defs = dg.Definitions(
    assets=[oddly_defined, oddly_written, sound, dg.AssetSpec("outside")],
    jobs=[adding],
    sensors=[openlineage_sensor()],
)
REPOSITORY = defs.get_repository_def()


def make(instance: dg.DagsterInstance, *names: str) -> None:
    for key in map(dg.AssetKey, names):
        job = REPOSITORY.get_implicit_job_def_for_assets([key])
        assert job is not None
        assert job.execute_in_process(instance=instance, asset_selection=[key]).success


def tail(instance: dg.DagsterInstance, name: str, **more: Any) -> Tail:
    """A tail whose events are lines of NAME.ndjson."""
    emit_into(str(HOME / f"{name}.ndjson"))
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


TROUBLES: dict[str, Callable[[dg.DagsterInstance], dict[str, Any]]] = {
    "unreadable": unreadable,
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
