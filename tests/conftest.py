"""Fixtures for everybody: one real Postgres for the whole run, a fresh database for each test.

The server is the embedded one, started by the first worker that needs it, joined by the others,
stopped by its starter when the last of them is done. Databases are cloned from a template that was
migrated once. Nothing here is faked, and nothing depends on pytest's asyncio mode.
"""

import asyncio
import fcntl
import shutil
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from catchment.postgres import migrations
from catchment.postgres.connect import connect
from catchment.postgres.embedded import EmbeddedPostgres, make_temporary_dir

T = TypeVar("T")
TEMPLATE = "template_catchment"
OTHER_WORKERS_SECONDS_MAX = 7_200.0


class BackgroundLoop:
    """An event loop in a thread, so that the server is watched while tests run their own loops."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run to the end over there; wait for it here."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """Stop the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@dataclass(frozen=True)
class PostgresServer:
    """The server of this run, as a test sees it."""

    embedded: EmbeddedPostgres
    loop: BackgroundLoop

    def sql(self, *statements: str, database: str = "postgres") -> None:
        """Run statements that need no answer, as the superuser."""
        self.loop.run(_execute(self.embedded.dsn_of(database), statements))

    @contextmanager
    def database(self, template: str) -> Iterator[str]:
        """The URL of a new database, cloned from `template` and dropped at the end."""
        name = f"test_{uuid4().hex}"
        self.sql(f"create database {name} template {template} strategy file_copy")
        try:
            yield self.embedded.dsn_of(name)
        finally:
            self.sql(f"drop database {name} with (force)")


async def _execute(dsn: str, statements: tuple[str, ...]) -> None:
    connection = await connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _migrate(dsn: str) -> None:
    connection = await connect(dsn)
    try:
        await migrations.migrate(connection)
    finally:
        await connection.close()


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    with path.open("a") as file:
        deadline = monotonic() + OTHER_WORKERS_SECONDS_MAX
        while True:
            try:
                fcntl.flock(file, how | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if monotonic() > deadline:
                    raise
                sleep(0.05)
        yield


def _start_or_join(shared: Path, loop: BackgroundLoop) -> PostgresServer:
    note = shared / "postgres-data-dir"
    data_dir = Path(note.read_text()) if note.exists() else make_temporary_dir()
    embedded = EmbeddedPostgres(data_dir, join=True, durable=False)
    loop.run(embedded.__aenter__())
    server = PostgresServer(embedded, loop)
    if not note.exists():
        server.sql(f"create database {TEMPLATE}")
        loop.run(_migrate(embedded.dsn_of(TEMPLATE)))
        note.write_text(str(data_dir))
    return server


def _leave(shared: Path, server: PostgresServer) -> None:
    note = shared / "postgres-data-dir"
    if not server.embedded.owned:
        return
    with _locked(shared / "postgres-users", fcntl.LOCK_EX):
        data_dir = Path(note.read_text())
        note.unlink()  # a worker that comes later starts one of its own
        server.loop.run(server.embedded.__aexit__(None, None, None))
        shutil.rmtree(data_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[PostgresServer]:
    """The one server of the run, shared between the workers of pytest-xdist if there are any."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    loop = BackgroundLoop()
    with _locked(shared / "postgres-users", fcntl.LOCK_SH):
        with _locked(shared / "postgres-starter", fcntl.LOCK_EX):
            server = _start_or_join(shared, loop)
        yield server
    _leave(shared, server)
    loop.close()


@pytest.fixture
def database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a fresh, migrated database of this test's own."""
    with postgres_server.database(TEMPLATE) as url:
        yield url


@pytest.fixture
def empty_database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a fresh database without any table."""
    with postgres_server.database("template0") as url:
        yield url
