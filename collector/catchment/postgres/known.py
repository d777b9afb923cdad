"""Which entries of the log a question about the past must have: those that it could depend on.

A superset, found in today's graph, which has forgotten nothing of who named whom: all that the
jobs said that ever named a dataset which could be met. Runs are whole, under whatever jobs their
events came.
"""

from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from catchment.errors import BadQuestion, Problem
from catchment.events.decode import Reader
from catchment.events.limits import Limits
from catchment.events.names import from_text
from catchment.lineage.assertion import (
    BUILDERS,
    DatasetAssertion,
    JobAssertion,
    ReadEvent,
    RunAssertion,
)
from catchment.postgres.asking import Asking
from catchment.postgres.read.events import Events
from catchment.postgres.scratch import Deletion, ScratchGraph
from catchment.postgres.write.log import event_key

_ANCESTORS_MAX = 100
_WRITTEN_EVENTS_MAX = 500
_NO_HASH = bytes(10)
# What was accepted is read once more, whatever the settings are today, and not kept for long.
_LIMITS = Limits(
    depth_max=512, facet_cache_bytes_max=4 * 1024**2, element_cache_bytes_max=16 * 1024**2
)
_Reader = Reader[RunAssertion, JobAssertion, DatasetAssertion]


@dataclass(frozen=True, slots=True)
class Closure:
    """What a question is about, and how far it may come from there.

    From `datasets` (ids) and `runs` (of their inputs, if `upstream`, else of their outputs) so many
    jobs far. Without `depth` only the runs and datasets themselves, and what runs are part of.
    """

    datasets: Collection[int] = ()
    runs: Collection[bytes] = ()
    upstream: bool = True
    depth: int | None = None


@dataclass(slots=True)
class _Asked:
    """What the log is asked for: all about `subjects`, and of `runs` what is under `beside`."""

    subjects: set[int] = field(default_factory=set)
    beside: set[int] = field(default_factory=set)
    runs: set[int] = field(default_factory=set)


class _Refold:
    """One question's entries on their way from the log into a graph of their own."""

    def __init__(self, knowledge: "Knowledge", graph: ScratchGraph, seq: int) -> None:
        self._knowledge = knowledge
        self._graph = graph
        self._seq = seq
        self._reader: _Reader = Reader(BUILDERS, _LIMITS)
        self._done: set[int] = set()
        self._named: set[bytes] = set()
        self._owned: set[bytes] = set()

    async def of(self, closure: Closure) -> None:
        """Write all that could matter."""
        knowledge = self._knowledge
        datasets = await knowledge.datasets(closure)
        asked = await knowledge.about(datasets)
        _add(asked, await knowledge.runs(closure.runs))
        await self._write(asked)
        for run in set(closure.runs) - self._owned:
            # It had no event of its own, so that it was what the first who named it said.
            namers = await knowledge.who_name(run)
            _add(asked, await knowledge.runs(namers))
            await self._write(asked)
        if closure.depth is None:
            await self._ancestors()
        await self._graph.delete(await knowledge.deletions(datasets, self._seq))

    async def _ancestors(self) -> None:
        """What the runs are part of, up to the topmost."""
        met: set[bytes] = set()
        for _ in range(_ANCESTORS_MAX):
            new = self._named - self._owned - met
            if not new:
                break
            met |= new
            asked = _Asked()
            _add(asked, await self._knowledge.runs(new))
            await self._write(asked)

    async def _write(self, asked: _Asked) -> None:
        places = await self._knowledge.places(asked, self._seq)
        new = [place for place in places if place[0] not in self._done]
        self._knowledge.require_few(len(self._done) + len(new))
        for start in range(0, len(new), _WRITTEN_EVENTS_MAX):
            some = new[start : start + _WRITTEN_EVENTS_MAX]
            events = [event async for event in self._knowledge.events(some, self._reader)]
            for event in events:
                if event.run_id is not None and event.run is not None:
                    self._owned.add(event.run_id)
                    self._named.update(named.run_id for named in event.run.names)
            await self._graph.write(events)
            self._done.update(seq for seq, _, _ in some)


