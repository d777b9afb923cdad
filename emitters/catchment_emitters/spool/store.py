"""The writing side: this process's segments, memory where there is no disk, and the counts.

The one lock is re-entrant, because a signal handler of the pipeline may append while the
pipeline itself is in the middle of appending. It is never held while anything is shipped.
"""

from collections.abc import Mapping
from pathlib import Path
from threading import RLock
from time import monotonic
from typing import Any

from catchment_emitters.spool.delivery import Attempt
from catchment_emitters.spool.downstream import written_form
from catchment_emitters.spool.limits import SpoolLimits, SpoolStats
from catchment_emitters.spool.memory import MemoryQueue
from catchment_emitters.spool.orphans import sweep
from catchment_emitters.spool.place import make_directory
from catchment_emitters.spool.segment import SegmentReader, SegmentWriter, remove, unlock
from catchment_emitters.spool.warnings_once import warn_once

_RESTORE_EVENTS = 50  # what is written back to disk under one hold of the lock


class Own:
    """A segment that this process wrote, as the shipping thread sees it."""

    def __init__(self, writer: SegmentWriter) -> None:
        self.writer = writer
        self.sealed = False
        self.dropped = False
        self.finished = False
        self.settled_events = 0
        self.reader: SegmentReader | None = None

    def batch(self, events_max: int, bytes_max: int, event_bytes_max: int) -> list[bytes]:
        """See `delivery.Source`."""
        if self.reader is None:
            self.reader = SegmentReader(self.writer.path)
        return self.reader.batch(events_max, bytes_max, event_bytes_max)

    def settle(self, retry: list[bytes]) -> None:
        """See `delivery.Source`."""
        if self.reader is not None:
            self.reader.settle(retry)

    def missing(self) -> int:
        """Events that were counted and not settled."""
        return max(0, self.writer.events - self.settled_events)

    def waits(self) -> bool:
        """Whether the file holds an event that is not settled; the counts do not say that."""
        if self.reader is None:
            return self.writer.events > 0
        return self.reader.count_waiting() > 0

    def close(self) -> None:
        """Give back the file and, with it, the lock."""
        if self.reader is not None:
            self.reader.close()
        unlock(self.writer.descriptor)


class Remembered:
    """The memory queue as a source: what is on its way is kept apart until its verdict."""

    def __init__(self, queue: MemoryQueue) -> None:
        self._queue = queue
        self.taken: list[bytes] = []

    def batch(self, events_max: int, bytes_max: int, event_bytes_max: int) -> list[bytes]:
        """See `delivery.Source`."""
        del event_bytes_max
        if not self.taken:
            self.taken = self._queue.take(events_max, bytes_max)
        return self.taken

    def settle(self, retry: list[bytes]) -> None:
        """See `delivery.Source`."""
        self.taken = retry


