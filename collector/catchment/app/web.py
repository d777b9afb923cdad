"""One ASGI application of all rooms that answer HTTP. Order is everything here, and only order.

From the outside in: what is given up, raw path, guard (Host, Origin, key), figures, the doors of
ingest, FastAPI.
"""

from collections.abc import Iterable, Sequence

from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from catchment import __version__
from catchment.access.guard import Guard
from catchment.access.hosts import Hosts
from catchment.access.keys import KeyRing
from catchment.access.problem import MEDIA_TYPE, RETRY_AFTER_SECONDS, problem_body, status_of
from catchment.access.rawpath import RawPath
from catchment.app.figures import Figures
from catchment.app.openapi import describe
from catchment.app.stopping import GivenUp
from catchment.errors import CatchmentError, Problem
from catchment.telemetry.logs import logger

_log = logger("app.web")


class Shortcut:
    """Hands a POST to a door straight away: FastAPI's layers would double what it costs."""

    def __init__(self, app: ASGIApp, doors: Iterable[Route]) -> None:
        self._app = app
        self._doors = {route.path: route.app for route in doors}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        door = self._doors.get(scope["path"]) if scope["method"] == "POST" else None
        if door is not None:
            scope["endpoint"] = door
        await (door or self._app)(scope, receive, send)


def build_web(
    *, hosts: Hosts, keys: KeyRing | None, doors: Sequence[Route], routes: Iterable[BaseRoute]
) -> ASGIApp:
    """The application. `doors` are the routes of ingest, `routes` all others."""
    # Its pages come with it: none asks the network for scripts.
    fastapi = FastAPIOffline(
        static_url="/docs/assets",
        title="Catchment",
        version=__version__,
        summary="Where data came from, and what follows from it: OpenLineage in, lineage out.",
        redoc_url=None,
        exception_handlers={
            CatchmentError: _answer_error,
            HTTPException: _answer_http,
            RequestValidationError: _answer_invalid,
            Exception: _answer_fault,
        },
    )
    # A slash too many is another path, not a reason to send a POST's body twice.
    fastapi.router.redirect_slashes = False
    # The doors stand among the routes too, so that another method is answered 405.
    fastapi.router.routes.extend([*routes, *doors])
    describe(fastapi)
    return GivenUp(RawPath(Guard(Figures(Shortcut(fastapi, doors)), hosts=hosts, keys=keys)))


def _problem(
    status: int,
    detail: str,
    problems: Iterable[Problem] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    more = dict(headers or {})
    if status == 503:
        more["Retry-After"] = str(RETRY_AFTER_SECONDS)
    body = problem_body(status, detail, tuple(problems))
    return Response(body, status, more, media_type=MEDIA_TYPE.decode())


async def _answer_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, CatchmentError)
    return _problem(status_of(error), str(error), error.problems)


async def _answer_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _problem(error.status_code, str(error.detail), (), dict(error.headers or {}))


async def _answer_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [
        Problem("/" + "/".join(str(part) for part in found["loc"]), str(found["msg"]))
        for found in error.errors()
    ]
    return _problem(400, "A parameter cannot be read.", problems)


async def _answer_fault(request: Request, error: Exception) -> Response:
    _log.error("a request failed", error=type(error).__name__, method=request.method)
    return _problem(500, "This is a fault of the program; its log says which. Please report it.")
