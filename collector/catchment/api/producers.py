"""Who sent what: the producers that events name."""

from fastapi import APIRouter
from msgspec import Raw
from msgspec.json import encode
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import search_models
from catchment.api.asking import Limit, Offset, answer
from catchment.api.sight import sight_of
from catchment.api.spaces import seen_names
from catchment.api.times import iso
from catchment.postgres.read import Questions


def build_router(questions: Questions) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/api/v1", tags=["log"], responses=search_models.PROBLEMS)

    @router.get("/producers", response_model=search_models.Producers)
    async def list_producers(request: Request, limit: Limit = 100, offset: Offset = 0) -> Response:
        """The producers of accepted events, the one seen last first.

        `lastSeen` is the latest eventTime, `problems` counts events that have some. A key that is
        limited to namespaces is told of the events about what it sees.
        """
        sight = sight_of(request)
        spaces = await seen_names(questions, sight)
        listed = [
            {
                "producer": Raw(sight.json(_json(row.uri))) if row.uri else None,
                "events": row.events,
                "lastSeen": iso(row.last_us),
                "problems": row.problems,
            }
            for row in await questions.log.producers(spaces, limit, offset)
        ]
        return answer({"producers": listed})

    return router


def _json(uri: str) -> bytes:
    # A lone surrogate is shown as in every answer: as the text of an escape.
    return encode(uri.encode("utf-8", "backslashreplace").decode())
