"""The log over HTTP: its entries in order, their bytes, and what could not be used."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.access.redact import is_json, shown_entry
from catchment.api import models
from catchment.api.about import entries_about
from catchment.api.asking import Limit, answer
from catchment.api.sight import Sight, sight_of
from catchment.api.times import iso
from catchment.errors import BadQuestion, Problem, Refused, Unknown
from catchment.lineage.leaf import envelope
from catchment.lineage.ports import Kind, Source
from catchment.postgres.read import Questions
from catchment.postgres.read.details import uuid_text
from catchment.postgres.read.log import Log, LogEntry

_SEQ_MAX = 2**63 - 1
# Looking through more than this takes longer than a neighbour may wait.
_INLINE_BYTES_MAX = 64 * 1024
After = Annotated[
    int,
    Query(ge=-1, le=_SEQ_MAX, description="Entries after this seq; absent: from the start."),
]
NodeId = Annotated[
    str | None,
    Query(
        alias="nodeId",
        description="Only events about a job, a run (`run:ID`) or a dataset (those of runs that "
        "read or wrote it, and of jobs that declare it, too).",
    ),
]
KindOfEntry = Annotated[
    str | None,
    Query(description="Only entries of this kind.", json_schema_extra={"enum": models.KINDS}),
]
# What no entry can have is unknown like any other that there is not.
Seq = Annotated[
    int,
    Path(
        description="The place of an entry in the log.",
        json_schema_extra={"minimum": 0, "maximum": _SEQ_MAX, "format": "int64"},
    ),
]
Json = dict[str, Any]
T = TypeVar("T")
_JSON, _BYTES = "application/json", "application/octet-stream"
_BODY: Json = {
    "description": "The bytes.",
    "content": {_JSON: {"schema": {}}, _BYTES: {"schema": {"type": "string", "format": "binary"}}},
    "headers": {
        "X-Catchment-Redacted": {
            "description": "Given where the caller has no scope `raw`.",
            "schema": {"type": "string", "const": "true"},
        }
    },
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
}


def build_router(questions: Questions) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["log"], responses=models.PROBLEMS)
    log = questions.log

    async def entry(request: Request, seq: int) -> LogEntry:
        rows = await log.entries(seq - 1, None, 1) if 0 <= seq <= _SEQ_MAX else []
        if not rows or rows[0].seq != seq or not _visible(sight_of(request), rows[0]):
            raise Unknown(f"The log has no entry {seq}.")
        return rows[0]

    @router.get("/events", response_model=models.Entries)
    async def list_entries(
        request: Request,
        after: After = -1,
        limit: Limit = 100,
        kind: KindOfEntry = None,
        node_id: NodeId = None,
    ) -> Response:
        """The log in order, to be followed: `next` is what to say as `after` to go on."""
        sight = sight_of(request)
        about = None if node_id is None else await entries_about(questions, node_id, sight)
        rows = await log.entries(after, _kinds(kind), limit, about)
        listed = [_entry(row) for row in rows if _visible(sight, row)]
        return answer({"events": listed, "next": rows[-1].seq if len(rows) == limit > 0 else None})

    @router.get("/events/{seq}/meta", response_model=models.EntryMeta)
    async def entry_meta(request: Request, seq: Seq) -> Response:
        """One entry as in the list, and the envelope that the audit trail hashes as its leaf."""
        row = await entry(request, seq)
        return answer({**_entry(row), "leaf": _leaf(row).decode()})

    @router.get("/events/{seq}", response_model=None, responses={200: _BODY})
    async def entry_body(request: Request, seq: Seq) -> Response:
        """An entry's bytes as they were received; without scope `raw`, secrets are blanked out.

        A dead letter that is no JSON is `application/octet-stream`.
        """
        row = await entry(request, seq)
        body = await log.body(seq)
        if body is None:
            raise Unknown(f"The body of entry {seq} is not kept any more.")
        headers = dict(_HEADERS)
        view = sight_of(request).view
        media_type = _JSON
        if not view.raw:
            body = await _aside(len(body), partial(shown_entry, body, view))
            headers["X-Catchment-Redacted"] = "true"
        elif row.kind is Kind.DEAD_LETTER and not await _aside(len(body), partial(is_json, body)):
            media_type = _BYTES
        return Response(body, media_type=media_type, headers=headers)

    _add_dead_letters(router, log)
    return router


def _add_dead_letters(router: APIRouter, log: Log) -> None:
    @router.get("/dead-letters", response_model=models.DeadLetters)
    async def dead_letters(request: Request, after: After = -1, limit: Limit = 100) -> Response:
        """What was received and could not be used, each distinct body once, with a count.

        Nothing says whose they are, so a key that is limited to namespaces may not list them.
        """
        if sight_of(request).limited:
            raise Refused(
                "Dead letters belong to no namespace; a key without namespaces lists them."
            )
        rows = await log.dead_letters(after, limit)
        listed = [_dead(row) for row in rows]
        return answer(
            {"deadLetters": listed, "next": rows[-1]["seq"] if len(rows) == limit > 0 else None}
        )


async def _aside(size_bytes: int, look: Callable[[], T]) -> T:
    """Look through a body, where that takes no time from others."""
    return look() if size_bytes <= _INLINE_BYTES_MAX else await asyncio.to_thread(look)


def _kinds(kind: str | None) -> list[int] | None:
    if kind is None:
        return None
    try:
        return [Kind[kind.upper().replace("-", "_")]]
    except KeyError:
        known = ", ".join(models.KINDS)
        reason = f"not a kind of entry; there are {known}"
        raise BadQuestion(f"kind is {reason}.", [Problem("/kind", reason)]) from None


def _visible(sight: Sight, row: LogEntry) -> bool:
    """With namespace globs on the key: only events of jobs and datasets there."""
    about = row.job or row.dataset
    return not sight.limited or (about is not None and sight.sees(about[0]))


def _entry(row: LogEntry) -> Json:
    return {
        "seq": row.seq,
        "kind": models.name_of(row.kind),
        "loggedAt": iso(row.logged_us),
        "eventTime": iso(row.event_us),
        "eventType": row.event_type,
        "run": uuid_text(row.run_id) if row.run_id else None,
        "job": _name(row.job),
        "dataset": _name(row.dataset),
        "source": models.name_of(row.source),
        "sha256": row.sha256.hex(),
        "problems": row.problems,
    }


def _leaf(row: LogEntry) -> bytes:
    source = models.name_of(row.source)
    return envelope(models.name_of(row.kind), row.logged_us, row.seq, row.sha256, source)


def _name(name: tuple[str, str] | None) -> Json | None:
    return None if name is None else {"namespace": name[0], "name": name[1]}


def _dead(row: Json) -> Json:
    detail = row["detail"]
    return {
        "seq": row["seq"],
        "reason": row["reason"],
        "source": _source(row["source"]),
        "topic": detail.get("topic"),
        "partition": detail.get("partition"),
        "offset": detail.get("offset"),
        "key": detail.get("key"),
        "count": row["count"],
        "sha256": row["sha256"].hex(),
        "problems": detail.get("problems", []),
        "loggedAt": iso(row["logged_at"]),
    }


def _source(number: int) -> str:
    return models.name_of(Source(number))
