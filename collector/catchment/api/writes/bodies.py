"""The bodies of writes: read under a bound, and as models that say what is wrong with them."""

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from starlette.requests import Request

from catchment.errors import Invalid, NotJson, Problem, TooLarge, Unsupported

BODY_BYTES_MAX = 1024 * 1024
WORD_CHARS_MAX = 1_024
"""Of owners, types and tags."""
TEXT_CHARS_MAX = 65_536
_ITEMS_MAX = 10_000

B = TypeVar("B", bound="Body")


class Body(BaseModel):
    """Common to all: camelCase outside; members that are not known are left out."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class NamespaceMeta(Body):
    """Whose a namespace is, and what it is for."""

    owner_name: str = Field(max_length=WORD_CHARS_MAX)
    description: str | None = Field(None, max_length=TEXT_CHARS_MAX)


class SourceMeta(Body):
    """Where data come from."""

    type: str = Field(max_length=WORD_CHARS_MAX)
    connection_url: str = Field(max_length=TEXT_CHARS_MAX)
    description: str | None = Field(None, max_length=TEXT_CHARS_MAX)


class TagMeta(Body):
    """What a tag means."""

    description: str | None = Field(None, max_length=TEXT_CHARS_MAX)


class FieldMeta(Body):
    """A column."""

    name: str = Field(min_length=1)
    type: str | None = None
    tags: list[str] = []
    description: str | None = Field(None, max_length=TEXT_CHARS_MAX)


class DatasetMeta(Body):
    """A dataset, as older clients declare it. `runId`: the run that wrote it."""

    type: Literal["DB_TABLE", "STREAM"]
    physical_name: str
    source_name: str
    fields_: list[FieldMeta] = Field([], alias="fields", max_length=_ITEMS_MAX)
    tags: list[str] = Field([], max_length=_ITEMS_MAX)
    description: str | None = Field(None, max_length=TEXT_CHARS_MAX)
    run_id: str | None = None
    schema_location: str | None = None


class DatasetId(Body):
    """A dataset by its names."""

    namespace: str = Field(min_length=1)
    name: str = Field(min_length=1)


class JobMeta(Body):
    """A job, as older clients declare it. `runId`: the run that did it."""

    type: Literal["BATCH", "STREAM", "SERVICE"]
    inputs: list[DatasetId] = Field([], max_length=_ITEMS_MAX)
    outputs: list[DatasetId] = Field([], max_length=_ITEMS_MAX)
    location: str | None = None
    description: str | None = Field(None, max_length=TEXT_CHARS_MAX)
    context: dict[str, str] | None = None
    run_id: str | None = None


class RunMeta(Body):
    """A run to come. Without an id it gets one."""

    id: str | None = None
    nominal_start_time: str | None = None
    nominal_end_time: str | None = None
    args: dict[str, Any] = {}


async def read_body(request: Request, model: type[B]) -> B:
    """The body of a request.

    Raises:
        Unsupported: not sent as JSON.
        TooLarge: more than `BODY_BYTES_MAX`.
        NotJson: no JSON; Invalid: JSON, but not what is asked for. Both name places.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Unsupported("The body must be `application/json`.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise TooLarge(f"The body is larger than {BODY_BYTES_MAX} bytes (BODY_BYTES_MAX).")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _unfit(error) from None


def _unfit(error: ValidationError) -> NotJson | Invalid:
    first = error.errors(include_url=False, include_input=False)
    problems = [
        Problem("".join(f"/{part}" for part in found["loc"]), str(found["msg"])) for found in first
    ]
    if any(found["type"] == "json_invalid" for found in first):
        return NotJson("The body is not JSON.", problems)
    where = "; ".join(f"{problem.pointer or '/'}: {problem.reason}" for problem in problems[:3])
    return Invalid(f"The body is not what is asked for here: {where}.", problems)


def described(model: type[Body]) -> dict[str, Any]:
    """What the OpenAPI document says of a body (FastAPI would read it without a bound)."""
    schema = model.model_json_schema(by_alias=True)
    content = {"application/json": {"schema": _inlined(schema, schema.pop("$defs", {}))}}
    return {"requestBody": {"required": True, "content": content}}


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, dict):
        name = schema.get("$ref", "").rpartition("/")[2]
        if name in definitions:
            return _inlined(definitions[name], definitions)
        return {key: _inlined(value, definitions) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_inlined(value, definitions) for value in schema]
    return schema
