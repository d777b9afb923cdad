"""What follows from a run's fold: its state, its times, its job, its io-sets and its sightings.

Pure functions; every rule here stands as a sentence in docs/reference/meaning.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from catchment.events.facets.job_type import is_streaming
from catchment.events.facets.lifecycle import Change, read_change
from catchment.events.facets.nominal_time import read_nominal_time
from catchment.events.facets.version import read_version
from catchment.events.model import Facet
from catchment.lineage.aliases import renamed_from
from catchment.lineage.bags import Bag, flatten
from catchment.lineage.fold import Part, RunFold, Sight, Sights, Snapshot, merge_sight
from catchment.lineage.iosets import SAYS_SOURCES, IoSet, io_set
from catchment.lineage.keys import Name
from catchment.lineage.parents import NOBODY, Ancestry, ancestry
from catchment.lineage.versions import job_version_hash


class State(IntEnum):
    """The state of a run. Numbers are stored: never renumber."""

    NEW = 0
    RUNNING = 1
    COMPLETED = 2
    ABORTED = 3
    FAILED = 4


class Flag(IntEnum):
    """Bits of what is odd about a run. Numbers are stored: never renumber.

    STREAMING: by its jobType it is not meant to end, so nobody waits for that.
    """

    CONFLICT = 1
    START_INFERRED = 2
    STREAMING = 4


_CHANGE = "lifecycleStateChange"
_STATE_OF_RANK = {4: State.COMPLETED, 5: State.ABORTED, 6: State.FAILED}
BAD = frozenset({State.ABORTED, State.FAILED})


Sightings = dict[tuple[bytes, str], tuple[int, Bag]]
"""(dataset, "i" or "o") -> when, and the bag of slow facets."""


@dataclass(frozen=True, slots=True)
class Share:
    """What the run did under one job."""

    job: bytes
    io_set: IoSet
    facets: Bag
    first_us: int
    snapshot: Snapshot | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """A run as answers show it. Datasets and jobs by natural keys; times in microseconds.

    `shares[0]` is that of the job the run is shown under; empty for a run that was only named.
    `job` is None only for a fold without any event, which nothing stores. `job_version` is the hash
    of the version of the job it is shown under, once it has ended, or runs and is streaming.
    `seldom`: it may have stream writes, changes or a snapshot; most runs have none of them.
    """

    state: State
    flags: int
    job: bytes
    first_us: int
    last_us: int
    started_us: int | None
    ended_us: int | None
    nominal_us: tuple[int | None, int | None]
    ancestry: Ancestry
    facets: Bag
    shares: tuple[Share, ...]
    reads: Sights
    writes: Sights
    external_id: str | None
    sightings: Sightings
    job_version: bytes | None
    seldom: bool

    def named_versions(self) -> dict[bytes, str]:
        """Dataset written -> the version that its `version` facet names."""
        return _named(self.writes)

    def named_reads(self) -> dict[bytes, str]:
        """Dataset read -> the version that its `version` facet names."""
        return _named(self.reads)

    def stream_writes(self) -> dict[bytes, tuple[int, int]]:
        """Dataset written -> its first and last naming, where that alone confirms the write."""
        if not self.flags & Flag.STREAMING:
            return {}
        return {key: (sight.first_us, sight.at_us) for key, sight in self.writes.items()}

    def previous_names(self) -> dict[bytes, Name]:
        """Dataset written -> what it says it was called before, whatever becomes of the run."""
        found = {key: renamed_from(change, key) for key, change in self.said_changes().items()}
        return {key: name for key, name in found.items() if name is not None}

    def renames(self) -> dict[bytes, Name]:
        """Dataset written -> what it was called before the run's end, while it is COMPLETED."""
        return self.previous_names() if self.state is State.COMPLETED else {}

    def changes(self) -> dict[bytes, Change]:
        """Dataset written -> what became of it at the run's end, while the run is COMPLETED."""
        return self.said_changes() if self.state is State.COMPLETED else {}

    def said_changes(self) -> dict[bytes, Change]:
        """Dataset written -> what is said to become of it at the run's end."""
        changes = {}
        for key, sight in self.writes.items():
            facet = _facet(flatten(sight.own), _CHANGE)
            change = read_change(facet) if facet and not facet.deleted else None
            if change:
                changes[key] = change
        return changes


