"""The HTTP protocol of one connection, with a deadline for its first byte and for each head.

uvicorn bounds how long a connection may idle between requests, but not how long a request's head
may take; without that, sockets that send a byte a minute would never end. Also ends a connection
that goes on sending a body which was refused. Knows no route.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS_MAX = 10.0
DISCARDED_BYTES_MAX = 64 * 1024**2


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol on httptools, bounded."""

    _head_timer: asyncio.TimerHandle | None = None
    _discarded_bytes = 0

    def connection_made(self, transport: Any) -> None:
        """The first head must be complete in time."""
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """No timer outlives its connection."""
        self._end_head()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """So must each later one, from its first byte on."""
        if self._head_timer is None:
            self._begin_head()
        self._discarded_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is here."""
        self._end_head()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """What comes after the answer is thrown away, but not for ever."""
        if self.cycle.response_complete:
            self._discarded_bytes += len(body)
            if self._discarded_bytes > DISCARDED_BYTES_MAX:
                self.transport.close()
        super().on_body(body)

    def _begin_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_SECONDS_MAX, self._head_is_late)

    def _end_head(self) -> None:
        timer, self._head_timer = self._head_timer, None
        if timer is not None:
            timer.cancel()

    def _head_is_late(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()
