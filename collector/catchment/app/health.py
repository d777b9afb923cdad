"""Whether this process lives, whether it is ready, and its figures. Open routes but `/metrics`."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from catchment.access.problem import MEDIA_TYPE, problem_body
from catchment.errors import CatchmentError
from catchment.telemetry import metrics

_ASKED_SECONDS_MAX = 1.0
_REMEMBERED_SECONDS = 0.5
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Readiness:
    """Asks the database, at most twice a second however often it is asked itself."""

    def __init__(self, ping: Callable[[], Awaitable[None]]) -> None:
        self._ping = ping
        self._asked_at = float("-inf")
        self._why_not = ""
        self.stopping = False

    async def why_not(self) -> str:
        """Why it is not ready; empty if it is."""
        if self.stopping:
            return "The service is stopping."
        if monotonic() - self._asked_at > _REMEMBERED_SECONDS:
            self._why_not = await self._ask()
            self._asked_at = monotonic()
            metrics.DATABASE_UP.set(0 if self._why_not else 1)
        return self._why_not

    async def _ask(self) -> str:
        try:
            async with asyncio.timeout(_ASKED_SECONDS_MAX):
                await self._ping()
        except TimeoutError:
            return "The database does not answer within a second."
        except CatchmentError as error:
            return str(error)
        return ""


def routes(readiness: Readiness) -> list[Route]:
    """`/health/live`, `/health/ready` and `/metrics`."""

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        why_not = await readiness.why_not()
        if why_not:
            body = problem_body(503, why_not)
            return Response(body, 503, {"Retry-After": "1"}, media_type=MEDIA_TYPE.decode())
        return JSONResponse({"status": "ok"})

    async def figures(_request: Request) -> Response:
        await readiness.why_not()
        return Response(metrics.exposition(), media_type=_PROMETHEUS)

    return [
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/metrics", figures),
    ]
