"""A small world in which every path of the service has something to show, with odd names."""

from typing import Any
from urllib.parse import quote

from tests.integration.http.conftest import Collector, event

Json = dict[str, Any]
FACET = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s.json"}

# Everything that goes wrong when a name is not encoded, or decoded once too often.
SPACE = "s3://bucket:9000/a b%2F#c?d&e=f+g"
TABLE = "orders/2026 03:part%20#1?x&y=z+é"
JOB = "dag/load:orders %2F#1?x&y=z+é"
MODEL = "churn"
LOADED, TRAINED, FAILED, LATE = (f"0190a000-0000-7000-8000-00000000000{n}" for n in range(1, 5))
FIELD = "order.id"
NO_VERSION = "0190a000-0000-8000-8000-000000000000"


def path(*parts: str) -> str:
    """A path below /api/v1, each part percent-encoded in one segment."""
    return "/api/v1/" + "/".join(quote(part, safe="") for part in parts)


def facet(**members: Any) -> Json:
    """A facet with what every facet has."""
    return FACET | members


def table(name: str = TABLE, **facets: Json) -> Json:
    """A dataset of the namespace with the odd name."""
    return {"namespace": SPACE, "name": name, "facets": facets}


def _schema() -> Json:
    parts = [{"name": "id", "type": "int", "description": "Its number."}, {"name": "note"}]
    return facet(fields=[{"name": "order", "type": "struct", "fields": parts}, {"name": "paid"}])


def _columns() -> Json:
    source = {"namespace": SPACE, "name": "raw orders", "field": "key"}
    ways = [{"type": "DIRECT", "subtype": "IDENTITY", "description": "", "masking": False}]
    return facet(
        fields={FIELD: {"inputFields": [source | {"transformations": ways}]}},
        dataset=[source | {"transformations": [{"type": "INDIRECT", "subtype": "FILTER"}]}],
    )


def _checked() -> Json:
    return facet(
        assertions=[
            {"assertion": "not_null", "success": True, "column": "paid"},
            {"assertion": "row_count", "success": False},
        ]
    )


def _happened(kind: str, run: str, at: str, job: str, **members: Any) -> Json:
    run_facets = members.pop("run_facets", {})
    job_facets = members.pop("job_facets", {})
    return event(
        eventType=kind,
        eventTime=f"2026-03-01T{at}Z",
        run={"runId": run, "facets": run_facets},
        job={"namespace": SPACE, "name": job, "facets": job_facets},
        **({"inputs": [], "outputs": []} | members),
    )


def _load() -> list[Json]:
    parent = {"run": {"runId": "flow-1"}, "job": {"namespace": SPACE, "name": "dag"}}
    nominal = facet(nominalStartTime="2026-03-01T00:00:00Z", nominalEndTime="2026-03-02T00:00:00Z")
    about = {
        "documentation": facet(description="Loads what was ordered."),
        "jobType": facet(processingType="BATCH", integration="TESTS", jobType="TASK"),
        "sourceCodeLocation": facet(type="git", url="https://example.org/code?token=secret"),
        "tags": facet(tags=[{"key": "daily", "value": "true", "source": "TESTS"}]),
    }
    written = table(
        schema=_schema(),
        columnLineage=_columns(),
        documentation=facet(description="Orders, a row each."),
        dataSource=facet(name="lake", uri="s3://user:secret@bucket:9000"),
        tags=facet(tags=[{"key": "pii", "value": "true"}, {"key": "x", "field": "paid"}]),
        version=facet(datasetVersion="v/1 %"),
        dataQualityAssertions=_checked(),
    )
    read = table("raw orders") | {"inputFacets": {"dataQualityAssertions": _checked()}}
    facets = {"parent": facet(**parent), "nominalTime": nominal, "password": facet(value="x")}
    return [
        _happened("START", LOADED, "10:00:00", JOB, run_facets=facets, job_facets=about),
        _happened("COMPLETE", LOADED, "10:05:00", JOB, inputs=[read], outputs=[written]),
    ]


def events() -> list[Json]:
    """RunEvents in every state, a job and a dataset that are only declared, a model, odd facets."""
    model = {
        "namespace": "models",
        "name": MODEL,
        "facets": {"datasetType": facet(datasetType="MODEL")},
    }
    declared = {"eventTime": "2026-03-01T09:00:00Z", "producer": "https://example.org/tests"}
    stream = {"jobType": facet(processingType="STREAMING", integration="TESTS")}
    return [
        *_load(),
        _happened("START", TRAINED, "11:00:00", "train", inputs=[table()], outputs=[model]),
        _happened("COMPLETE", TRAINED, "12:00:00.25", "train", inputs=[table()], outputs=[model]),
        _happened("FAIL", FAILED, "13:00:00", "train", inputs=[table()]),
        _happened("RUNNING", LATE, "14:00:00", "stream", job_facets=stream, outputs=[table()]),
        _happened("ABORT", "not-a-uuid", "15:00:00", "stop", inputs=[table("raw orders")]),
        declared | {"job": {"namespace": SPACE, "name": "never ran"}, "outputs": [table()]},
        declared | {"dataset": table("only declared", schema=facet(fields=[]))},
    ]


def fill(server: Collector) -> None:
    """Send it all, and three bodies that become dead letters."""
    for sent in events():
        answer = server.post(sent)
        assert answer.status_code == 201, answer.text
    odd = b'{"eventTime": "2026-03-01T16:00:00Z", "job": {"namespace": "odd", "name": "\\ud800"}, '
    odd += b'"run": {"runId": "odd", "facets": {"x": {"n": NaN}}}, "eventType": "COMPLETE"}'
    assert server.post(odd).status_code == 201
    for dead in (b'{"dead": "letter"}', b"{", b"\xff"):
        assert server.post(dead).status_code in (400, 422)
