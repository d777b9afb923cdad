"""What one event says, as plain immutable values; facets are bytes until somebody asks.

Knows the shapes of OpenLineage 2-0-2 and nothing of the graph, of SQL or of a transport.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, Literal, TypeVar

from catchment.errors import Problem

R = TypeVar("R")
J = TypeVar("J")
D = TypeVar("D")
Entity = Literal["run", "job", "dataset", "input", "output"]
"""What a facet is of: its name means something only together with this."""


class EventType(Enum):
    """The `eventType` of a RunEvent. An absent or unknown one is OTHER, with a problem noted."""

    START = "START"
    RUNNING = "RUNNING"
    OTHER = "OTHER"
    COMPLETE = "COMPLETE"
    ABORT = "ABORT"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet: `body` is its canonical JSON, `hash` the first 16 bytes of SHA-256 over that.

    `deleted` is true for a tombstone (`_deleted: true`).
    """

    name: str
    hash: bytes
    body: bytes = field(compare=False, repr=False)
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class JobElement:
    """The `job` member of an event: names verbatim (after the secrets cut), facets by name."""

    namespace: str
    name: str
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True)
class DatasetElement:
    """What lasts of one member of `inputs[]` or `outputs[]`, or of a DatasetEvent's `dataset`.

    `facets` describe the dataset; its inputFacets or outputFacets, of one read or write only, are
    apart.
    """

    namespace: str
    name: str
    facets: tuple[Facet, ...] = ()


@dataclass(slots=True)
class Event(Generic[R, J, D]):
    """One accepted event. Exactly one of run event, job event and dataset event, by shape.

    - run event: `run_id` set (16 bytes; a non-UUID id is mapped, `external_run_id` keeps the
      original text), `run` and `job` set.
    - job event: `job` set, `run_id` None. dataset event: `dataset` set, `job` None.

    `time_us` is eventTime in microseconds since the epoch, cut not rounded. `run`, `job`, `inputs`,
    `outputs` and `dataset` hold what the caller's builders made of each element (see `Builders`).
    `body` is the event's own slice of bytes, `sha256` the digest over it.
    """

    body: bytes
    sha256: bytes
    time_us: int
    type: EventType | None
    run_id: bytes | None
    external_run_id: str | None
    run: R | None
    job: J | None
    inputs: tuple[D, ...]
    outputs: tuple[D, ...]
    dataset: D | None
    producer: str | None
    problems: tuple[Problem, ...] = field(default=())
