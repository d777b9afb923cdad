"""Runs: those of a job, and one."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models, shapes, version_models
from catchment.api.asking import AsOf, Limit, Offset, answer
from catchment.api.known_at import KnownAt, Past, known_header
from catchment.api.nodes import find_node
from catchment.api.sight import Sight, sight_of
from catchment.api.times import read_as_of
from catchment.errors import BadQuestion, Problem, Unknown
from catchment.events.runids import read_run_id
from catchment.postgres.read import Questions
from catchment.postgres.read.details import Details, RunRow

FacetsOf = Annotated[
    str,
    Query(
        alias="type",
        description="`run`, `job` or `dataset`, in any case.",
        json_schema_extra={"enum": ["run", "job", "dataset"]},
    ),
]


_OF_DATASETS = {
    "runId": "id",
    "inputDatasetVersions": "inputDatasetVersions",
    "outputDatasetVersions": "outputDatasetVersions",
}


def build_router(questions: Questions, past: Past) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["runs"], responses=models.PROBLEMS)
    names, details = questions.names, questions.details

    @router.get("/namespaces/{namespace:name}/jobs/{job:name}/runs", response_model=models.Runs)
    async def runs_of_job(
        request: Request, namespace: str, job: str, limit: Limit = 100, offset: Offset = 0
    ) -> Response:
        """The runs of a job, newest start first; runs that were only named come last."""
        sight = sight_of(request)
        node = await find_node(names, None, "job", namespace, job, shows=sight.shows)
        rows, total = await details.runs_of_job(node.id, limit, offset)
        return answer(shapes.page("runs", [shapes.run(sight.run(row)) for row in rows], total))

    @router.get("/jobs/runs/{run:name}", response_model=models.Run)
    async def one_run(
        request: Request, run: str, as_of: AsOf = None, known_at: KnownAt = None
    ) -> Response:
        """One run, by its id as it was sent."""
        sight = sight_of(request)
        as_of_us = read_as_of(as_of)
        seq = await past.seq(known_at)
        async with past.of_run(seq, request, run) as known:
            row = await find_run(known.details, run, sight)
        return answer(shapes.run(row, as_of_us), known_header(seq))

    @router.get(
        "/jobs/runs/{run:name}/facets",
        response_model=version_models.RunFacets | version_models.DatasetsOfRun,
    )
    async def facets_of_run(request: Request, run: str, of: FacetsOf) -> Response:
        """The facets of a run, or those of its job or datasets as this run showed them."""
        kind = of.lower()
        if kind not in ("run", "job", "dataset"):
            reason = "not run, job or dataset"
            raise BadQuestion(f"type is {reason}.", [Problem("/type", reason)])
        row = await find_run(details, run, sight_of(request))
        assert row.resolved is not None
        shown = shapes.run(row)
        if kind == "dataset":
            return answer({name: shown[key] for name, key in _OF_DATASETS.items()})
        if kind == "run":
            return answer({"runId": shown["id"], "facets": shown["facets"]})
        shares = row.resolved.shares
        facets = {facet.name: facet for facet in shares[0].facets.facets} if shares else {}
        alive = {name: facet for name, facet in facets.items() if not facet.deleted}
        return answer({"runId": shown["id"], "facets": shapes.raw_facets(alive)})

    return router


async def find_run(details: Details, run: str, sight: Sight) -> RunRow:
    """A whole run by its id as it was sent, as this caller sees it.

    Raises:
        Unknown: it was never named, or the caller does not see it.
    """
    run_id = read_run_id(run)
    row = await details.run(run_id.key) if run_id else None
    if row is None or not sight.sees(row.job.namespace):
        raise Unknown(f"No run {run!r} was ever named.")
    return sight.run(row)
