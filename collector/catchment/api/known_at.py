"""`knownAt`: what could be known when an entry was the last of the log, whatever was logged since.

The entries that an answer could depend on are written once more, into a graph of their own, and the
ordinary questions are asked there: what is exact now was exact then.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, NamedTuple

from fastapi import Query
from starlette.requests import Request

from catchment.api.sight import Sight, sight_of
from catchment.api.times import read_instant
from catchment.errors import BadQuestion, Overloaded, Problem
from catchment.events.runids import read_run_id
from catchment.postgres.known import Closure, Knowledge
from catchment.postgres.read import Questions
from catchment.postgres.scratch import Scratch

HEADER = "X-Catchment-Known-At"
QUESTION_SECONDS_MAX = 60.0
"""Seconds that one question may have the only graph of its kind."""
_SEQ_DIGITS_MAX = 18
_DIGITS = re.compile(r"[0-9]+")

KnownAt = Annotated[
    str | None,
    Query(
        alias="knownAt",
        description="As it was known then: the `seq` of an entry of the log, which was the last "
        "one; or a time (RFC 3339), which means the last entry logged by then. What was logged "
        f"later does not count. The answer says which entry it was, in `{HEADER}`. Takes longer; "
        "400 if more entries would have to be read again than the service allows "
        "(`known_at_events_max`).",
    ),
]


class MayMean(NamedTuple):
    """What a question could be about: a run by its id, datasets by (namespace, name)."""

    run: str | None
    datasets: Sequence[tuple[str, str]]


class Past:
    """Where what was known is asked for."""

    def __init__(self, questions: Questions, knowledge: Knowledge, scratch: Scratch) -> None:
        self._questions = questions
        self._knowledge = knowledge
        self._scratch = scratch

    async def seq(self, known_at: str | None) -> int | None:
        """The entry that is meant; -1 if a time is before the first.

        Raises:
            BadQuestion: neither a seq nor a time, or beyond the end of the log.
        """
        if known_at is None:
            return None
        if not _DIGITS.fullmatch(known_at):
            return await self._knowledge.seq_at(read_instant(known_at, "knownAt"))
        length = await self._questions.log.length()
        seq = int(known_at) if len(known_at) <= _SEQ_DIGITS_MAX else length
        if seq >= length:
            reason = f"beyond the end of the log, which has {length} entries, from 0"
            raise BadQuestion(f"knownAt is {reason}.", [Problem("/knownAt", reason)])
        return seq

    @asynccontextmanager
    async def of_dataset(
        self, seq: int | None, request: Request, namespace: str, name: str
    ) -> AsyncIterator[Questions]:
        """To ask about a dataset and its versions."""
        closure = Closure(await self._datasets(seq, sight_of(request), [(namespace, name)]))
        async with self._known(seq, request, closure) as questions:
            yield questions

    @asynccontextmanager
    async def of_run(self, seq: int | None, request: Request, run: str) -> AsyncIterator[Questions]:
        """To ask about a run."""
        closure = Closure(runs=await self._runs(seq, sight_of(request), run))
        async with self._known(seq, request, closure) as questions:
            yield questions

    @asynccontextmanager
    async def of_provenance(
        self, seq: int | None, request: Request, may: MayMean, *, upstream: bool, depth: int
    ) -> AsyncIterator[Questions]:
        """To ask where a run or a version comes from, or what became of it, so many runs far."""
        sight = sight_of(request)
        datasets = await self._datasets(seq, sight, may.datasets)
        runs = await self._runs(seq, sight, may.run)
        closure = Closure(datasets, runs, upstream=upstream, depth=depth)
        async with self._known(seq, request, closure) as questions:
            yield questions

    async def _runs(self, seq: int | None, sight: Sight, run: str | None) -> list[bytes]:
        """This run, if the caller may know of it: nothing is read for others."""
        run_id = read_run_id(run) if run is not None and seq is not None else None
        if run_id is None:
            return []
        spaces = await self._knowledge.namespaces_of_run(run_id.key)
        return [run_id.key] if any(map(sight.sees, spaces)) else []

    async def _datasets(
        self, seq: int | None, sight: Sight, names: Sequence[tuple[str, str]]
    ) -> list[int]:
        """Those of these names that the caller may know of: nothing is read for others."""
        if seq is None or not names:
            return []
        found = await self._questions.names.find(False, list(names))
        return [node.id for node in found if sight.knows(node)]

    @asynccontextmanager
    async def _known(
        self, seq: int | None, request: Request, closure: Closure
    ) -> AsyncIterator[Questions]:
        """The ordinary questions for no `seq`; else those of a graph that ends with it."""
        if seq is None:
            yield self._questions
            return
        async with _while_wanted(request), self._scratch.graph() as graph:
            await self._knowledge.refold(graph, closure, seq)
            yield graph.questions


def known_header(seq: int | None) -> dict[str, str] | None:
    """The header that says which entry was the last; none for an answer of today."""
    return None if seq is None else {HEADER: str(seq)}


@asynccontextmanager
async def _while_wanted(request: Request) -> AsyncIterator[None]:
    """No longer than the bound, nor than the caller is there: others wait for their turn."""

    async def watch(bound: asyncio.Timeout) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        bound.reschedule(asyncio.get_running_loop().time())

    try:
        async with asyncio.timeout(QUESTION_SECONDS_MAX) as bound:
            watching = asyncio.create_task(watch(bound))
            try:
                yield
            finally:
                watching.cancel()
    except TimeoutError as error:
        raise Overloaded(
            f"The question took longer than {QUESTION_SECONDS_MAX:.0f} s; ask for less depth."
        ) from error
