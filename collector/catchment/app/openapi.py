"""The OpenAPI document: what FastAPI knows of the routes, put right, and what it cannot know."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from catchment.api.models import ProblemDocument, refusal
from catchment.app import openapi_ingest

Json = dict[str, Any]
_REF = "#/components/schemas/"
# FastAPI's own words for a parameter that cannot be read; here that is 400 with a problem document.
_NOT_OURS = ("HTTPValidationError", "ValidationError")
_DESCRIPTION = """\
Every refusal is `application/problem+json` (RFC 9457). HEAD may be asked wherever GET may. A method
that a path does not have is answered 405; a Host or Origin that is not known here, 421 or 403.
Names stand in one segment of a path, percent-encoded whole (`/` is `%2F`); unknown query parameters
are ignored. A key is needed only if the service was told to ask for keys.
"""
_KEY = {"type": "http", "scheme": "bearer", "description": "An API key (`catchment keys create`)."}
_HEADERS = {
    "401": ("WWW-Authenticate", {"type": "string"}, "Always `Bearer`."),
    "503": ("Retry-After", {"type": "integer", "minimum": 1}, "Seconds."),
}


def describe(app: FastAPI) -> None:
    """Make `/openapi.json` what clients can be generated from."""

    def openapi() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to change it


def _document(app: FastAPI) -> Json:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=_DESCRIPTION,
        routes=app.routes,
    )
    for path, operations in openapi_ingest.paths().items():
        document["paths"].setdefault(path, {}).update(operations)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.update(openapi_ingest.SCHEMAS)
    _add_problem(schemas)
    for name in _NOT_OURS:
        schemas.pop(name, None)
    components["securitySchemes"] = {"key": _KEY}
    document["security"] = [{"key": []}, {}]
    for operation in _operations(document):
        _mend(operation)
    for schema in schemas.values():
        _untitle(schema)
    return document


def _add_problem(schemas: Json) -> None:
    problem = ProblemDocument.model_json_schema(ref_template=_REF + "{model}")
    schemas.update(problem.pop("$defs"))
    schemas["ProblemDocument"] = problem


def _operations(document: Json) -> Iterator[Json]:
    for operations in document["paths"].values():
        yield from operations.values()


def _mend(operation: Json) -> None:
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _given(parameter["schema"])
    responses = operation["responses"]
    if _is_theirs(responses.get("422", {})):
        del responses["422"]
    responses["421"] = refusal("This service is not known under that Host.")
    for status, (name, schema, says) in _HEADERS.items():
        if status in responses:
            headers = {name: {"schema": schema, "description": says, "required": True}}
            responses[status] = {**responses[status], "headers": headers}
    operation["responses"] = dict(sorted(responses.items()))


def _given(schema: Json) -> Json:
    """A parameter may be left out, but where it is given it is not null: a query has no null."""
    variants = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    rest = {name: said for name, said in schema.items() if name not in ("anyOf", "title")}
    if len(variants) == 1:
        return {**variants[0], **rest}
    return {"anyOf": variants} | rest if variants else rest


def _is_theirs(response: Json) -> bool:
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return str(schema.get("$ref", "")).removeprefix(_REF) in _NOT_OURS


def _untitle(schema: Any) -> None:
    """Titles that repeat a member's name say nothing, and become names in generated clients."""
    if isinstance(schema, list):
        for one in schema:
            _untitle(one)
    elif isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        for name, one in schema.items():
            # Members may be named as keywords are; below them schemas begin again.
            for child in one.values() if name == "properties" else (one,):
                _untitle(child)
