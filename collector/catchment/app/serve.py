"""`serve`: everything from the socket to the database, started last-first, stopped first-first.

Knows the order and nothing else.
"""

import gc
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from starlette.types import ASGIApp

from catchment import __version__
from catchment.access.hosts import Hosts
from catchment.api.known_at import Past
from catchment.api.routes import build_routes, build_writes
from catchment.app import health, pages
from catchment.app.database import database, make_ready
from catchment.app.listen import Server, Stop, take_address, url_of
from catchment.app.rooms import new_intake, new_key_ring, reading, remembering, writing
from catchment.app.web import build_web
from catchment.lineage.ports import Source
from catchment.postgres.health import ping
from catchment.postgres.known import Knowledge
from catchment.postgres.read import Questions
from catchment.postgres.scratch import Scratch
from catchment.receivers import http
from catchment.receivers.body import BodyReader, InFlight
from catchment.receivers.inflate import InflateBounds
from catchment.settings import Settings
from catchment.telemetry import metrics
from catchment.telemetry.logs import logger

# Caches hold hundreds of thousands of objects that live long and make no cycles. With Python's own
# thresholds, looking through them again and again took a quarter of the time of an event.
_GC_THRESHOLDS = (50_000, 20, 100)
_log = logger("app.serve")
Announce = Callable[[str], None]


async def serve(settings: Settings, announce: Announce) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP; `announce` is told the URL when requests are answered.

    Raises:
        CannotStart, SchemaMismatch, BadSettings: it cannot start; says why and how to mend it.
    """
    # The address first: when it is taken, nothing else needs to have happened.
    taken = take_address(settings.host, settings.port)
    stop = Stop()
    with taken, stop.on_signals():
        async with database(settings, join=False) as dsn:
            version = await make_ready(dsn)
            metrics.BUILD.labels(__version__).set(1)
            gc.freeze()
            gc.set_threshold(*_GC_THRESHOLDS)
            _log.info("database ready", schema=version)
            await serve_on(settings, dsn, taken, stop, announce)
    _log.info("stopped")


async def serve_on(
    settings: Settings, dsn: str, taken: socket.socket, stop: Stop, announce: Announce
) -> None:
    """Serve on a listening socket and a migrated database, until a signal."""
    async with AsyncExitStack() as stack:
        pipeline = await stack.enter_async_context(writing(settings, dsn))
        pool = await stack.enter_async_context(reading(settings, dsn))
        scratch = await stack.enter_async_context(remembering(settings, dsn))
        intake = new_intake(settings, Source.HTTP)
        stack.callback(intake.close)
        bodies = _bodies(settings)
        stack.callback(bodies.close)
        parts = http.Parts(pipeline, intake, bodies, InFlight(settings.in_flight_bytes_max))
        server = Server(
            _web(settings, parts, pool, scratch, health.Readiness(partial(ping, pool))),
            stop_seconds_max=settings.stop_seconds_max - 1,
            on_ready=lambda: announce(url_of(taken)),
        )
        stop.runs(server)
        await server.serve([taken])


def _bodies(settings: Settings) -> BodyReader:
    bounds = InflateBounds(
        body_bytes_max=settings.body_bytes_max,
        inflate_ratio_max=settings.inflate_ratio_max,
        inflate_members_max=settings.inflate_members_max,
        inflate_window_bytes_max=settings.inflate_window_bytes_max,
    )
    return BodyReader(bounds, body_seconds_max=settings.body_seconds_max)


def _web(
    settings: Settings,
    parts: http.Parts,
    pool: Any,
    scratch: Scratch,
    readiness: health.Readiness,
) -> ASGIApp:
    doors = http.routes(
        parts,
        batch_events_max=settings.batch_events_max,
        failed_events_max=settings.failed_events_max,
    )
    questions = Questions(pool)
    past = Past(questions, Knowledge(pool, settings.known_at_events_max), scratch)
    routes = build_routes(questions, past, graph_nodes_max=settings.graph_nodes_max)
    writes = build_writes(questions, parts.pipeline, parts.intake.read)
    return build_web(
        hosts=Hosts(settings.host, settings.hosts_allowed, settings.origins_allowed),
        keys=new_key_ring(settings, pool),
        doors=doors,
        routes=[*pages.routes(), *health.routes(readiness), *routes, *writes],
    )
