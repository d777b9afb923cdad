"""All tags: those that people described or gave, and those that events gave."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models
from catchment.api.asking import Limit, Offset, answer
from catchment.api.sight import sight_of
from catchment.events.secrets import without_secrets
from catchment.postgres.read import Questions


def build_router(questions: Questions) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/api/v1", tags=["tags"], responses=models.PROBLEMS)

    @router.get("/tags", response_model=models.Tags)
    async def list_tags(request: Request, limit: Limit = 100, offset: Offset = 0) -> Response:
        """All tags by name, whatever they are on; a limited key sees those that are described."""
        marks = questions.marks
        found = await marks.described()
        sight = sight_of(request)
        if not sight.limited:
            # A tag that something has may say what a namespace of others is about.
            found = dict.fromkeys(await marks.emitted() | await marks.given()) | found
        if not sight.view.raw:
            found = {without_secrets(name): says for name, says in found.items()}
        page = sorted(found.items())[offset : offset + limit]
        return answer({"tags": [{"name": name, "description": says} for name, says in page]})

    return router
