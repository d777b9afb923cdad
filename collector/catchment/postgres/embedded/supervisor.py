"""The whole life of the embedded server: who may start it, on which files, as whom, and its end.

The lock is for starting. Who holds it owns the server, starts it again when it dies, and stops it
on exit; who finds it taken may join. An owner killed hard leaves a server that lives on: the next
one, holding the lock, adopts it. While it is down connections fail, and that is all that the rest
of the program needs to know. Knows the order of things; how each is done is in the other modules.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

import asyncpg

from catchment.errors import CannotStart
from catchment.postgres.connect import connect
from catchment.postgres.embedded import binaries, cluster, process
from catchment.postgres.embedded.identity import Identity, server_identity
from catchment.postgres.embedded.lock import StarterLock
from catchment.postgres.embedded.options import server_options
from catchment.postgres.embedded.server import Server
from catchment.postgres.statements import SQL
from catchment.telemetry.logs import logger

_LOCK_SECONDS_MAX = 3.0  # a command that is just ending lets go within that
_JOIN_SECONDS_MAX = 60.0  # the owner may be running initdb, or a recovery
_ANSWER_SECONDS_MAX = 30.0  # an adopted server may be busy recovering from a killed backend

_log = logger("postgres.embedded")


class EmbeddedPostgres:
    """A server on a data dir: `async with EmbeddedPostgres(data_dir) as pg: connect(pg.dsn)`.

    `join`: use the server that another process runs there, if one does; without it, that is an
    error. `bin_dir` and `user` are the settings `postgres_bin` and `postgres_user`.
    `durable=False` spares `initdb` waiting for the disk, for a cluster that is thrown away.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        join: bool = False,
        bin_dir: Path | None = None,
        user: str | None = None,
        durable: bool = True,
    ) -> None:
        # Not resolved: a link that a person made may point elsewhere after a restart.
        self._layout = cluster.Layout(data_dir.absolute() / "postgres")
        self._lock = StarterLock(self._layout.lock)
        self._join, self._bin_dir, self._user, self._durable = join, bin_dir, user, durable
        self._socket_dir = ""
        self._server: Server | None = None

    @property
    def dsn(self) -> str:
        """The URL of the database `catchment` on this server, for asyncpg."""
        return self.dsn_of(cluster.DATABASE)

    def dsn_of(self, database: str) -> str:
        """The URL of another database on this server."""
        return cluster.dsn_of(self._socket_dir, database)

    @property
    def owned(self) -> bool:
        """Whether this process started or adopted the server, and will stop it."""
        return self._server is not None

    @property
    def pid(self) -> int | None:
        """The server process of the moment, if we own it."""
        return self._server.pid if self._server else None

    async def __aenter__(self) -> Self:
        """Make it run and answer.

        Raises:
            CannotStart: it cannot; says why and how to mend it.
        """
        cluster.make_home(self._layout)
        try:
            if await self._take_lock():
                await self._own()
            else:
                await self._wait_for_database()
        except BaseException as error:
            await self._let_go()
            if isinstance(error, OSError):
                raise self._unusable(error) from error
            raise
        return self

    def _unusable(self, error: OSError) -> CannotStart:
        return CannotStart(
            f"{error.filename or self._layout.home} cannot be used ({error.strerror}): mend that, "
            "or choose another directory by CATCHMENT_DATA_DIR."
        )

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server if we own it; a joined one goes on."""
        await self._let_go()

    async def _take_lock(self) -> bool:
        """True: we own the data dir. False: we joined the server of whoever does."""
        deadline = monotonic() + (_JOIN_SECONDS_MAX if self._join else _LOCK_SECONDS_MAX)
        while not self._lock.try_acquire():
            if self._join and self._joined():
                return False
            if monotonic() > deadline:
                raise self._taken()
            await asyncio.sleep(process.POLL_SECONDS)
        return True

    def _taken(self) -> CannotStart:
        holder = self._lock.holder()
        if self._join:
            return CannotStart(
                f"The Postgres of {holder} has not been ready for {_JOIN_SECONDS_MAX:g} s; "
                f"its log says why: {self._layout.log}."
            )
        return CannotStart(
            f"{self._layout.home.parent} is in use by {holder}: stop it, "
            "or choose another directory by CATCHMENT_DATA_DIR."
        )

    def _joined(self) -> bool:
        try:
            found = process.read_pid_file(self._layout.cluster)
        except PermissionError:
            raise cluster.no_permission(self._layout) from None
        if found is None or found.status != "ready":
            return False
        self._socket_dir = found.socket_dir
        return True

    async def _wait_for_database(self) -> None:
        """The server is ready a moment before its owner has made the database in it."""
        deadline = monotonic() + _ANSWER_SECONDS_MAX
        while True:
            try:
                connection = await connect(self.dsn, wait_seconds=_ANSWER_SECONDS_MAX)
            except CannotStart:
                if monotonic() > deadline:
                    raise
                await asyncio.sleep(process.POLL_SECONDS)
            else:
                await connection.close()
                return

    async def _own(self) -> None:
        layout = self._layout
        identity = server_identity(layout.cluster, self._user)
        found = binaries.find(self._bin_dir, cluster.major_version(layout))
        cluster.refuse_other_major(layout, found)
        found = await asyncio.to_thread(self._reachable, found, identity)
        if not layout.cluster.exists():
            _log.info("making a database", folder=str(layout.cluster), version=found.version)
            await asyncio.to_thread(
                cluster.make_cluster, layout, found, identity, sync=self._durable
            )
        cluster.make_socket_dir(layout, identity)
        options = [f"{name}={value}" for name, value in server_options(layout.socket).items()]
        command = [str(found.postgres), "-D", str(layout.cluster)]
        command += [word for option in options for word in ("-c", option)]
        self._socket_dir = str(layout.socket)
        self._server = Server(layout, command, identity)
        await self._server.run()
        await self._make_database()

    def _reachable(self, found: binaries.Binaries, identity: Identity) -> binaries.Binaries:
        """The programs where the server's user can execute them: there, or in a copy."""
        home = self._layout.home
        if identity.may_use(home, found.postgres):
            return found
        if not identity.may_use(home, Path("/bin/sh")):
            raise CannotStart(
                f"Postgres runs as user {identity.name}, who may not enter {home}: choose a "
                "directory by CATCHMENT_DATA_DIR whose parents everybody may enter, such as "
                "/var/lib/catchment, or run this without root."
            )
        self._layout.binaries.mkdir(mode=0o755, exist_ok=True)
        self._layout.binaries.chmod(0o755)
        return binaries.copy(found, self._layout.binaries)

    async def _make_database(self) -> None:
        connection = await connect(self.dsn_of("postgres"), wait_seconds=_ANSWER_SECONDS_MAX)
        try:
            if not await connection.fetchval(SQL["database_exists"], cluster.DATABASE):
                with suppress(asyncpg.DuplicateDatabaseError):
                    await connection.execute(SQL["create_database"])
        finally:
            await connection.close()

    async def _let_go(self) -> None:
        """Stop what we own, then free the data dir; the other way round the next would meet it."""
        server, self._server = self._server, None
        try:
            if server is not None:
                await server.stop()
        finally:
            self._lock.release()


@asynccontextmanager
async def throw_away(
    *, bin_dir: Path | None = None, user: str | None = None
) -> AsyncIterator[EmbeddedPostgres]:
    """A server on a temporary data dir that is gone afterwards: demo, schema dump, benchmarks."""
    folder = make_temporary_dir()
    try:
        async with EmbeddedPostgres(folder, bin_dir=bin_dir, user=user, durable=False) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_temporary_dir() -> Path:
    """A new temporary directory that can be a data dir, also for root's unprivileged server."""
    folder = Path(tempfile.mkdtemp(prefix="catchment-"))
    if os.geteuid() == 0:
        folder.chmod(0o755)  # ours: the server's user must be able to enter it
    return folder
