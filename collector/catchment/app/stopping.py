"""Answers requests that are given up because the service stops: 503, to be sent again.

Without it they would end without an answer, and as a fault in the log.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catchment.access.problem import send_problem


class GivenUp:
    """The outermost layer: the server cancels what does not end in time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except asyncio.CancelledError:
            if not begun:
                says = "The service is stopping; try again in a second."
                await send_problem(send, 503, says, headers={"connection": "close"})
