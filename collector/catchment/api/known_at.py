"""`knownAt`: what could be known when an entry was the last of the log, whatever was logged since.

The entries that an answer could depend on are written once more, into a graph of their own, and the
ordinary questions are asked there: what is exact now was exact then.
"""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, NamedTuple

from fastapi import Query

from catchment.api.sight import Sight
from catchment.api.times import read_instant
from catchment.errors import BadQuestion, Problem
from catchment.events.runids import read_run_id
from catchment.postgres.known import Closure, Knowledge
from catchment.postgres.read import Questions
from catchment.postgres.scratch import Scratch

HEADER = "X-Catchment-Known-At"
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
        self, seq: int | None, sight: Sight, namespace: str, name: str
    ) -> AsyncIterator[Questions]:
        """To ask about a dataset and its versions."""
        closure = Closure(await self._datasets(seq, sight, [(namespace, name)]))
        async with self._known(seq, closure) as questions:
            yield questions

    @asynccontextmanager
    async def of_run(self, seq: int | None, run: str) -> AsyncIterator[Questions]:
        """To ask about a run."""
        async with self._known(seq, Closure(runs=_run(run))) as questions:
            yield questions

    @asynccontextmanager
    async def of_provenance(
        self, seq: int | None, sight: Sight, may: MayMean, *, upstream: bool, depth: int
    ) -> AsyncIterator[Questions]:
        """To ask where a run or a version comes from, or what became of it, so many runs far."""
        datasets = await self._datasets(seq, sight, may.datasets)
        closure = Closure(datasets, _run(may.run), upstream=upstream, depth=depth)
        async with self._known(seq, closure) as questions:
            yield questions

    async def _datasets(
        self, seq: int | None, sight: Sight, names: Sequence[tuple[str, str]]
    ) -> list[int]:
        """Those of these names that the caller may know of: nothing is read for others."""
        if seq is None or not names:
            return []
        found = await self._questions.names.find(False, list(names))
        return [node.id for node in found if sight.knows(node)]

    @asynccontextmanager
    async def _known(self, seq: int | None, closure: Closure) -> AsyncIterator[Questions]:
        """The ordinary questions for no `seq`; else those of a graph that ends with it."""
        if seq is None:
            yield self._questions
            return
        async with self._scratch.graph() as graph:
            await self._knowledge.refold(graph, closure, seq)
            yield graph.questions


def known_header(seq: int | None) -> dict[str, str] | None:
    """The header that says which entry was the last; none for an answer of today."""
    return None if seq is None else {HEADER: str(seq)}


def _run(run: str | None) -> list[bytes]:
    run_id = read_run_id(run) if run is not None else None
    return [run_id.key] if run_id else []
