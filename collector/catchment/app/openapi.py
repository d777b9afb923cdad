"""What the generated OpenAPI document cannot know: the routes of ingest, which are plain ASGI."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

_EVENT = {
    "type": "object",
    "description": "An OpenLineage RunEvent, JobEvent or DatasetEvent.",
    "required": ["eventTime"],
    "properties": {
        "eventTime": {"type": "string", "format": "date-time"},
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "producer": {"type": "string", "format": "uri"},
        "schemaURL": {"type": "string", "format": "uri"},
        "run": {"type": "object"},
        "job": {"type": "object"},
        "dataset": {"type": "object"},
        "inputs": {"type": "array", "items": {"type": "object"}},
        "outputs": {"type": "array", "items": {"type": "object"}},
    },
}
_SEQ = {
    "type": "object",
    "required": ["seq"],
    "properties": {"seq": {"type": "integer", "description": "Its place in the log."}},
}
_FAILED_EVENT = {
    "type": "object",
    "required": ["index", "reason", "retriable"],
    "properties": {
        "index": {"type": "integer"},
        "reason": {"type": "string"},
        "retriable": {"type": "boolean"},
    },
}
_COUNTS = ("received", "successful", "failed", "retriable", "non_retriable")
_BATCH = {
    "type": "object",
    "required": ["status", "summary", "failed_events"],
    "properties": {
        "status": {"enum": ["success", "partial_success"]},
        "summary": {
            "type": "object",
            "required": list(_COUNTS),
            "properties": {name: {"type": "integer"} for name in _COUNTS},
        },
        "failed_events": {"type": "array", "maxItems": 1000, "items": _FAILED_EVENT},
    },
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}
_VALIDITY = {
    "type": "object",
    "required": ["valid", "problems"],
    "properties": {
        "valid": {"type": "boolean"},
        "problems": {**PROBLEM["properties"]["errors"], "maxItems": 101},
    },
}
_REFUSALS = {
    "400": "Not JSON, or not what Content-Encoding says.",
    "401": "A key is needed.",
    "403": "The key may not do this.",
    "408": "The body did not arrive in time.",
    "413": "Over a bound, which is named.",
    "415": "A content type or coding that is not read here.",
    "503": "Nothing was stored; send it again after Retry-After seconds.",
}


def describe_ingest(app: FastAPI) -> None:
    """Make `/openapi.json` show the routes of ingest beside those that FastAPI knows."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title, version=app.version, summary=app.summary, routes=app.routes
            )
            schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
            schema["paths"].setdefault("/api/v1/lineage", {})["post"] = _single()
            schema["paths"]["/api/v1/lineage/batch"] = {"post": _batch()}
            schema["paths"]["/api/v1/validate"] = {"post": _validate()}
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to change it


def _single() -> dict[str, Any]:
    return {
        "summary": "Send one event (also at /lineage and /).",
        "operationId": "postEvent",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _EVENT}}},
        "responses": {
            "200": _json("Stored before: the same bytes. `seq` of the first.", _SEQ),
            "201": _json("Stored durably; every read shows it.", _SEQ),
            "422": _refusal("No readable identity or time; in strict mode, not valid."),
            **{status: _refusal(says) for status, says in _REFUSALS.items()},
        },
    }


def _validate() -> dict[str, Any]:
    return {
        "summary": "Ask what a strict reader says of an event, or of many; stores nothing.",
        "operationId": "validateEvents",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {}},
                "application/x-ndjson": {"schema": {"type": "string"}},
            },
        },
        "responses": {
            "200": _json("All that is wrong, if anything; no JSON is not valid.", _VALIDITY),
            **{status: _refusal(says) for status, says in _REFUSALS.items()},
        },
    }


def _batch() -> dict[str, Any]:
    array = {"type": "array", "items": _EVENT, "maxItems": 10_000}
    return {
        "summary": "Send many events; each has its own fate (also at /lineage/batch).",
        "operationId": "postEvents",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": array},
                "application/x-ndjson": {"schema": {"type": "string"}},
            },
        },
        "responses": {
            "200": _json("What became of each.", _BATCH),
            **{status: _refusal(says) for status, says in _REFUSALS.items()},
        },
    }


def _json(says: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": says, "content": {"application/json": {"schema": schema}}}


def _refusal(says: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": says, "content": {"application/problem+json": {"schema": schema}}}