class Knowledge(Asking):
    """Asks the log for what was known, over the read pool. No more than `events_max` entries."""

    def __init__(self, pool: asyncpg.Pool, events_max: int) -> None:
        super().__init__(pool)
        self._events = Events(pool)
        self._events_max = events_max

    async def seq_at(self, logged_us: int) -> int:
        """The last entry that was logged by then; -1 if there is none."""
        seq: int = await self.ask_one("seq_at", logged_us)
        return seq

    async def refold(self, graph: ScratchGraph, closure: Closure, seq: int) -> None:
        """Write into a graph all entries up to `seq` that this closure could depend on.

        Raises:
            BadQuestion: they are more than `known_at_events_max`.
        """
        await _Refold(self, graph, seq).of(closure)

    def require_few(self, count: int, what: str = "entries of the log") -> None:
        """Make sure that so many of these are within the bound.

        Raises:
            BadQuestion: it is not.
        """
        if count > self._events_max:
            reason = (
                f"more than {self._events_max} {what} (known_at_events_max) "
                "would have to be read again: ask for less depth, or for what is nearer"
            )
            problem = Problem("/knownAt", reason)
            raise BadQuestion(reason[0].upper() + reason[1:] + ".", [problem])

    async def datasets(self, closure: Closure) -> set[int]:
        """All that could be met, by all names that they could have had."""
        met = set(closure.datasets)
        near, far = ("o", "i") if closure.upstream else ("i", "o")
        if closure.runs and closure.depth is not None:
            jobs = {row["job"] for row in await self.ask("jobs_of_runs", list(closure.runs))}
            rows = await self.ask("datasets_of_jobs", list(jobs), far)
            met |= {row["dataset"] for row in rows}
        level = met = await self._names(met)
        for _ in range(closure.depth or 0):
            rows = await self.ask("datasets_beyond_datasets", list(level), near, far)
            level = await self._names({row["dataset"] for row in rows} - met) - met
            if not level:
                break
            met = met | level
            self.require_few(len(met), "datasets")
        return met

    async def _names(self, datasets: Collection[int]) -> set[int]:
        rows = await self.ask("names_ever_claimed", list(datasets), self._events_max + 1)
        self.require_few(len(rows), "names of one dataset")
        return {row["dataset"] for row in rows}

    async def namespaces_of_run(self, run: bytes) -> set[str]:
        """The namespaces of all jobs that it was ever seen under."""
        return {from_text(row["name"]) for row in await self.ask("namespaces_of_run", run)}

    async def about(self, datasets: Collection[int]) -> _Asked:
        """What says anything about these."""
        jobs = {row["job"] for row in await self.ask("jobs_that_ever_named", list(datasets))}
        others = await self.ask("datasets_that_ever_mentioned", list(datasets))
        asked = _Asked({*datasets, *jobs, *(row["output"] for row in others)})
        _add(asked, await self.ask("runs_under_several_jobs", list(jobs)))
        return asked

    async def runs(self, runs: Iterable[bytes]) -> list[Any]:
        """The rows of (run, first_at, job) of these runs."""
        wanted = list(runs)
        return list(await self.ask("jobs_of_runs", wanted)) if wanted else []

    async def who_name(self, run: bytes) -> list[bytes]:
        """Runs that could be those which name a run that has no event of its own."""
        rows = await self.runs([run])
        if not rows:
            return []
        first_us = rows[0]["first_at"]
        keys = [event_key(us, _NO_HASH) for us in (first_us, first_us + 1_000)]
        found = await self.ask("runs_that_name_a_run", run, *keys)
        return [row["uuid"] for row in found]

    async def places(self, asked: _Asked, seq: int) -> list[tuple[int, int, int]]:
        """(seq, batch, n) of what is asked for, one more than the bound at most."""
        given = (asked.subjects, asked.beside, asked.runs)
        rows = await self.ask("places_known", *map(list, given), seq, self._events_max + 1)
        return [(row["seq"], row["batch"], row["n"]) for row in rows]

    async def events(
        self, places: list[tuple[int, int, int]], reader: _Reader
    ) -> AsyncIterator[ReadEvent]:
        """The events there, as the door read them."""
        async for body in self._events.bodies([place[1:] for place in places]):
            yield reader.read(body)

    async def deletions(self, datasets: Collection[int], seq: int) -> list[Deletion]:
        """What a person had deleted of these by then."""
        rows = await self.ask("deletions_known", list(datasets), seq)
        return [Deletion(row["key"], row["seq"], row["at"]) for row in rows]


def _add(asked: _Asked, rows: Iterable[Any]) -> None:
    for row in rows:
        asked.beside.add(row["job"])
        asked.runs.add(row["run"])
