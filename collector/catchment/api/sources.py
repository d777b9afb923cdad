"""Sources: where datasets lie."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models, shapes
from catchment.api.asking import Limit, Offset, answer
from catchment.api.sight import sight_of
from catchment.api.spaces import seen_names
from catchment.errors import Unknown
from catchment.postgres.read import Questions


def build_router(questions: Questions) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["catalog"], responses=models.PROBLEMS)

    @router.get("/sources", response_model=models.Sources)
    async def list_sources(request: Request, limit: Limit = 100, offset: Offset = 0) -> Response:
        """Where datasets lie, by name: what their `dataSource` facets say, and their namespaces.

        A dataset that shows no such facet lies in the source of its namespace's name. Passwords and
        other secrets in a `connectionUrl` are cut. Of several that were shown under one name it is
        that of the latest event; it is empty where nobody says, and `type` is its scheme.
        """
        seen = await seen_names(questions, sight_of(request))
        rows = await questions.sources.page(seen, limit, offset)
        return answer({"sources": [shapes.source(row) for row in rows]})

    @router.get("/sources/{source:name}", response_model=models.DataSource)
    async def one_source(request: Request, source: str) -> Response:
        """One source."""
        row = await questions.sources.one(source, await seen_names(questions, sight_of(request)))
        if row is None:
            raise Unknown(f"No dataset lies in a source {source!r}.")
        return answer(shapes.source(row))

    return router
