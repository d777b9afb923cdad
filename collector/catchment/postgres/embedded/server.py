"""A server that is kept running: adopted or started, started again whenever it dies, stopped.

Knows the command and the user it is given; nothing of who may start it (`supervisor` holds the
lock) and nothing of databases.
"""

import asyncio
from dataclasses import dataclass, field
from time import monotonic

from catchment.errors import CannotStart
from catchment.postgres.away import OWN_SERVER
from catchment.postgres.embedded import process
from catchment.postgres.embedded.cluster import Layout
from catchment.postgres.embedded.identity import Identity
from catchment.telemetry.logs import logger
from catchment.telemetry.metrics import EMBEDDED_RESTARTS

_LEFTOVERS_SECONDS_MAX = 15.0  # backends of a killed server take a moment to notice
_WATCH_SECONDS = 0.1
_LOG_CHECK_SECONDS = 30.0
_BACKOFF_SECONDS_MAX = 5.0
_DOWN = "The database of this service is down"

_log = logger("postgres.embedded")


@dataclass(slots=True)
class Server:
    """One cluster's server, whichever process it is at the moment."""

    layout: Layout
    command: list[str]
    identity: Identity
    _postmaster: process.Postmaster | None = None
    _watch: "asyncio.Task[None] | None" = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        """The process, or None before the first start and after the stop."""
        return self._postmaster.pid if self._postmaster else None

    async def run(self) -> None:
        """Return when it accepts connections; from then on it is watched.

        Raises:
            CannotStart: it does not start; says what its log says last.
        """
        try:
            await self._adopt_or_start()
        except BaseException:
            await self.stop()
            raise
        self._watch = asyncio.create_task(self._keep_alive(), name="embedded-postgres")

    async def stop(self) -> None:
        """Stop watching, then stop the process in good order; safe to call twice."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            await asyncio.wait([watch])
            OWN_SERVER.reason = ""
        if self._postmaster is not None:
            await process.stop(self._postmaster)
            self._postmaster = None

    async def _adopt_or_start(self) -> None:
        running = process.find_running(self.layout.cluster)
        if running is None:
            await self._start()
            return
        self._postmaster = running
        if process.command_line(running.pid) == " ".join(self.command).strip():
            _log.info("adopted the server that was left running", pid=running.pid)
            await process.wait_ready(running, self.layout)
            return
        _log.info("restarting the server that was left running", pid=running.pid)
        await process.stop(running)
        await self._start()

    async def _start(self) -> None:
        """Start it and wait until it is ready, again while a killed one's backends remain."""
        deadline = monotonic() + _LEFTOVERS_SECONDS_MAX
        while True:
            self._drop_foreign_locks()
            self._postmaster = process.launch(self.command, self.layout, self.identity)
            try:
                await process.wait_ready(self._postmaster, self.layout)
            except CannotStart as error:
                if "pre-existing shared memory" not in str(error) or monotonic() > deadline:
                    raise
                await asyncio.sleep(process.POLL_SECONDS)
            else:
                _log.info("server started", pid=self._postmaster.pid)
                return

    def _drop_foreign_locks(self) -> None:
        """Remove lock files whose pid is another program's by now, or a zombie's.

        Postgres would take it for a running server and refuse to start. Backends that are left
        from a killed one are still found, by the shared memory that they hold.
        """
        if process.find_running(self.layout.cluster):
            return
        for path in (self.layout.cluster / process.PID_FILE, self.layout.socket_lock):
            pid = process.read_pid(path)
            if pid is not None and process.exists(pid):
                path.unlink(missing_ok=True)

    async def _keep_alive(self) -> None:
        log_checked_at = monotonic()
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if monotonic() - log_checked_at > _LOG_CHECK_SECONDS:
                log_checked_at = monotonic()
                process.bound_log(self.layout.log)
            if self._postmaster is not None and not self._postmaster.alive():
                await self._start_again()

    async def _start_again(self) -> None:
        """Try until it runs: whatever prevents it (a full disk) may be mended meanwhile."""
        backoff_seconds = _WATCH_SECONDS
        OWN_SERVER.reason = self._why_down()
        _log.error("the server died", says=process.last_words(self.layout.log))
        while True:
            try:
                await self._start()
            except (CannotStart, OSError) as error:
                OWN_SERVER.reason = self._why_down()
                _log.error("the server cannot be started", why=str(error))
                await asyncio.sleep(backoff_seconds)
                backoff_seconds = min(2 * backoff_seconds, _BACKOFF_SECONDS_MAX)
            else:
                OWN_SERVER.reason = ""
                EMBEDDED_RESTARTS.inc()
                return

    def _why_down(self) -> str:
        """For senders and probes, who may be anybody: nothing of its log."""
        # Its log cannot be relied on: it lies on the same disk.
        if process.disk_is_full(self.layout.home):
            return f"{_DOWN}, because the disk that it lies on is full: free some space."
        return f"{_DOWN}, and is being started again; try again in a second."
