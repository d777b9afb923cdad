"""Provenance from plain Python: `from catchment_emitters import lineage`.

    @lineage.job(inputs=["orders.csv"], outputs=["daily.parquet"])
    def daily(day: str) -> None:
        ...
        lineage.output("daily.parquet", frame)

`input`, `output`, `columns`, `model` and `evaluation` speak of the run that goes on where they are
called, be it one of these, a task of Prefect or an op of Dagster. Nothing here ever raises into
the pipeline, or waits for the collector.
"""

from catchment_emitters.core.emitter import emitter
from catchment_emitters.plain.blocks import Block, run
from catchment_emitters.plain.digest import DIGEST_BYTES_MAX, digest
from catchment_emitters.plain.jobs import job
from catchment_emitters.plain.reporter import Here, Run

__all__ = [
    "DIGEST_BYTES_MAX",
    "Block",
    "Run",
    "columns",
    "digest",
    "environment",
    "evaluation",
    "flush",
    "input",
    "job",
    "model",
    "output",
    "run",
]

_here = Here()

input = _here.input  # noqa: A001 - what it is called in OpenLineage
output = _here.output
columns = _here.columns
model = _here.model
evaluation = _here.evaluation
environment = _here.environment


def flush(timeout_seconds: float = 2.0) -> bool:
    """Wait until all events have arrived, for so long; whether they have."""
    return emitter().flush(timeout_seconds)
