"""The few protocols by which rooms that never see each other meet: entries in, outcomes out.

Knows nothing of who implements them (the writer in `postgres`) or calls them (the pipeline).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from catchment.errors import Problem
from catchment.lineage.assertion import ReadEvent


class Source(IntEnum):
    """The door an entry came through. Numbers are stored: never renumber."""

    HTTP = 0
    KAFKA = 1
    FILE = 2
    CONTROL = 3


class Kind(IntEnum):
    """What an entry of the log is. Numbers are stored: never renumber."""

    EVENT = 0
    DEAD_LETTER = 1
    KEY = 2
    DELETE = 3
    TAG = 4
    NAMESPACE = 5
    SOURCE = 6


@dataclass(slots=True)
class EventEntry:
    """An accepted event on its way into the log and the graph."""

    event: ReadEvent
    source: Source

    @property
    def size_bytes(self) -> int:
        """What it weighs against the queue's bound."""
        return len(self.event.body)


@dataclass(slots=True)
class DeadEntry:
    """Bytes that cannot be used, kept with the reason. `detail`: where they came from, as JSON.

    `bounded`: may be dropped (and only counted) once the bound on dead letters is reached; so are
    those of single posts, whose sender hears of it anyway.
    """

    body: bytes
    reason: str
    source: Source
    problems: tuple[Problem, ...] = ()
    detail: dict[str, str | int | None] = field(default_factory=dict)
    bounded: bool = False

    @property
    def size_bytes(self) -> int:
        """What it weighs against the queue's bound."""
        return len(self.body)


@dataclass(slots=True)
class ControlEntry:
    """A change that a person made: a key, a delete, a tag, a word about a namespace or a source.

    `body` is JSON text without NUL and lone surrogates: names in it are `events.names.to_text`.
    """

    kind: Kind
    body: bytes

    @property
    def size_bytes(self) -> int:
        """What it weighs against the queue's bound."""
        return len(self.body)


Entry = EventEntry | DeadEntry | ControlEntry


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entry: its `seq`, or that of the first with the same bytes (`repeat`).

    `seq` is None only for a bounded dead letter that was dropped.
    """

    seq: int | None
    repeat: bool = False


class Writer(Protocol):
    """Makes a batch durable, all of it or nothing, and answers one outcome an entry, in order."""

    async def write(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Write one batch in one transaction.

        Raises:
            Transient: nothing was stored; the same batch may succeed later.
            Permanent: nothing was stored; some entry in it cannot be (split to find it).
        """
        ...
