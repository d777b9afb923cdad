"""What waits to be written: submissions in turn, a chunk of each, so that a big one starves none.

Pure book-keeping: no I/O, no clock; only futures tell a submitter that its verdicts are complete.
"""

from asyncio import Future
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from catchment.errors import CatchmentError, Overloaded
from catchment.lineage.ports import Entry, Outcome

Verdict = Outcome | CatchmentError
CHUNK_EVENTS_MAX = 50


class Submission:
    """The entries of one call, and the verdicts they have so far."""

    __slots__ = ("done", "entries", "missing", "next", "sizes_bytes", "verdicts")

    def __init__(
        self, entries: Sequence[Entry], sizes_bytes: Sequence[int], done: Future[list[Verdict]]
    ) -> None:
        self.entries = entries
        self.sizes_bytes = sizes_bytes
        self.done = done
        self.next = 0
        self.missing = len(entries)
        self.verdicts: list[Verdict] = []

    def take(self, events_max: int, bytes_max: int) -> int:
        """How many entries fit, from `next` on; `next` moves behind them."""
        start = self.next
        stop = min(len(self.entries), start + events_max)
        size_bytes = 0
        while self.next < stop:
            size_bytes += self.sizes_bytes[self.next]
            if size_bytes > bytes_max:
                break
            self.next += 1
        return self.next - start

    def settle(self, start: int, verdicts: Sequence[Verdict]) -> None:
        """Fill in the verdicts from `start` on; the last ones wake the submitter, if it waits."""
        if start == 0 and len(verdicts) == len(self.entries):
            self.verdicts = list(verdicts)
        else:
            # Chunks of one submission are written one after the other, so they come in order.
            self.verdicts.extend(verdicts)
        self.missing -= len(verdicts)
        if self.missing == 0 and not self.done.done():
            self.done.set_result(self.verdicts)


class Chunk(NamedTuple):
    """The part `start:stop` of one submission."""

    submission: Submission
    start: int
    stop: int


class Queue:
    """Submissions in turn. Bounds hold from the submission until the verdict."""

    def __init__(self, *, queue_events_max: int, queue_bytes_max: int) -> None:
        self._events_max = queue_events_max
        self._bytes_max = queue_bytes_max
        self._waiting: deque[Submission] = deque()
        self.events = 0
        self.bytes = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, submission: Submission) -> None:
        """Let it wait.

        Raises:
            Overloaded: the queue is full. An empty one takes any submission.
        """
        events = len(submission.entries)
        size_bytes = sum(submission.sizes_bytes)
        if self.events:
            if self.bytes + size_bytes > self._bytes_max:
                raise Overloaded(f"{self.bytes} bytes wait to be written (queue_bytes_max).")
            if self.events + events > self._events_max:
                raise Overloaded(f"{self.events} events wait to be written (queue_events_max).")
        self.events += events
        self.bytes += size_bytes
        self._waiting.append(submission)

    def take(self, *, events_max: int, bytes_max: int) -> list[Chunk]:
        """The next batch: a chunk of each submission in turn, until a bound is reached.

        At least one entry, however large.
        """
        chunks: list[Chunk] = []
        waiting = self._waiting
        while waiting and events_max > 0 and bytes_max > 0:
            submission = waiting[0]
            start = submission.next
            taken = submission.take(min(events_max, CHUNK_EVENTS_MAX), bytes_max)
            if not taken:
                if chunks:
                    break
                submission.next += 1
                taken = 1
            chunks.append(Chunk(submission, start, start + taken))
            events_max -= taken
            bytes_max -= sum(submission.sizes_bytes[start : start + taken])
            waiting.popleft()
            if submission.next < len(submission.entries):
                waiting.append(submission)
        return chunks

    def settle(self, chunks: Sequence[Chunk], verdicts: Sequence[Verdict]) -> None:
        """The verdicts of a batch, in the order of its chunks."""
        at = 0
        for submission, start, stop in chunks:
            count = stop - start
            self.events -= count
            self.bytes -= sum(submission.sizes_bytes[start:stop])
            submission.settle(start, verdicts[at : at + count])
            at += count

    def refuse_all(self, error: CatchmentError) -> None:
        """Nothing more will be written: everybody who waits hears why."""
        while self._waiting:
            submission = self._waiting.popleft()
            count = len(submission.entries) - submission.next
            chunk = Chunk(submission, submission.next, len(submission.entries))
            submission.next += count
            self.settle([chunk], [error] * count)
