"""All questions of the API, and all that can be written, as routes for the app to mount."""

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel
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
    provenance,
    registry,
    runlineage,
    runs,
    search,
    sources,
    stats,
    tags,
    versions,
)
from catchment.api.known_at import Past
from catchment.api.min_seq import wait_for_min_seq
from catchment.api.writes import routes as writes
from catchment.api.writes.recorder import Read, Recorder
from catchment.pipeline import Pipeline
from catchment.postgres.read import Questions


def build_routes(questions: Questions, past: Past, *, graph_nodes_max: int) -> list[BaseRoute]:
    """Every question of this room; no graph has more than `graph_nodes_max` nodes."""
    routers = (
        catalog.build_router(questions),
        sources.build_router(questions),
        runs.build_router(questions, past),
        versions.build_router(questions, past),
        runlineage.build_router(questions),
        lineage.build_router(questions, graph_nodes_max=graph_nodes_max),
        columns.build_router(questions, graph_nodes_max=graph_nodes_max),
        provenance.build_router(past, graph_nodes_max=graph_nodes_max),
        registry.build_router(questions),
        stats.build_router(questions),
        events_lineage.build_router(questions),
        events.build_router(questions),
        producers.build_router(questions),
        search.build_router(questions),
        tags.build_router(questions),
    )
    whole = APIRouter(
        dependencies=[Depends(wait_for_min_seq(questions.log))],
        generate_unique_id_function=_operation_id,
    )
    for router in routers:
        whole.include_router(router)
    return whole.routes


def build_writes(questions: Questions, pipeline: Pipeline, read: Read) -> list[BaseRoute]:
    """What can be written through this room; `read` reads an event as the doors of ingest do."""
    recorder = Recorder(
        pipeline, read, wait_for_min_seq(questions.log), questions.log.last_logged_us
    )
    whole = APIRouter(generate_unique_id_function=_operation_id)
    whole.include_router(writes.build_router(questions, recorder))
    return whole.routes


def _operation_id(route: APIRoute) -> str:
    """What the method of a generated client is called: as the handler, which has one meaning."""
    return to_camel(route.name)
