"""What one event says, as plain immutable values; facets are bytes until somebody asks.

Knows the shapes of OpenLineage 2-0-2 and nothing of the graph, of SQL or of a transport.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from catchment.errors import Problem

J = TypeVar("J")
D = TypeVar("D")


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
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class DatasetElement:
    """One member of `inputs[]` or `outputs[]`, or the `dataset` of a DatasetEvent.

    `facets` describe the dataset; `io_facets` (inputFacets or outputFacets) this read or write.
    Problems carry pointers relative to the element; the decoder prefixes them.
    """

    namespace: str
    name: str
    facets: tuple[Facet, ...] = ()
    io_facets: tuple[Facet, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Event(Generic[J, D]):
    """One accepted event. Exactly one of run event, job event and dataset event, by shape.

    - run event: `run_id` set (16 bytes; a non-UUID id is mapped, `external_run_id` keeps the
      original text), `job` set.
    - job event: `job` set, `run_id` None. dataset event: `dataset` set, `job` None.

    `time_us` is eventTime in microseconds since the epoch, cut not rounded. `inputs`, `outputs`,
    `job` and `dataset` hold what the caller's builders made of each element (see `decode.Reader`).
    `body` is the event's own slice of bytes, `sha256` the digest over it.
    """

    body: bytes
    sha256: bytes
    time_us: int
    type: EventType | None
    run_id: bytes | None
    external_run_id: str | None
    run_facets: tuple[Facet, ...]
    job: J | None
    inputs: tuple[D, ...]
    outputs: tuple[D, ...]
    dataset: D | None
    producer: str | None
    problems: tuple[Problem, ...] = field(default=())