def resolve(fold: RunFold) -> Resolved:
    """Everything that follows from a fold."""
    named_us, named_job = fold.named or (0, b"")
    ordered = sorted(fold.parts.items(), key=lambda item: (item[1].latest, item[0]), reverse=True)
    stated = [(job, facet) for job, part in ordered for facet in part.lineage]
    shares = tuple([_share(job, part, stated) for job, part in ordered])
    first_us = named_us if fold.first_us is None else fold.first_us
    bag = flatten(fold.facets)
    reads = _union([part.reads for _, part in ordered], min)
    writes = _union([part.writes for _, part in ordered], max)
    flags = _flags(fold, shares)
    return Resolved(
        state=_state(fold),
        flags=flags,
        job=shares[0].job if shares else named_job,
        first_us=first_us,
        last_us=named_us if fold.last_us is None else fold.last_us,
        started_us=_started_us(fold),
        ended_us=fold.terminal[0] if fold.terminal else None,
        nominal_us=_nominal(bag),
        ancestry=ancestry_of(bag),
        facets=bag,
        shares=shares,
        reads=reads,
        writes=writes,
        external_id=fold.external_id,
        sightings=_sightings(reads, writes),
        job_version=_job_version(fold, shares, flags),
        seldom=bool(flags & Flag.STREAMING) or _seldom(shares, writes),
    )


def _seldom(shares: tuple[Share, ...], writes: Sights) -> bool:
    for share in shares:
        if share.snapshot is not None:
            return True
    for sight in writes.values():
        for layer in sight.own:
            if _CHANGE in layer.bag.names:
                return True
    return False


def _job_version(fold: RunFold, shares: tuple[Share, ...], flags: int) -> bytes | None:
    settled = fold.terminal is not None or (fold.live and flags & Flag.STREAMING)
    if not settled or not shares:
        return None
    return job_version_hash(shares[0].io_set, shares[0].facets.facets)


def _sightings(reads: Sights, writes: Sights) -> Sightings:
    seen = {(key, "i"): (sight.at_us, flatten(sight.slow)) for key, sight in reads.items()}
    for key, sight in writes.items():
        seen[key, "o"] = (sight.at_us, flatten(sight.slow))
    return seen


def _state(fold: RunFold) -> State:
    if fold.terminal:
        return _STATE_OF_RANK[fold.terminal[1]]
    return State.RUNNING if fold.live else State.NEW


def _started_us(fold: RunFold) -> int | None:
    # What was only noted, like a run that is planned, has not begun.
    begun = fold.live or fold.terminal is not None
    return fold.first_us if fold.start_us is None and begun else fold.start_us


def _flags(fold: RunFold, shares: tuple[Share, ...]) -> int:
    conflict = fold.terminals.bit_count() > 1 or len(fold.parts) > 1
    inferred = fold.start_us is None and _started_us(fold) is not None
    kind = _facet(shares[0].facets, "jobType") if shares else None
    streaming = kind is not None and not kind.deleted and is_streaming(kind)
    return (
        (Flag.CONFLICT if conflict else 0)
        | (Flag.START_INFERRED if inferred else 0)
        | (Flag.STREAMING if streaming else 0)
    )


def _share(job: bytes, part: Part, stated: list[tuple[bytes, Facet]]) -> Share:
    made_of = frozenset(
        (key, facet)
        for key, sight in part.writes.items()
        for layer in sight.slow + sight.own
        if not SAYS_SOURCES.isdisjoint(layer.bag.names)
        for facet in layer.bag.facets
        if facet.name in SAYS_SOURCES and not facet.deleted
    )
    elsewhere = frozenset([one for one in stated if one[0] != job])
    reads, writes = frozenset(part.reads), frozenset(part.writes)
    shape = io_set(job, reads, writes, made_of, part.lineage, elsewhere)
    return Share(job, shape, flatten(part.facets), part.first_us, part.snapshot)


def _union(parts: list[Sights], pick: Callable[[int, int], int]) -> Sights:
    if len(parts) == 1:
        return parts[0]
    union: Sights = {}
    for sights in parts:
        for key, sight in sights.items():
            known: Sight | None = union.get(key)
            union[key] = sight if known is None else merge_sight(known, sight, pick)
    return union


def _named(sights: Sights) -> dict[bytes, str]:
    versions = {}
    for key, sight in sights.items():
        facet = _facet(flatten(sight.own), "version") if sight.own else None
        version = read_version(facet) if facet and not facet.deleted else None
        if version:
            versions[key] = version
    return versions


def _facet(bag: Bag, name: str) -> Facet | None:
    if name not in bag.names:
        return None
    return next(facet for facet in bag.facets if facet.name == name)


def ancestry_of(bag: Bag) -> Ancestry:
    """The parent and root that a run's winning `parent` facet names."""
    facet = _facet(bag, "parent")
    return ancestry(facet) if facet else NOBODY


def _nominal(bag: Bag) -> tuple[int | None, int | None]:
    facet = _facet(bag, "nominalTime")
    if facet is None:
        return (None, None)
    view = read_nominal_time(facet)
    return (view.start_us, view.end_us) if view else (None, None)
