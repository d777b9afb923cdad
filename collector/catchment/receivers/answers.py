"""What a door says: the bodies of its answers, made without a framework because they are many."""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.types import Send

from catchment.errors import Problem
from catchment.lineage.ports import Outcome

_JSON = (b"content-type", b"application/json")
_encode = msgspec.json.Encoder().encode


class Failure(msgspec.Struct, frozen=True):
    """One element of a batch that is not stored, and whether sending it again may help."""

    index: int
    reason: str
    retriable: bool


async def send_json(send: Send, status: int, body: bytes) -> None:
    """Answer with JSON text."""
    headers = [_JSON, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_outcome(send: Send, outcome: Outcome) -> None:
    """201 for what is stored now, 200 for a repeat, with the `seq` of the first."""
    await send_json(send, 200 if outcome.repeat else 201, _encode({"seq": outcome.seq}))


def batch_answer(received: int, failures: Sequence[Failure], failed_events_max: int) -> bytes:
    """The answer to a batch; at most `failed_events_max` failures are listed, all are counted."""
    retriable = sum(failure.retriable for failure in failures)
    answer: dict[str, Any] = {
        "status": "partial_success" if failures else "success",
        "summary": {
            "received": received,
            "successful": received - len(failures),
            "failed": len(failures),
            "retriable": retriable,
            "non_retriable": len(failures) - retriable,
        },
        "failed_events": failures[:failed_events_max],
    }
    return _encode(answer)


def validity(problems: Sequence[Problem]) -> bytes:
    """What a strict reader says."""
    listed = [{"pointer": clean(p.pointer), "reason": clean(p.reason)} for p in problems]
    return _encode({"valid": not problems, "problems": listed})


def clean(text: str) -> str:
    """Fit for UTF-8: lone surrogates, which a reason may quote, as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()
