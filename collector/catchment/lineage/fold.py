"""A run's fold: all that its own events say, merged; and what others say who only name it.

`merge` is commutative, associative and idempotent: order, repetition and batching cannot show.
Everything visible of a run follows from its fold (`resolve.py`); nothing here is a decision.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from catchment.events.model import EventType, Facet
from catchment.lineage.assertion import DatasetAssertion, ReadEvent
from catchment.lineage.bags import Layers, layers_of, merge_layers

RANK = {
    EventType.START: 1,
    EventType.RUNNING: 2,
    EventType.OTHER: 3,
    EventType.COMPLETE: 4,
    EventType.ABORT: 5,
    EventType.FAIL: 6,
}
FIRST_TERMINAL_RANK = 4

NOTE = "catchment_note"
"""A run facet: its event notes something of the run, and does not say that it is under way."""

L = TypeVar("L", int, str, tuple[int, bytes])
G = TypeVar("G", int, tuple[int, int], "Snapshot")


class Sight(NamedTuple):
    """One dataset as this run read or wrote it.

    `slow` are facets with history, `own` dataset facets of this read or write only,
    `io` its inputFacets or outputFacets. `at_us`: earliest naming for a read, latest for a write;
    `first_us`: earliest naming.
    """

    first_us: int
    at_us: int
    slow: Layers
    own: Layers
    io: Layers


Sights = dict[bytes, Sight]


class Snapshot(NamedTuple):
    """The datasets that an event named which shows all that there is: sorted natural keys.

    Compared as a tuple, so that of two the later counts, at one instant that of the greater rank.
    """

    time_us: int
    rank: int
    inputs: tuple[bytes, ...]
    outputs: tuple[bytes, ...]


@dataclass(slots=True)
class Part:
    """What the run's events under one job say. Datasets are keyed by their natural keys."""

    first_us: int
    latest: tuple[int, int]
    facets: Layers = ()
    lineage: frozenset[Facet] = frozenset()
    reads: Sights = field(default_factory=dict)
    writes: Sights = field(default_factory=dict)
    snapshot: Snapshot | None = None


@dataclass(slots=True)
class RunFold:
    """Everything known of one run. Absent is None; `terminals` is a bit set of terminal ranks."""

    named: tuple[int, bytes] | None = None
    first_us: int | None = None
    last_us: int | None = None
    start_us: int | None = None
    terminal: tuple[int, int] | None = None
    terminals: int = 0
    live: bool = False
    external_id: str | None = None
    facets: Layers = ()
    parts: dict[bytes, Part] = field(default_factory=dict)


def fold_of_naming(time_us: int, job_key: bytes) -> RunFold:
    """The fold of a run that an event at `time_us` names as its parent or root."""
    return RunFold(named=(time_us, job_key))


def fold_of(event: ReadEvent) -> RunFold:
    """The fold of one run event."""
    assert event.run is not None
    assert event.job is not None
    assert event.type is not None
    time_us, rank = event.time_us, RANK[event.type]
    terminal = rank >= FIRST_TERMINAL_RANK
    job = event.job
    part = Part(
        first_us=time_us,
        latest=(time_us, rank),
        facets=layers_of(time_us, rank, job.bag),
        lineage=job.lineage_facets,
        reads=_sights(event.inputs, time_us, rank, min),
        writes=_sights(event.outputs, time_us, rank, max),
        snapshot=_snapshot(event, rank) if job.is_snapshot else None,
    )
    return RunFold(
        first_us=time_us,
        last_us=time_us,
        start_us=time_us if event.type is EventType.START else None,
        terminal=(time_us, rank) if terminal else None,
        terminals=1 << rank if terminal else 0,
        live=not terminal and NOTE not in event.run.bag.names,
        external_id=event.external_run_id,
        facets=layers_of(time_us, rank, event.run.bag),
        parts={job.name.key: part},
    )


def _sights(
    datasets: tuple[DatasetAssertion, ...],
    time_us: int,
    rank: int,
    pick: Callable[[int, int], int],
) -> Sights:
    sights: Sights = {}
    for dataset in datasets:
        sight = Sight(
            time_us,
            time_us,
            layers_of(time_us, rank, dataset.slow),
            layers_of(time_us, rank, dataset.own),
            layers_of(time_us, rank, dataset.io),
        )
        key = dataset.name.key
        known = sights.get(key)
        sights[key] = sight if known is None else merge_sight(known, sight, pick)
    return sights


def _snapshot(event: ReadEvent, rank: int) -> Snapshot | None:
    """All that the event names, by its facets, too; None if that is nothing."""
    assert event.job is not None
    inputs = {dataset.name.key for dataset in event.inputs}
    inputs.update(name.key for dataset in event.outputs for name in dataset.mentions)
    outputs = {dataset.name.key for dataset in event.outputs}
    for name, direction in event.job.mentions:
        (inputs if direction == "i" else outputs).add(name.key)
    if not (inputs or outputs):
        return None
    return Snapshot(event.time_us, rank, tuple(sorted(inputs)), tuple(sorted(outputs)))


def merge(a: RunFold, b: RunFold) -> RunFold:
    """Both folds as one; neither is changed."""
    return RunFold(
        named=_least(a.named, b.named),
        first_us=_least(a.first_us, b.first_us),
        last_us=_greatest(a.last_us, b.last_us),
        start_us=_least(a.start_us, b.start_us),
        terminal=_greatest(a.terminal, b.terminal),
        terminals=a.terminals | b.terminals,
        live=a.live or b.live,
        external_id=_least(a.external_id, b.external_id),
        facets=merge_layers(a.facets, b.facets),
        parts=_merge_parts(a.parts, b.parts),
    )


def _merge_parts(a: dict[bytes, Part], b: dict[bytes, Part]) -> dict[bytes, Part]:
    parts = dict(a)
    for job, part in b.items():
        known = parts.get(job)
        parts[job] = part if known is None else _merge_part(known, part)
    return parts


def _merge_part(a: Part, b: Part) -> Part:
    return Part(
        first_us=min(a.first_us, b.first_us),
        latest=max(a.latest, b.latest),
        facets=merge_layers(a.facets, b.facets),
        lineage=a.lineage | b.lineage if a.lineage != b.lineage else a.lineage,
        reads=_merge_sights(a.reads, b.reads, min),
        writes=_merge_sights(a.writes, b.writes, max),
        snapshot=_greatest(a.snapshot, b.snapshot),
    )


def _merge_sights(a: Sights, b: Sights, pick: Callable[[int, int], int]) -> Sights:
    if not b:
        return a
    if not a:
        return b
    sights = dict(a)
    for key, sight in b.items():
        known = sights.get(key)
        sights[key] = sight if known is None else merge_sight(known, sight, pick)
    return sights


def merge_sight(a: Sight, b: Sight, pick: Callable[[int, int], int]) -> Sight:
    """Two sights of one dataset in one direction; `pick` is min for reads and max for writes."""
    return Sight(
        min(a.first_us, b.first_us),
        pick(a.at_us, b.at_us),
        merge_layers(a.slow, b.slow),
        merge_layers(a.own, b.own),
        merge_layers(a.io, b.io),
    )


def _least(a: L | None, b: L | None) -> L | None:
    if a is None or b is None:
        return b if a is None else a
    return min(a, b)


def _greatest(a: G | None, b: G | None) -> G | None:
    if a is None or b is None:
        return b if a is None else a
    return max(a, b)
