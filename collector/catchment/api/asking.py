"""What every question shares: its parameters, its answer as bytes, and who may see what."""

from typing import Annotated, Any

import msgspec
from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.access.grants import Grant, grant_of
from catchment.errors import Unknown
from catchment.events.canonical import string

PAGE_ROWS_MAX = 1_000

Limit = Annotated[int, Query(ge=0, le=PAGE_ROWS_MAX, description="Rows of a page.")]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1, description="Rows to leave out before it.")]
AsOf = Annotated[
    str | None,
    Query(alias="asOf", description="As it was then: an instant of event time (RFC 3339)."),
]

_encoder = msgspec.json.Encoder()


def answer(value: Any, headers: dict[str, str] | None = None) -> Response:
    """JSON, written straight from plain values: graphs have thousands of nodes.

    Lone surrogates, which UTF-8 cannot hold, are written as JSON's escapes.
    """
    try:
        body = _encoder.encode(value)
    except UnicodeEncodeError:
        body = _escaped(value)
    return Response(body, media_type="application/json", headers=headers)


def _escaped(value: Any) -> bytes:
    if isinstance(value, str):
        return string(value)
    if isinstance(value, dict):
        members = [string(key) + b":" + _escaped(member) for key, member in value.items()]
        return b"{" + b",".join(members) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(_escaped, value)) + b"]"
    return _encoder.encode(value)


def seeing(request: Request, namespace: str) -> Grant:
    """The caller's grant, if it covers this namespace; otherwise there is nothing there.

    Raises:
        Unknown: the caller's key does not cover it; the answer is that of a name never seen.
    """
    grant = grant_of(request.scope)
    if not grant.sees(namespace):
        raise Unknown(f"Nothing in the namespace {namespace!r} was ever seen.")
    return grant
