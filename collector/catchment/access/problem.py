"""Errors as `application/problem+json` (RFC 9457): one form for every room that speaks HTTP.

Knows the tree of errors and nothing of who raised one.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.types import Send

from catchment import errors
from catchment.errors import CatchmentError, Problem

MEDIA_TYPE = b"application/problem+json"
RETRY_AFTER_SECONDS = 1  # the stock client gives up after about nine tries' worth of seconds
_ERRORS_MAX = 100

# The first class that fits; a body too deep or too large is 413, whoever finds it.
_STATUS: tuple[tuple[type[CatchmentError], int], ...] = (
    (errors.NotJson, 400),
    (errors.BadQuestion, 400),
    (errors.Refused, 403),
    (errors.Unknown, 404),
    (errors.TooLarge, 413),
    (errors.Unsupported, 415),
    (errors.Permanent, 422),
    (errors.Transient, 503),
)

# Refused for the whole body, if nothing narrower is said: the pointer is the root.
_OF_THE_BODY = (errors.NotJson, errors.NoIdentity, errors.TooLarge, errors.Unsupported)

Headers = list[tuple[bytes, bytes]]
_encode = msgspec.json.Encoder().encode


def status_of(error: CatchmentError) -> int:
    """The HTTP status that says what `error` says."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def problem_body(status: int, detail: str, problems: Sequence[Problem] = ()) -> bytes:
    """The JSON document. Lone surrogates, which UTF-8 cannot hold, are shown as escapes."""
    listed = [{"pointer": _clean(p.pointer), "reason": _clean(p.reason)} for p in problems]
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _clean(detail),
        "errors": listed[:_ERRORS_MAX],
    }
    return _encode(document)


def _clean(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def problem_headers(status: int, body: bytes, more: Mapping[str, str] | None = None) -> Headers:
    """The headers of such an answer, as ASGI wants them."""
    headers = [(b"content-type", MEDIA_TYPE), (b"content-length", str(len(body)).encode())]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", str(RETRY_AFTER_SECONDS).encode()))
    for name, value in (more or {}).items():
        headers.append((name.encode(), value.encode()))
    return headers


async def send_problem(
    send: Send,
    status: int,
    detail: str,
    problems: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer with a problem document. 503 says when to come again."""
    body = problem_body(status, detail, problems)
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": problem_headers(status, body, headers),
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})


async def send_error(send: Send, error: CatchmentError) -> None:
    """Answer with what an error of our tree says. What a body is refused for is always listed."""
    problems = error.problems
    if not problems and isinstance(error, _OF_THE_BODY):
        problems = (Problem("", str(error)),)
    await send_problem(send, status_of(error), str(error), problems)
