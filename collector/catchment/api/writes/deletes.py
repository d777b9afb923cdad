"""Deletes: what is deleted is not shown any more, until an event of a later time names it.

Soft: the log, the runs and the graph stay as they are, and `asOf` before the delete shows it.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models, one, shapes
from catchment.api.asking import answer
from catchment.api.sight import sight_of
from catchment.api.writes.recorder import Recorder
from catchment.lineage.ports import Kind
from catchment.postgres.read import Questions


def build_router(questions: Questions, recorder: Recorder) -> APIRouter:
    """The routes; each answers with what was deleted."""
    router = APIRouter(prefix="/api/v1", tags=["deletes"], responses=models.PROBLEMS)

    @router.delete("/namespaces/{namespace:name}", response_model=models.Namespace)
    async def delete_namespace(request: Request, namespace: str) -> Response:
        """Delete a namespace with its jobs and datasets."""
        sight = sight_of(request)
        name = (await one.find_namespace(questions, sight, namespace)).name
        await recorder.control(Kind.DELETE, {"of": "namespace", "namespace": name})
        return answer(shapes.namespace(await one.find_namespace(questions, sight, namespace)))

    @router.delete(
        "/namespaces/{namespace:name}/datasets/{dataset:name}", response_model=models.Dataset
    )
    async def delete_dataset(request: Request, namespace: str, dataset: str) -> Response:
        """Delete a dataset."""
        sight = sight_of(request)
        node = await one.find_dataset(questions, sight, namespace, dataset)
        last = await one.dataset(questions, sight, node)
        await recorder.control(Kind.DELETE, _what("dataset", node.namespace, node.name))
        # An event of a time to come still names it.
        left = await questions.names.find(False, [(node.namespace, node.name)])
        return answer(last | {"deleted": not any(map(sight.shows, left))})

    @router.delete("/namespaces/{namespace:name}/jobs/{job:name}", response_model=models.Job)
    async def delete_job(request: Request, namespace: str, job: str) -> Response:
        """Delete a job."""
        sight = sight_of(request)
        node = await one.find_job(questions, sight, namespace, job)
        last = await one.job(questions, sight, node)
        await recorder.control(Kind.DELETE, _what("job", node.namespace, node.name))
        return answer(last)

    return router


def _what(kind: str, namespace: str, name: str) -> dict[str, str]:
    return {"of": kind, "namespace": namespace, "name": name}
