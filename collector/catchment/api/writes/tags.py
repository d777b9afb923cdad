"""Tags that people give and take. Their word counts more than what events say of the same tag."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models, one
from catchment.api.asking import answer
from catchment.api.sight import Sight, sight_of
from catchment.api.writes.bodies import TagMeta, described, read_body
from catchment.api.writes.names import require_everything, require_tag
from catchment.api.writes.recorder import Recorder
from catchment.errors import Unknown
from catchment.lineage.ports import Kind
from catchment.postgres.read import Questions
from catchment.postgres.read.names import Node

_ACTIONS = {"POST": "add", "DELETE": "remove"}
_BOTH = list(_ACTIONS)
_DATASET = "/namespaces/{namespace:name}/datasets/{dataset:name}"
_JOB = "/namespaces/{namespace:name}/jobs/{job:name}"


def build_router(questions: Questions, recorder: Recorder) -> APIRouter:
    """The routes; each answers with what was tagged."""
    router = APIRouter(prefix="/api/v1", tags=["tags"], responses=models.UNNAMABLE)
    tagging = Tagging(questions, recorder)

    @router.put(
        "/tags/{tag:name}",
        response_model=models.Tag,
        responses=models.UNREADABLE,
        openapi_extra=described(TagMeta),
    )
    async def describe_tag(request: Request, tag: str) -> Response:
        """Say what a tag means; it need not be on anything."""
        require_everything(sight_of(request), "tags")
        meta = await read_body(request, TagMeta)
        said = {"action": "describe", "tag": require_tag(tag)}
        await recorder.control(Kind.TAG, said | {"description": meta.description})
        return answer({"name": tag, "description": meta.description})

    for method in _BOTH:
        _add(router, tagging, method)
    return router


def _add(router: APIRouter, tagging: "Tagging", method: str) -> None:
    """The three routes of one method: give a tag, or take it."""
    does = "give" if method == "POST" else "take"

    @router.api_route(
        _DATASET + "/tags/{tag:name}",
        methods=[method],
        response_model=models.Dataset,
        name=f"{does}_dataset_tag",
    )
    async def tag_dataset(request: Request, namespace: str, dataset: str, tag: str) -> Response:
        """Give a dataset a tag, or take it."""
        return await tagging.dataset(request, namespace, dataset, None, tag)

    @router.api_route(
        _DATASET + "/fields/{field:name}/tags/{tag:name}",
        methods=[method],
        response_model=models.Dataset,
        name=f"{does}_field_tag",
    )
    async def tag_field(
        request: Request, namespace: str, dataset: str, field: str, tag: str
    ) -> Response:
        """Give a column a tag, or take it; nested columns by dotted path."""
        return await tagging.dataset(request, namespace, dataset, field, tag)

    @router.api_route(
        _JOB + "/tags/{tag:name}",
        methods=[method],
        response_model=models.Job,
        name=f"{does}_job_tag",
    )
    async def tag_job(request: Request, namespace: str, job: str, tag: str) -> Response:
        """Give a job a tag, or take it."""
        return await tagging.job(request, namespace, job, tag)


class Tagging:
    """Marks what is found, and answers with it as it is then."""

    def __init__(self, questions: Questions, recorder: Recorder) -> None:
        self._questions = questions
        self._recorder = recorder

    async def dataset(
        self, request: Request, namespace: str, name: str, field: str | None, tag: str
    ) -> Response:
        """Mark a dataset or, with `field`, a column of it."""
        sight = sight_of(request)
        node = await one.find_dataset(self._questions, sight, namespace, name)
        if field is not None:
            await self._require_field(sight, node, field)
        await self._mark(request, node, field, tag)
        return answer(await one.dataset(self._questions, sight, node))

    async def job(self, request: Request, namespace: str, name: str, tag: str) -> Response:
        """Mark a job."""
        sight = sight_of(request)
        node = await one.find_job(self._questions, sight, namespace, name)
        await self._mark(request, node, None, tag)
        return answer(await one.job(self._questions, sight, node))

    async def _require_field(self, sight: Sight, node: Node, field: str) -> None:
        shown = await one.dataset(self._questions, sight, node)
        if all(column["name"] != field for column in shown["fields"]):
            raise Unknown(f"{node.name!r} has no column {field!r}.")

    async def _mark(self, request: Request, node: Node, field: str | None, tag: str) -> None:
        said = {
            "action": _ACTIONS[request.method],
            "of": "job" if node.is_job else "dataset",
            "namespace": node.namespace,
            "name": node.name,
            "field": field,
            "tag": require_tag(tag),
        }
        await self._recorder.control(Kind.TAG, said)
