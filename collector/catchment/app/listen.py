"""Take the address, run uvicorn on it, say when it is ready, stop when told. No route is known."""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from catchment.app.protocol import BoundedProtocol
from catchment.app.signals import ending_signals
from catchment.errors import CannotStart

_BACKLOG = 2_048
# Longer than the pause between two events of a pipeline, so that connections are used again.
_KEEP_ALIVE_SECONDS = 75


def take_address(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one.

    Raises:
        CannotStart: the address is in use, not ours, or not allowed; says how to mend it.
    """
    try:
        [found, *_] = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        raise CannotStart(f"There is no address {host} to listen on; see CATCHMENT_HOST.") from None
    taken = socket.socket(found[0], socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(found[4])
        taken.listen(_BACKLOG)
    except OSError as error:
        taken.close()
        raise CannotStart(_why_not(error, host, port)) from None
    taken.setblocking(False)
    return taken


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use by another program (or another catchment); "
            "stop it, or choose another port by --port."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has; choose one above 1023."
    return f"Cannot listen on {host}:{port} ({os.strerror(error.errno or 0)}); see CATCHMENT_HOST."


def url_of(taken: socket.socket) -> str:
    """The address as a browser wants it."""
    host, port = taken.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """uvicorn's server; it leaves signals to us, and tells when it accepts connections."""

    def __init__(
        self, app: ASGIApp, *, stop_seconds_max: float, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http=BoundedProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                # Nothing here asks who is at the other end, or by which scheme.
                proxy_headers=False,
                backlog=_BACKLOG,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=max(1, int(stop_seconds_max)),
            )
        )
        self._on_ready = on_ready
        # What it says of starting and stopping is said by us, and its errors come as warnings.
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections, and say so."""
        await super().startup(sockets)
        self._on_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are `until_signal`'s: what runs below us must be stopped after us."""
        yield


class Stop:
    """What the signals do: give up while starting, stop in good order once it runs."""

    def __init__(self) -> None:
        self._server: Server | None = None
        self._starting = asyncio.current_task()
        self.asked = False

    def runs(self, server: Server) -> None:
        """From now on there is a server to stop."""
        self._server = server
        server.should_exit = self.asked

    def __call__(self) -> None:
        """A signal came; a second one waits for no request."""
        server = self._server
        if server is not None:
            server.force_exit = self.asked
            server.should_exit = True
        elif self._starting is not None:
            self._starting.cancel()
        self.asked = True

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Heed signals within the block; one that came while starting ends it quietly."""
        loop = asyncio.get_running_loop()
        heeded = ending_signals()
        for number in heeded:
            loop.add_signal_handler(number, self)
        try:
            yield
        except asyncio.CancelledError:
            if not self.asked:
                raise
        finally:
            for number in heeded:
                loop.remove_signal_handler(number)
