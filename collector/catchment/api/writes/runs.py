"""Runs as older clients make them: first made, then marked as started, then as ended."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.access.grants import grant_of
from catchment.api import models, one, shapes
from catchment.api.asking import answer
from catchment.api.runs import find_run
from catchment.api.sight import Sight
from catchment.api.times import iso, read_instant
from catchment.api.writes import events
from catchment.api.writes.bodies import RunMeta, described, read_body
from catchment.api.writes.names import writer
from catchment.api.writes.recorder import Recorder
from catchment.errors import Invalid, Problem, Unknown
from catchment.events.runids import read_run_id
from catchment.postgres.read import Questions

At = Annotated[str | None, Query(description="When, if not now (RFC 3339).")]


def build_router(questions: Questions, recorder: Recorder) -> APIRouter:
    """The routes; each answers with the run as it is then."""
    router = APIRouter(prefix="/api/v1", tags=["runs"], responses=models.UNREADABLE)

    @router.post(
        "/namespaces/{namespace:name}/jobs/{job:name}/runs",
        status_code=201,
        response_model=models.Run,
        openapi_extra=described(RunMeta),
        deprecated=True,
    )
    async def create_run(request: Request, namespace: str, job: str) -> Response:
        """Make a run of a job. It has not begun until it is marked as started."""
        sight = writer(request, namespace)
        node = await one.find_job(questions, sight, namespace, job)
        meta = await read_body(request, RunMeta)
        run_id = meta.id if meta.id is not None else str(uuid4())
        await _require_id(questions, run_id, sight)
        event = events.created_run_event(run_id, shapes.identity(node), meta, await recorder.now())
        await recorder.events([event], grant_of(request.scope))
        made = answer(shapes.run(await find_run(questions.details, run_id, sight)))
        made.status_code = 201
        return made

    for mark in events.MARKS:
        _add_mark(router, questions, recorder, mark)
    return router


def _add_mark(router: APIRouter, questions: Questions, recorder: Recorder, mark: str) -> None:
    @router.post(
        "/jobs/runs/{run:name}/" + mark,
        response_model=models.Run,
        name=f"{mark}_run",
        deprecated=True,
    )
    async def mark_run(request: Request, run: str, at: At = None) -> Response:
        """Mark a run, as its event would."""
        sight = writer(request, None)
        row = await find_run(questions.details, run, sight)
        time = await recorder.now() if at is None else iso(read_instant(at, "at"))
        assert time is not None
        event = events.mark_event(run, shapes.identity(row.job), mark, time)
        await recorder.events([event], grant_of(request.scope))
        return answer(shapes.run(await find_run(questions.details, run, sight)))


async def _require_id(questions: Questions, run_id: str, sight: Sight) -> None:
    """Make sure that this can be an id, and that it is not that of a run of others.

    Raises:
        Invalid: blank, or too long to be an id.
        Unknown: the run is of a job that the caller does not see.
    """
    read = read_run_id(run_id) if run_id.strip() else None
    if read is None:
        raise Invalid(
            "This cannot be the id of a run: it is blank or too long.",
            [Problem("/id", "it is blank or too long")],
        )
    known = await questions.details.run(read.key)
    if known is not None and not sight.sees(known.job.namespace):
        raise Unknown(f"No run {run_id!r} was ever named.")