class Store:
    """What this process appended and has not shipped yet."""

    def __init__(self, directory: Path, downstream: Mapping[str, Any], limits: SpoolLimits) -> None:
        self.lock = RLock()
        self.memory = MemoryQueue(limits, self._count_dropped)
        self.remembered = Remembered(self.memory)
        self.directory = directory
        self._written_form = written_form(downstream)
        self._limits = limits
        # Several segments fit below the cap, so that dropping the oldest drops a part.
        self._segment_bytes_max = min(limits.segment_bytes_max, limits.spool_bytes_max // 4)
        self._own: list[Own] = []
        self._writer: SegmentWriter | None = None
        self._disk_again_at = 0.0
        self.appended = self._shipped = self._dropped = self._dead = self._left = 0

    def append(self, body: bytes) -> None:
        """Onto disk, else into memory."""
        if b"\n" in body:
            body = body.replace(b"\n", b" ")  # in JSON it can only be white space
        with self.lock:
            self.appended += 1
            if len(body) > self._limits.event_bytes_max:
                self._dropped += 1
                warn_once("large", "An OpenLineage event of %d bytes was dropped.", len(body))
                return
            try:
                self._write(body)
            except OSError as error:
                self._no_disk(error)
                self.memory.append(body)

    def _write(self, body: bytes) -> None:
        if self._disk_again_at and monotonic() < self._disk_again_at:
            raise OSError(0, "tried a moment ago")
        writer = self._writer
        if writer is None:
            writer = self._open()
        elif writer.bytes + len(body) > self._segment_bytes_max and writer.events:
            writer = self._rotate()
        writer.append(body)
        self._disk_again_at = 0.0

    def _open(self) -> SegmentWriter:
        make_directory(self.directory)
        self._writer = SegmentWriter(self.directory, self._written_form, fsync=self._limits.fsync)
        self._own.append(Own(self._writer))
        return self._writer

    def _rotate(self) -> SegmentWriter:
        full = self._own[-1]
        writer = self._open()
        full.sealed = True
        sweep(self.directory, self._limits, self.drop)
        return writer

    def _no_disk(self, error: OSError) -> None:
        if not self._disk_again_at or monotonic() >= self._disk_again_at:
            self._disk_again_at = monotonic() + self._limits.disk_retry_seconds
        warn_once(
            "disk",
            "The spool %s cannot be written (%s): up to %d OpenLineage events wait in memory.",
            self.directory,
            error,
            self._limits.memory_events_max,
        )

    def restore(self) -> None:
        """Bring back onto disk what waits in memory, if the disk works again."""
        while self.memory:
            with self.lock:
                events = self.memory.take(_RESTORE_EVENTS, self._limits.memory_bytes_max)
                for done, body in enumerate(events):
                    try:
                        self._write(body)
                    except OSError as error:
                        self._no_disk(error)
                        self.memory.put_back(events[done:])
                        return

    def oldest(self) -> Own | None:
        """The segment to ship from, finished ones put away; for the shipping thread."""
        with self.lock:
            while self._own:
                own = self._own[0]
                if not own.finished and not own.dropped:
                    return own
                self._put_away(own)
        return None

    def _put_away(self, own: Own) -> None:
        self._own.remove(own)
        if own.writer is self._writer:
            self._writer = None
        remove(own.writer.path)
        own.close()

    def settled(self, own: Own | None, attempt: Attempt) -> None:
        """Count what became of a batch of a segment, or of memory."""
        with self.lock:
            if own is not None:
                if own.dropped:
                    return  # counted already
                own.settled_events += attempt.shipped + attempt.dead
            self._shipped += attempt.shipped
            self._dead += attempt.dead

    def finish(self, own: Own) -> None:
        """A sealed segment was read to its end: only now may it be put away."""
        with self.lock:
            own.finished = True
            missing = own.missing()
            if not own.dropped:
                own.settled_events += missing
                self._dropped += missing

    def drop(self, path: Path) -> bool:
        """Drop a sealed segment of this process; its file goes at once, its descriptor later."""
        with self.lock:
            for own in self._own:
                if own.writer.path == path and own.sealed and not own.dropped:
                    own.dropped = True
                    self._dropped += own.missing()
                    remove(path)
                    return True
        return False

    def _count_dropped(self, events: int) -> None:
        with self.lock:
            self._dropped += events
        warn_once("memory", "The spool's memory is full: the oldest events are dropped.")

    def release(self) -> None:
        """Let go of all segments: what is shipped is removed, the rest is there to be adopted."""
        with self.lock:
            self.memory.put_back(self.remembered.taken)
            self.remembered.taken = []
            self.restore()
            for own in list(self._own):
                if own.dropped:
                    self._put_away(own)
                    continue
                if own.waits():
                    self._left += own.missing()
                    own.close()
                else:
                    self._dropped += own.missing()
                    self._put_away(own)
            self._own.clear()
            self._writer = None

    def own_paths(self) -> set[Path]:
        """The segments of this process."""
        with self.lock:
            return {own.writer.path for own in self._own}

    def settled_total(self) -> int:
        """Events that this process need not care for any more."""
        return self._shipped + self._dropped + self._dead + self._left

    def stats(self) -> SpoolStats:
        """The counts, of one instant."""
        with self.lock:
            done = self._shipped + self._dropped + self._dead
            return SpoolStats(
                appended=self.appended,
                shipped=self._shipped,
                dropped=self._dropped,
                dead=self._dead,
                waiting=self.appended - done,
            )
