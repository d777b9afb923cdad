"""The handler where it cannot look a run up: without DAGSTER_HOME, or with a storage that fails."""

import json
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import dagster as dg
import estate
from out_file import emit_into

from catchment_emitters.dagster.handler import OpenLineageHandler


def main(how: str) -> None:
    """`how`: "homeless" or "failing". A JSON object says what came of it."""
    place = Path(tempfile.mkdtemp(dir=os.environ["DAGSTER_HOME"]))
    lines: list[str] = []
    listener = logging.Handler()
    listener.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("catchment_emitters").addHandler(listener)
    emit_into(str(place / "said.ndjson"))
    with dg.DagsterInstance.local_temp(str(place)) as instance:
        result = estate.defs.resolve_job_def("dynamic").execute_in_process(
            instance=instance, run_config=estate.WORK
        )
        records = instance.all_logs(result.run_id)
        del os.environ["DAGSTER_HOME"]
        if how == "failing":
            broken = place / "broken"
            (broken / "history").mkdir(parents=True)
            (broken / "history" / "runs.db").mkdir()
            (broken / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
            os.environ["DAGSTER_HOME"] = str(broken)
        handler, seen = OpenLineageHandler(), 0
        for one in records:
            if one.dagster_event is not None:
                record: Any = logging.makeLogRecord({"created": one.timestamp})
                record.dagster_event = one.dagster_event
                record.dagster_meta = {"run_id": result.run_id}
                handler.emit(record)
                seen += 1
    said = {"seen": seen, "told": (place / "said.ndjson").read_bytes().count(b"\n")}
    sys.stdout.write(json.dumps(said | {"warnings": lines}))


if __name__ == "__main__":
    main(sys.argv[1])
