"""All questions of the API as routes, for the app to mount."""

from fastapi import APIRouter, Depends
from starlette.routing import BaseRoute

# Registers the convertor that the routes below name.
from catchment.access import rawpath as _rawpath  # noqa: F401 (imported for its effect)
from catchment.api import (
    catalog,
    columns,
    events,
    events_lineage,
    lineage,
    producers,
    runlineage,
    runs,
    search,
    versions,
)
from catchment.api.min_seq import wait_for_min_seq
from catchment.postgres.read import Questions


def build_routes(questions: Questions, *, graph_nodes_max: int) -> list[BaseRoute]:
    """Every route of this room; no graph has more than `graph_nodes_max` nodes."""
    routers = (
        catalog.build_router(questions),
        runs.build_router(questions),
        versions.build_router(questions),
        runlineage.build_router(questions),
        lineage.build_router(questions, graph_nodes_max=graph_nodes_max),
        columns.build_router(questions, graph_nodes_max=graph_nodes_max),
        events_lineage.build_router(questions),
        events.build_router(questions),
        producers.build_router(questions),
        search.build_router(questions),
    )
    whole = APIRouter(dependencies=[Depends(wait_for_min_seq(questions.log))])
    for router in routers:
        whole.include_router(router)
    return whole.routes
