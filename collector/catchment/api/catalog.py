"""Namespaces, datasets and jobs: lists, and one of them."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from catchment.access.grants import grant_of
from catchment.api import models, shapes
from catchment.api.asking import AsOf, Limit, Offset, answer, seeing
from catchment.api.nodes import find_node
from catchment.api.times import read_as_of
from catchment.errors import Unknown
from catchment.postgres.asking import FOREVER_US
from catchment.postgres.read import Questions

_ALL = 1_000_000


def build_router(questions: Questions) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["catalog"], responses=models.PROBLEMS)
    _add_namespaces_and_datasets(router, questions)
    _add_jobs(router, questions)
    return router


def _add_namespaces_and_datasets(router: APIRouter, questions: Questions) -> None:
    names, details = questions.names, questions.details

    @router.get("/namespaces", response_model=models.Namespaces)
    async def list_namespaces(request: Request, limit: Limit = 100, offset: Offset = 0) -> Response:
        """All namespaces, by name."""
        sees = grant_of(request.scope).sees
        rows = [row for row in await names.namespaces(None, _ALL, 0) if sees(row.name)]
        page = rows[offset : offset + limit]
        return answer({"namespaces": [shapes.namespace(row) for row in page]})

    @router.get("/namespaces/{namespace:name}", response_model=models.Namespace)
    async def one_namespace(request: Request, namespace: str) -> Response:
        """One namespace."""
        seeing(request, namespace)
        rows = await names.namespaces(namespace, 1, 0)
        if not rows:
            raise Unknown(f"The namespace {namespace!r} was never seen.")
        return answer(shapes.namespace(rows[0]))

    @router.get("/namespaces/{namespace:name}/datasets", response_model=models.Datasets)
    async def list_datasets(
        request: Request, namespace: str, limit: Limit = 100, offset: Offset = 0
    ) -> Response:
        """The datasets of a namespace, by name."""
        seeing(request, namespace)
        ids, total = await names.page(False, namespace, limit, offset)
        rows = await details.datasets(await names.nodes(False, ids), FOREVER_US)
        page = [shapes.dataset(rows[row_id]) for row_id in ids]
        return answer({"datasets": page, "totalCount": total})

    @router.get(
        "/namespaces/{namespace:name}/datasets/{dataset:name}", response_model=models.Dataset
    )
    async def one_dataset(
        request: Request, namespace: str, dataset: str, as_of: AsOf = None
    ) -> Response:
        """One dataset, as it is or was."""
        seeing(request, namespace)
        node = await find_node(names, None, "dataset", namespace, dataset)
        nodes = await names.nodes(False, [node.id])
        rows = await details.datasets(nodes, read_as_of(as_of))
        return answer(shapes.dataset(rows[node.id]))


def _add_jobs(router: APIRouter, questions: Questions) -> None:
    names, details = questions.names, questions.details

    @router.get("/namespaces/{namespace:name}/jobs", response_model=models.Jobs)
    async def list_jobs(
        request: Request, namespace: str, limit: Limit = 100, offset: Offset = 0
    ) -> Response:
        """The jobs of a namespace, by name."""
        seeing(request, namespace)
        ids, total = await names.page(True, namespace, limit, offset)
        rows = await details.jobs(await names.nodes(True, ids), FOREVER_US)
        return answer({"jobs": [shapes.job(rows[row_id]) for row_id in ids], "totalCount": total})

    @router.get("/jobs", response_model=models.Jobs)
    async def list_all_jobs(request: Request, limit: Limit = 100, offset: Offset = 0) -> Response:
        """All jobs, the one named last first."""
        sees = grant_of(request.scope).sees
        ids, total = await names.page(True, None, limit, offset)
        rows = await details.jobs(await names.nodes(True, ids), FOREVER_US)
        page = [shapes.job(rows[row_id]) for row_id in ids if sees(rows[row_id].node.namespace)]
        return answer({"jobs": page, "totalCount": total})

    @router.get("/namespaces/{namespace:name}/jobs/{job:name}", response_model=models.Job)
    async def one_job(request: Request, namespace: str, job: str, as_of: AsOf = None) -> Response:
        """One job, as it is or was."""
        seeing(request, namespace)
        node = await find_node(names, None, "job", namespace, job)
        as_of_us = read_as_of(as_of)
        rows = await details.jobs(await names.nodes(True, [node.id]), as_of_us)
        return answer(shapes.job(rows[node.id], as_of_us))
