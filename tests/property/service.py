"""The product as the property tests see it: several writers on one database, and its answers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx

from catchment.access.hosts import Hosts
from catchment.api.known_at import Past
from catchment.api.routes import build_routes
from catchment.app.web import build_web
from catchment.events.decode import Reader
from catchment.lineage.assertion import BUILDERS
from catchment.lineage.ports import ControlEntry, EventEntry, Outcome, Source
from catchment.postgres.connect import open_read_pool, open_write_pool
from catchment.postgres.known import Knowledge
from catchment.postgres.read import Questions
from catchment.postgres.scratch import open_scratch
from catchment.postgres.write import PostgresWriter

_TABLES = """
    select string_agg(quote_ident(relname), ', ') from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and relname not in ('schema_migration', 'head')
"""


class Service:
    """Four writers, each with caches of its own, and the API over a read pool."""

    def __init__(
        self, write_pool: asyncpg.Pool, reading: asyncpg.Pool, client: httpx.AsyncClient
    ) -> None:
        self._pool = write_pool
        self.reading = reading
        self._client = client
        self._tables: str | None = None
        self.writers: list[PostgresWriter] = []

    async def empty(self) -> None:
        """Forget everything; new writers, as after a start."""
        self._tables = self._tables or await self._pool.fetchval(_TABLES)
        await self._pool.execute(f"truncate {self._tables}")
        await self._pool.execute("update head set n = 0, logged_at = 'epoch'")
        self.writers = self.fresh_writers()

    def fresh_writers(self) -> list[PostgresWriter]:
        """Four that remember nothing."""
        return [PostgresWriter(self._pool) for _ in range(4)]

    async def write(self, bodies: Sequence[bytes], batch: int, writers: int) -> list[Outcome]:
        """Write batches, spread over so many writers at once."""
        batches = [bodies[n : n + batch] for n in range(0, len(bodies), batch)]

        async def one(number: int) -> list[list[Outcome]]:
            reader = Reader(BUILDERS)
            done = []
            for chosen in batches[number::writers]:
                entries = [EventEntry(reader.read(body), Source.HTTP) for body in chosen]
                done.append(await self.writers[number].write(entries))
            return done

        parts = await asyncio.gather(*[one(number) for number in range(writers)])
        return [outcome for part in parts for outcomes in part for outcome in outcomes]

    async def add(self, entry: bytes | ControlEntry) -> None:
        """One more entry of the log: an event, or what a person changed."""
        if isinstance(entry, bytes):
            await self.write([entry], 1, 1)
        else:
            await self.writers[0].write([entry])

    async def ask(self, path: str, **params: Any) -> httpx.Response:
        """One answer, whatever it is."""
        given = {key: value for key, value in params.items() if value is not None}
        return await self._client.get("/api/v1" + path, params=given)

    async def get(self, path: str, **params: Any) -> Any:
        """One answer; 404 is None."""
        answer = await self.ask(path, **params)
        if answer.status_code == 404:
            return None
        assert answer.status_code == 200, (path, params, answer.text)
        return answer.json()

    async def head(self) -> int:
        """How many entries the log has."""
        count: int = await self._pool.fetchval("select n from head")
        return count

    async def logged(self) -> list[str]:
        """When each entry was logged."""
        page = await self.get("/events", limit=1_000)
        return [entry["loggedAt"] for entry in page["events"]]

    async def seqs(self) -> list[int]:
        """Every seq in the log."""
        return [row[0] for row in await self._pool.fetch("select seq from event order by seq")]


@asynccontextmanager
async def service(
    database_url: str, readers: int = 4, *, known_at_events_max: int = 10_000
) -> AsyncIterator[Service]:
    """A service on a migrated, empty database."""
    writing = await open_write_pool(database_url, connections_max=5)
    reading = await open_read_pool(
        database_url, connections_max=readers, statement_timeout_ms=30_000
    )
    scratch = await open_scratch(database_url, statement_timeout_ms=30_000)
    questions = Questions(reading)
    past = Past(questions, Knowledge(reading, known_at_events_max), scratch)
    routes = build_routes(questions, past, graph_nodes_max=10_000)
    web = build_web(hosts=Hosts("127.0.0.1", [], []), keys=None, doors=[], routes=routes)
    transport = httpx.ASGITransport(web)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield Service(writing, reading, client)
    finally:
        # At once, also after a failure: what it leaves open is missing to all that come after it.
        scratch.close()
        reading.terminate()
        writing.terminate()


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return quote(name, safe="")
