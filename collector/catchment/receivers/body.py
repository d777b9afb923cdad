"""Read a request's body under bounds: of one body, of all bodies at once, and of time.

What is over a bound is refused as soon as that is known, without reading the rest. Knows how a
body arrives and is inflated, and nothing of what is in it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from catchment.errors import Overloaded, TooLarge
from catchment.receivers.inflate import InflateBounds, Inflater
from catchment.receivers.negotiate import Coding, Plan
from catchment.telemetry import metrics

Receive = Callable[[], Awaitable[Any]]

# More compressed bytes than this are inflated in a thread: they may stand for a thousand times.
_INLINE_BYTES_MAX = 4 * 1024


class Disconnected(Exception):
    """The client went away; there is nobody to answer."""


class SlowBody(Exception):
    """The body did not arrive in time."""


class InFlight:
    """The bytes that all requests together hold while they are read and written."""

    def __init__(self, in_flight_bytes_max: int) -> None:
        self._bytes_max = in_flight_bytes_max
        self.bytes = 0
        metrics.IN_FLIGHT_BYTES.set_function(lambda: self.bytes)

    def take(self, size_bytes: int) -> None:
        """Raises Overloaded if they are too many."""
        if self.bytes + size_bytes > self._bytes_max:
            raise Overloaded(
                f"{self.bytes} bytes are being read (in_flight_bytes_max); try again in a second."
            )
        self.bytes += size_bytes


class Lease:
    """What one request holds of them. Given back at its end, whatever the end is."""

    __slots__ = ("_in_flight", "bytes")

    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight
        self.bytes = 0

    def take(self, size_bytes: int) -> None:
        """Raises Overloaded if all requests together hold too many."""
        self._in_flight.take(size_bytes)
        self.bytes += size_bytes

    def give_back(self) -> None:
        """All of it; safe to call twice."""
        self._in_flight.bytes -= self.bytes
        self.bytes = 0


class Patience:
    """A deadline for each task that reads a body, looked at now and then by one timer for all.

    A timer per request would cost more than reading a usual body does.
    """

    def __init__(self, body_seconds_max: float) -> None:
        self._seconds_max = body_seconds_max
        self._look_seconds = min(1.0, body_seconds_max / 4)
        self._begun: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def keep(self, reading: Coroutine[Any, Any, bytes]) -> bytes:
        """What the coroutine answers. Raises SlowBody if it takes too long."""
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        self._begun[task] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._look_seconds, self._look, loop)
        try:
            return await reading
        except asyncio.CancelledError:
            if task not in self._late:
                raise
            task.uncancel()
            raise SlowBody from None
        finally:
            self._late.discard(task)
            del self._begun[task]

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task, begun in self._begun.items():
            if now - begun > self._seconds_max and task not in self._late:
                self._late.add(task)
                task.cancel()
        again = bool(self._begun)
        self._timer = loop.call_later(self._look_seconds, self._look, loop) if again else None


class BodyReader:
    """Reads bodies. `body_bytes_max` counts decompressed bytes."""

    def __init__(self, bounds: InflateBounds, *, body_seconds_max: float) -> None:
        self._bounds = bounds
        self._patience = Patience(body_seconds_max)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="inflate")

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def read(self, receive: Receive, plan: Plan, lease: Lease) -> bytes:
        """The whole body, decompressed.

        Raises:
            TooLarge: over a bound of one body, which is named.
            Overloaded: over the bound of all bodies at once.
            NotJson: not what Content-Encoding says.
            SlowBody: it took longer than `body_seconds_max`.
            Disconnected: the client went away.
        """
        if plan.length_bytes is not None and plan.length_bytes > self._bounds.body_bytes_max:
            raise self._too_large()
        if plan.coding is Coding.IDENTITY:
            return await self._patience.keep(self._plain(receive, lease))
        return await self._patience.keep(self._inflated(receive, plan.coding, lease))

    async def _plain(self, receive: Receive, lease: Lease) -> bytes:
        body, more = await _next(receive)
        lease.take(len(body))
        if more:
            # A bytearray, because the smallest pieces would cost forty times their size in a list.
            whole = bytearray(body)
            while more:
                piece, more = await _next(receive)
                lease.take(len(piece))
                if lease.bytes > self._bounds.body_bytes_max:
                    raise self._too_large()
                whole += piece
            return bytes(whole)
        if lease.bytes > self._bounds.body_bytes_max:
            raise self._too_large()
        return body

    async def _inflated(self, receive: Receive, coding: Coding, lease: Lease) -> bytes:
        inflater = Inflater(coding, self._bounds)
        loop = asyncio.get_running_loop()
        whole = bytearray()
        sent_bytes = 0
        more = True
        while more:
            piece, more = await _next(receive)
            sent_bytes += len(piece)
            if sent_bytes > self._bounds.body_bytes_max:
                raise self._too_large()
            if len(piece) <= _INLINE_BYTES_MAX:
                found = inflater.feed(piece)
            else:
                found = await loop.run_in_executor(self._threads, inflater.feed, piece)
            lease.take(sum(map(len, found)))
            for part in found:
                whole += part
        inflater.finish()
        return bytes(whole)

    def _too_large(self) -> TooLarge:
        limit = self._bounds.body_bytes_max
        return TooLarge(f"The body is over {limit} bytes (body_bytes_max).")


async def _next(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    return message.get("body", b""), message.get("more_body", False)
