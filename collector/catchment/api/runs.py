"""Runs: those of a job, and one."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models, shapes
from catchment.api.asking import AsOf, Limit, Offset, answer
from catchment.api.nodes import find_node
from catchment.api.sight import sight_of
from catchment.api.times import read_as_of
from catchment.errors import Unknown
from catchment.events.runids import read_run_id
from catchment.postgres.read import Questions


def build_router(questions: Questions) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["runs"], responses=models.PROBLEMS)
    names, details = questions.names, questions.details

    @router.get("/namespaces/{namespace:name}/jobs/{job:name}/runs", response_model=models.Runs)
    async def runs_of_job(
        request: Request, namespace: str, job: str, limit: Limit = 100, offset: Offset = 0
    ) -> Response:
        """The runs of a job, newest start first; runs that were only named come last."""
        sight = sight_of(request)
        node = await find_node(names, None, "job", namespace, job, sees=sight.sees)
        rows, total = await details.runs_of_job(node.id, limit, offset)
        return answer({"runs": [shapes.run(sight.run(row)) for row in rows], "totalCount": total})

    @router.get("/jobs/runs/{run:name}", response_model=models.Run)
    async def one_run(request: Request, run: str, as_of: AsOf = None) -> Response:
        """One run, by its id as it was sent."""
        sight = sight_of(request)
        run_id = read_run_id(run)
        row = await details.run(run_id.key) if run_id else None
        if row is None or not sight.sees(row.job.namespace):
            raise Unknown(f"No run {run!r} was ever named.")
        return answer(shapes.run(sight.run(row), read_as_of(as_of)))

    return router
