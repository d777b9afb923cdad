"""The shape of Flink: a job that never ends, and says so again and again.

Quirks: STREAMING, so no COMPLETE is to be waited for; RUNNING with each checkpoint, mostly without
datasets; a sink that is first seen in the middle; a list of brokers in the namespace; cancelled
(ABORT) to be deployed anew, which is another run of the same job.
"""

from tests.recorded.written.shapes import (
    KAFKA,
    LAKE,
    Json,
    bare,
    dataset,
    event,
    facet,
    schema,
)

NAMESPACE, JOB = "flink", "clicks_to_lake"
FIRST = "01900000-0000-7000-8000-00000000c001"
SECOND = "01900000-0000-7000-8000-00000000c002"


def _run(run_id: str, checkpoints: int | None = None) -> tuple[Json, Json]:
    engine = facet("1-1-1/ProcessingEngineRunFacet", version="unknown", name="flink")
    facets = {"processing_engine": engine}
    if checkpoints is not None:
        facets["checkpoints"] = bare(
            completed=checkpoints, failed=0, in_progress=0, restored=0, total=checkpoints
        )
    kind = facet(
        "2-0-4/JobTypeJobFacet",
        processingType="STREAMING",
        integration="FLINK",
        jobType="JOB",
    )
    job = {"namespace": NAMESPACE, "name": JOB, "facets": {"jobType": kind}}
    return {"runId": run_id, "facets": facets}, job


def _topic(name: str) -> Json:
    return dataset(KAFKA, name, schema=schema("url", "at"))


def events() -> list[Json]:
    """In the order of arrival."""
    table = dataset(LAKE, "raw/clicks", schema=schema("url", "at"))
    late = dataset(KAFKA, "clicks_late")
    return [
        event("START", "2026-03-01T08:00:00.010Z", *_run(FIRST), [_topic("clicks")], [table]),
        event("RUNNING", "2026-03-01T08:10:00.010Z", *_run(FIRST, 1)),
        event("RUNNING", "2026-03-01T08:20:00.010Z", *_run(FIRST, 2), [], [late]),
        event("RUNNING", "2026-03-02T08:00:00.010Z", *_run(FIRST, 144)),
        event("ABORT", "2026-03-02T12:00:00.000Z", *_run(FIRST, 168)),
        event(
            "START",
            "2026-03-02T12:05:00.000Z",
            *_run(SECOND),
            [_topic("clicks"), _topic("taps")],
            [table],
        ),
        event("RUNNING", "2026-03-02T12:15:00.000Z", *_run(SECOND, 1)),
    ]
