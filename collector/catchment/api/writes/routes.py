"""All writes of the API as one router."""

from fastapi import APIRouter

from catchment.api.writes import declare, deletes, runs, tags
from catchment.api.writes.recorder import Recorder
from catchment.postgres.read import Questions


def build_router(questions: Questions, recorder: Recorder) -> APIRouter:
    """The routes."""
    router = APIRouter()
    for each in (declare, runs, tags, deletes):
        router.include_router(each.build_router(questions, recorder))
    return router
