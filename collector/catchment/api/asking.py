"""What every question shares: its parameters, and its answer as bytes."""

from typing import Annotated, Any

import msgspec
from fastapi import Query
from starlette.responses import Response

PAGE_ROWS_MAX = 1_000

Limit = Annotated[int, Query(ge=0, le=PAGE_ROWS_MAX, description="Rows of a page.")]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1, description="Rows to leave out before it.")]
# Read by our own reader of times, which takes more than the format says.
INSTANT: dict[str, Any] = {"format": "date-time"}
AsOf = Annotated[
    str | None,
    Query(
        alias="asOf",
        description="As it was then: an instant of event time (RFC 3339).",
        json_schema_extra=INSTANT,
    ),
]
NodeId = Annotated[
    str | None,
    Query(alias="nodeId", description="`dataset:NAMESPACE:NAME` or `job:NAMESPACE:NAME`."),
]
NodeKind = Annotated[
    str | None,
    Query(
        description="With `namespace` and `name`, in place of `nodeId`: what kind of node.",
        json_schema_extra={"enum": ["dataset", "job"]},
    ),
]
NodeNamespace = Annotated[str | None, Query(description="Its namespace, as it was emitted.")]
NodeName = Annotated[str | None, Query(description="Its name, as it was emitted.")]
GraphLimit = Annotated[
    int | None,
    Query(ge=1, description="Nodes of the answer; never more than the service's own bound."),
]
Aliases = Annotated[
    bool, Query(description="Whether all names of a dataset are one node; else each is its own.")
]

_encoder = msgspec.json.Encoder()


def answer(value: Any, headers: dict[str, str] | None = None) -> Response:
    """JSON, written straight from plain values: graphs have thousands of nodes.

    Lone surrogates, which UTF-8 cannot hold, are shown as the text of an escape: strict clients
    would refuse the whole answer for JSON's own.
    """
    try:
        body = _encoder.encode(value)
    except UnicodeEncodeError:
        body = _encoder.encode(_clean(value))
    return Response(body, media_type="application/json", headers=headers)


def _clean(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        members = msgspec.structs.fields(value)
        return {one.encode_name: _clean(getattr(value, one.name)) for one in members}
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_clean(member) for member in value]
    return value
