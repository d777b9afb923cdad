"""Namespaces, datasets and jobs: lists, and one of them."""

from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models, one, shapes
from catchment.api.aliases import dataset_rows
from catchment.api.asking import AsOf, Limit, Offset, answer
from catchment.api.run_states import LastRunStates, in_states
from catchment.api.sight import Sight, sight_of
from catchment.api.spaces import seen_names, seen_rows
from catchment.api.times import read_as_of
from catchment.postgres.asking import FOREVER_US
from catchment.postgres.read import Questions

Json = dict[str, Any]


def build_router(questions: Questions) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["catalog"], responses=models.PROBLEMS)
    _add_namespaces_and_datasets(router, questions)
    _add_jobs(router, questions)
    return router


def _add_namespaces_and_datasets(router: APIRouter, questions: Questions) -> None:
    names = questions.names

    @router.get("/namespaces", response_model=models.Namespaces)
    async def list_namespaces(request: Request, limit: Limit = 100, offset: Offset = 0) -> Response:
        """All namespaces, by name."""
        rows = await seen_rows(questions, sight_of(request))
        page = rows[offset : offset + limit]
        return answer({"namespaces": [shapes.namespace(row) for row in page]})

    @router.get("/namespaces/{namespace:name}", response_model=models.Namespace)
    async def one_namespace(request: Request, namespace: str) -> Response:
        """One namespace."""
        found = await one.find_namespace(questions, sight_of(request), namespace)
        return answer(shapes.namespace(found))

    @router.get("/namespaces/{namespace:name}/datasets", response_model=models.Datasets)
    async def list_datasets(
        request: Request, namespace: str, limit: Limit = 100, offset: Offset = 0
    ) -> Response:
        """The datasets of a namespace, by name."""
        sight = sight_of(request)
        sight.require(namespace)
        ids, total = await names.page(False, namespace, limit, offset)
        nodes = await names.nodes(False, ids)
        rows = await dataset_rows(questions, sight, nodes, FOREVER_US)
        page = [shapes.dataset(rows[row_id]) for row_id in ids]
        return answer(shapes.page("datasets", page, total))

    @router.get(
        "/namespaces/{namespace:name}/datasets/{dataset:name}", response_model=models.Dataset
    )
    async def one_dataset(
        request: Request, namespace: str, dataset: str, as_of: AsOf = None
    ) -> Response:
        """One dataset, as it is or was."""
        as_of_us = read_as_of(as_of)
        sight = sight_of(request, as_of_us)
        node = await one.find_dataset(questions, sight, namespace, dataset)
        return answer(await one.dataset(questions, sight, node, as_of_us))


def _add_jobs(router: APIRouter, questions: Questions) -> None:
    names, details = questions.names, questions.details

    async def shown(ids: list[int], sight: Sight) -> list[Json]:
        rows = await details.jobs(await names.nodes(True, ids), FOREVER_US)
        return [shapes.job(sight.job(rows[row_id])) for row_id in ids]

    @router.get("/namespaces/{namespace:name}/jobs", response_model=models.Jobs)
    async def list_jobs(
        request: Request,
        namespace: str,
        states: LastRunStates = (),
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> Response:
        """The jobs of a namespace, by name."""
        sight = sight_of(request)
        sight.require(namespace)
        listing = partial(names.page, True, namespace)
        ids, total = await in_states(details, listing, states, limit, offset)
        return answer(shapes.page("jobs", await shown(ids, sight), total))

    @router.get("/jobs", response_model=models.Jobs)
    async def list_all_jobs(
        request: Request, states: LastRunStates = (), limit: Limit = 100, offset: Offset = 0
    ) -> Response:
        """All jobs, the one named last first."""
        sight = sight_of(request)
        seen = await seen_names(questions, sight)
        listing = partial(names.page_of_jobs, seen)
        ids, total = await in_states(details, listing, states, limit, offset)
        return answer(shapes.page("jobs", await shown(ids, sight), total))

    @router.get("/namespaces/{namespace:name}/jobs/{job:name}", response_model=models.Job)
    async def one_job(request: Request, namespace: str, job: str, as_of: AsOf = None) -> Response:
        """One job, as it is or was."""
        as_of_us = read_as_of(as_of)
        sight = sight_of(request, as_of_us)
        node = await one.find_job(questions, sight, namespace, job)
        return answer(await one.job(questions, sight, node, as_of_us))
