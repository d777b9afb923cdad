"""Counts requests and their time, by route template, and lets HEAD be asked wherever GET can.

Pure ASGI. Knows no route by name; a path that matches none is counted as "other".
"""

from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catchment.telemetry import metrics

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"))


class Figures:
    """The layer around all routes that counts what they answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        # Looking up a labelled metric costs more than counting with it.
        self._counters: dict[tuple[str, str, int], Any] = {}
        self._seconds: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        if method == "HEAD":
            # The server leaves the body out by itself: it looks at its own copy of the scope.
            scope = dict(scope, method="GET")
        status = 0

        async def send_counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        begun = perf_counter()
        try:
            await self._app(scope, receive, send_counted)
        finally:
            self._count(method, _template(scope), status, perf_counter() - begun)

    def _count(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method if method in _METHODS else "other", route, status)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = metrics.HTTP_REQUESTS.labels(*key)
        counter.inc()
        timer = self._seconds.get(route)
        if timer is None:
            timer = self._seconds[route] = metrics.HTTP_SECONDS.labels(route)
        timer.observe(seconds)


def _template(scope: Scope) -> str:
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    # Plain routes do not leave themselves in the scope; of them only fixed paths are mounted.
    return scope["path"] if "endpoint" in scope else "other"
