"""From bytes to an entry of the log: an event, a dead letter, or a refusal. The same by every door.

What takes long is read in a thread with a reader of its own, so that neighbours are served.
Knows no transport.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple, ParamSpec, TypeVar

from catchment.access.grants import EVERYTHING, Grant
from catchment.errors import (
    Invalid,
    NoIdentity,
    NotJson,
    Permanent,
    Problem,
    Refused,
    TooLarge,
)
from catchment.events.decode import Reader
from catchment.events.limits import Limits
from catchment.events.strict import problems_of
from catchment.lineage.assertion import (
    BUILDERS,
    DatasetAssertion,
    JobAssertion,
    ReadEvent,
    RunAssertion,
)
from catchment.lineage.ports import DeadEntry, Entry, EventEntry, Source
from catchment.telemetry import metrics
from catchment.telemetry.logs import logger

T = TypeVar("T")
P = ParamSpec("P")
EventReader = Reader[RunAssertion, JobAssertion, DatasetAssertion]

# Reading this much takes about as long as a neighbour may wait.
INLINE_BYTES_MAX = 256 * 1024
_REASONS: tuple[tuple[type[Permanent], metrics.DeadLetterReason], ...] = (
    (NotJson, metrics.DeadLetterReason.NOT_JSON),
    (NoIdentity, metrics.DeadLetterReason.NO_IDENTITY),
    (Invalid, metrics.DeadLetterReason.STRICT),
    (TooLarge, metrics.DeadLetterReason.TOO_LARGE),
    (Permanent, metrics.DeadLetterReason.UNSTORABLE),
)
_log = logger("receivers")


class Taken(NamedTuple):
    """What became of some bytes: what to store of them, and why they are no event."""

    entry: Entry | None
    error: Permanent | None


class Intake:
    """Reads bodies, as strictly as is asked for. One for a process; `close` it at the end."""

    def __init__(self, limits: Limits, source: Source, *, strict: bool = False) -> None:
        self._source = source
        self._strict = strict
        self.limits = limits
        self._reader = Reader(BUILDERS, limits)
        # Large events are rare, and their elements are too large for the cache anyway.
        small = replace(
            limits,
            facet_cache_bytes_max=limits.facet_cache_bytes_max // 16,
            element_cache_bytes_max=limits.element_cache_bytes_max // 16,
        )
        self._threaded_reader = Reader(BUILDERS, small)
        # One thread: a reader serves one.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake")

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def apart(self, size_bytes: int, work: Callable[[], T]) -> T:
        """Do some work on that many bytes: here if they are few, else in the thread."""
        if size_bytes <= INLINE_BYTES_MAX:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def read(self, body: bytes, grant: Grant = EVERYTHING) -> ReadEvent:
        """The event.

        Raises:
            Permanent: it is none (`NotJson`, `NoIdentity`), or not one of this caller's
                (`Refused`), or beyond a bound (`TooLarge`), or `Invalid` in strict mode.
        """
        if len(body) <= INLINE_BYTES_MAX:
            event = _read(self._reader, body)
        else:
            loop = asyncio.get_running_loop()
            event = await loop.run_in_executor(self._thread, _read, self._threaded_reader, body)
        if grant.namespaces:
            _require_namespace(event, grant)
        if self._strict and (problems := await self.check(body)):
            raise _invalid(problems)
        return event

    async def check(self, body: bytes) -> tuple[Problem, ...]:
        """What a strict reader says of it, in whatever mode this one is."""
        return await self.apart(len(body), lambda: _safely(problems_of, body, self.limits))

    async def take(
        self,
        body: bytes,
        grant: Grant = EVERYTHING,
        detail: dict[str, str | int | None] | None = None,
    ) -> Taken:
        """An event's entry; a dead letter and why; or, if the caller may not, only why."""
        try:
            return Taken(EventEntry(await self.read(body, grant), self._source), None)
        except Refused as error:
            return Taken(None, error)
        except Permanent as error:
            return Taken(self.dead(body, error, detail), error)

    def dead(
        self,
        body: bytes,
        error: Permanent,
        detail: dict[str, str | int | None] | None = None,
        *,
        bounded: bool = False,
    ) -> DeadEntry:
        """The dead letter of bytes that are no event."""
        return DeadEntry(body, str(error), self._source, error.problems, detail or {}, bounded)


def _read(reader: EventReader, body: bytes) -> ReadEvent:
    return _safely(reader.read, body)


def _safely(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return read(*args, **kwargs)
    except Permanent:
        raise
    except Exception as error:  # a hostile body may find a fault of ours; it is still an answer
        _log.error("an event could not be read", error=type(error).__name__)
        reason = "it met a fault of this program while it was read; please report it"
        raise Permanent(f"The event could not be read: {reason}.", [Problem("", reason)]) from error


def _require_namespace(event: ReadEvent, grant: Grant) -> None:
    subject = event.job or event.dataset
    if subject is not None and not grant.sees(subject.name.namespace):
        pointer = "/job/namespace" if event.job else "/dataset/namespace"
        raise Refused(
            "The key may not ingest into this namespace.",
            [Problem(pointer, "not one of the namespaces of this key")],
        )


def _invalid(problems: Sequence[Problem]) -> Invalid:
    first, *more = problems
    others = f"; and {len(more)} more" if more else ""
    where = f"{first.pointer}: " if first.pointer else ""
    says = f"The event is not valid, which strict mode asks for: {where}{first.reason}{others}."
    return Invalid(says, problems)


def count_dead(error: Permanent) -> None:
    """A dead letter was stored for this reason."""
    reason = next(reason for kind, reason in _REASONS if isinstance(error, kind))
    metrics.DEAD_LETTERS.labels(reason).inc()
