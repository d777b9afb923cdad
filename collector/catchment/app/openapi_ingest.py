"""What the OpenAPI document says of the routes that are plain ASGI: ingest and operations."""

from typing import Any

from catchment.api.models import PROBLEMS, refusal

Json = dict[str, Any]

_TIME = {"type": "string", "format": "date-time"}
_URI = {"type": "string", "format": "uri"}
_COUNT = {"type": "integer", "minimum": 0}
_FACETS = {"type": "object", "additionalProperties": {"type": "object"}}
_ANY_EVENT = {
    "anyOf": [
        {"$ref": f"#/components/schemas/{name}"}
        for name in ("RunEvent", "JobEvent", "DatasetEvent")
    ]
}


def _object(says: str, required: str, **properties: Any) -> Json:
    """An object with these members, and any other."""
    named = {"required": required.split(), "properties": properties}
    return {"type": "object", "description": says} | named


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _named(says: str, **facets: Any) -> Json:
    name = {"type": "string", "minLength": 1, "maxLength": 8192}
    return _object(says, "namespace name", namespace=name, name=name, facets=_FACETS, **facets)


def _event(says: str, required: str, **properties: Any) -> Json:
    """As the spec wants it; lenient reading needs an identity and `eventTime` only."""
    envelope = {"eventTime": _TIME, "producer": _URI, "schemaURL": _URI}
    return _object(says, f"eventTime producer schemaURL {required}", **envelope, **properties)


def _list_of(name: str) -> Json:
    return {"type": "array", "items": _ref(name)}


_TYPES = ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]
_IO = {"inputs": _list_of("EventInput"), "outputs": _list_of("EventOutput")}
SCHEMAS: Json = {
    "EventRun": _object(
        "A run; `runId` should be a UUID.", "runId", runId={"type": "string"}, facets=_FACETS
    ),
    "EventJob": _named("A job."),
    "EventDataset": _named("A dataset."),
    "EventInput": _named("A dataset that is read.", inputFacets=_FACETS),
    "EventOutput": _named("A dataset that is written.", outputFacets=_FACETS),
    "RunEvent": _event(
        "What happened to a run (OpenLineage 2-0-2).",
        "run job",
        eventType={"type": "string", "enum": _TYPES},
        run=_ref("EventRun"),
        job=_ref("EventJob"),
        **_IO,
    ),
    "JobEvent": _event("What a job is, without a run of it.", "job", job=_ref("EventJob"), **_IO),
    "DatasetEvent": _event("What a dataset is.", "dataset", dataset=_ref("EventDataset")),
    "Stored": _object("Its place in the log.", "seq", seq={**_COUNT, "format": "int64"}),
    "FailedEvent": _object(
        "One element that is not stored.",
        "index reason retriable",
        index=_COUNT,
        reason={"type": "string"},
        retriable={"type": "boolean"},
    ),
    "BatchSummary": _object(
        "How many of what.",
        "received successful failed retriable non_retriable",
        received=_COUNT,
        successful={**_COUNT, "description": "Repeats are among them."},
        failed=_COUNT,
        retriable=_COUNT,
        non_retriable=_COUNT,
    ),
    "BatchResult": _object(
        "What became of each element.",
        "status summary failed_events",
        status={"type": "string", "enum": ["success", "partial_success"]},
        summary=_ref("BatchSummary"),
        failed_events={"type": "array", "maxItems": 1000, "items": _ref("FailedEvent")},
    ),
    "Validity": _object(
        "What a strict reader says.",
        "valid problems",
        valid={"type": "boolean"},
        problems={"type": "array", "maxItems": 101, "items": _ref("ProblemEntry")},
    ),
    "Health": _object("It is.", "status", status={"type": "string", "const": "ok"}),
}

_REFUSALS: Json = {
    "400": refusal("Not JSON, or not what Content-Encoding says."),
    "401": PROBLEMS[401],
    "403": PROBLEMS[403],
    "408": refusal("The body did not arrive in time."),
    "413": refusal("Over a bound, which is named."),
    "415": refusal("A content type or coding that is not read here."),
    "503": refusal("Nothing was stored; send it again after Retry-After seconds."),
}
_CODING = {
    "name": "Content-Encoding",
    "in": "header",
    "description": "How the body is compressed, if it is.",
    "schema": {"type": "string", "enum": ["gzip", "deflate", "zstd"]},
}
_LINES = {"schema": {"type": "string", "description": "One event a line."}}


def paths() -> Json:
    """The paths, each with its operations."""
    array = {"type": "array", "items": _ANY_EVENT, "maxItems": 10_000}
    # What is checked may be wrong; so nothing is said of its shape.
    either = {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
    return {
        "/api/v1/lineage": {"post": _single()},
        "/api/v1/lineage/batch": {
            "post": _door(
                "postEvents",
                "Send many events; each has its own fate (also at /lineage/batch).",
                {"application/json": {"schema": array}, "application/x-ndjson": _LINES},
                {"200": _json("What became of each.", "BatchResult")},
            )
        },
        "/api/v1/validate": {
            "post": _door(
                "validateEvents",
                "Ask what a strict reader says of an event, or of many; stores nothing.",
                {"application/json": {"schema": either}, "application/x-ndjson": _LINES},
                {"200": _json("All that is wrong, if anything; no JSON is not valid.", "Validity")},
            )
        },
        "/health/live": {"get": _health("isLive", "Whether the process lives.")},
        "/health/ready": {
            "get": _health("isReady", "Whether it can store and answer.")
            | {
                "responses": {
                    "200": _json("It can.", "Health"),
                    "403": PROBLEMS[403],
                    "503": PROBLEMS[503],
                }
            }
        },
        "/metrics": {"get": _metrics()},
    }


def _single() -> Json:
    return _door(
        "postEvent",
        "Send one event (also at /lineage and /).",
        {"application/json": {"schema": _ANY_EVENT}},
        {
            "200": _json("Stored before: the same bytes. `seq` of the first.", "Stored"),
            "201": _json("Stored durably; every read shows it.", "Stored"),
            "422": refusal("No readable identity or time; in strict mode, not valid."),
        },
    )


def _door(operation_id: str, summary: str, content: Json, responses: Json) -> Json:
    return {
        "tags": ["ingest"],
        "summary": summary,
        "operationId": operation_id,
        "parameters": [_CODING],
        "requestBody": {"required": True, "content": content},
        "responses": responses | _REFUSALS,
    }


def _health(operation_id: str, summary: str) -> Json:
    return {
        "tags": ["operations"],
        "summary": summary,
        "operationId": operation_id,
        "security": [],
        "responses": {"200": _json("It does.", "Health"), "403": PROBLEMS[403]},
    }


def _metrics() -> Json:
    text = {"text/plain": {"schema": {"type": "string"}}}
    refused = {str(status): PROBLEMS[status] for status in (401, 403, 503)}
    return {
        "tags": ["operations"],
        "summary": "Figures in the text format of Prometheus.",
        "operationId": "metrics",
        "responses": {"200": {"description": "The figures.", "content": text}} | refused,
    }


def _json(says: str, name: str) -> Json:
    return {"description": says, "content": {"application/json": {"schema": _ref(name)}}}
