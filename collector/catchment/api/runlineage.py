"""Upstream of one run: what its inputs were, who wrote them, and so on."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models, shapes, version_models
from catchment.api.asking import answer
from catchment.api.runs import find_run
from catchment.api.sight import Sight, sight_of
from catchment.postgres.read import Questions
from catchment.postgres.read.bindings import Binding, Writer
from catchment.postgres.read.details import RunRow, uuid_text

RUNS_MAX = 1_000
_DEPTH_MAX = 1_000
RunId = Annotated[str, Query(alias="runId", description="A run, by its id as it was sent.")]
Depth = Annotated[int, Query(ge=0, le=_DEPTH_MAX, description="Steps from run to run.")]


def build_router(questions: Questions) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/api/v1", tags=["lineage"], responses=models.PROBLEMS)

    @router.get("/runlineage/upstream", response_model=version_models.RunLineage)
    async def runs_upstream(request: Request, run_id: RunId, depth: Depth = 20) -> Response:
        """The runs that a run depends on, nearest first: each with the versions that it read.

        An input's version is the one that the read names, else the latest that was confirmed when
        the reading run started, else the latest unconfirmed one. `producedByRunId` is null, and the
        way ends, where nobody is known to have written it. An answer has no more than 1,000 runs;
        if there are more, `truncated` is true and `frontier` names the runs to go on from.
        """
        sight = sight_of(request)
        start = await find_run(questions.details, run_id, sight)
        return answer(await _walk(questions, start, depth, sight))

    return router


async def _walk(questions: Questions, start: RunRow, depth: int, sight: Sight) -> shapes.Json:
    met = {start.id}
    level = [start.id]
    found: list[shapes.Json] = []
    frontier: list[Writer] = []
    for _ in range(depth + 1):
        rows = await questions.details.runs(level)
        inputs = await questions.bindings.of_runs(rows.values())
        found += [_run(rows[one], inputs.get(one, []), sight) for one in level]
        writers = {
            binding.writer.id: binding.writer
            for bindings in inputs.values()
            for binding in bindings
            if _writer(binding, sight) and binding.writer
        }
        # By id as people see it: an answer that is cut is the same whatever came first.
        new = sorted((writers[one] for one in writers.keys() - met), key=lambda one: one.uuid)
        room = RUNS_MAX - len(found)
        level, frontier = [one.id for one in new[:room]], frontier + new[room:]
        met |= {one.id for one in new}
        if not level:
            break
    return {
        "runs": found,
        "truncated": bool(frontier),
        "frontier": [f"run:{uuid_text(one.uuid)}" for one in frontier],
    }


def _writer(binding: Binding, sight: Sight) -> Writer | None:
    """Who wrote it, if the caller may know."""
    writer = binding.writer
    names = (binding.dataset, binding.written)
    seen = writer and all(map(sight.sees, [writer.namespace, *[one.namespace for one in names]]))
    return writer if seen else None


def _run(row: RunRow, bindings: list[Binding], sight: Sight) -> shapes.Json:
    shown = shapes.run(sight.run(row))
    version = shown["jobVersion"]
    return {
        "job": {**shown["job"], "version": version and version["version"]},
        "run": {
            "id": shown["id"],
            "start": shown["startedAt"],
            "end": shown["endedAt"],
            "status": shown["state"],
        },
        "inputs": [
            {
                **shapes.identity(binding.dataset),
                "version": known.version,
                "producedByRunId": writer and uuid_text(writer.uuid),
            }
            for binding in bindings
            if sight.sees(binding.dataset.namespace)
            for writer in (_writer(binding, sight),)
            for known in (binding.seen_by(sight.sees),)
        ],
    }
