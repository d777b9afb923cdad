"""Events for which there is no disk, bounded: the oldest go first."""

from collections import deque
from collections.abc import Callable
from threading import RLock

from catchment_emitters.spool.limits import SpoolLimits


class MemoryQueue:
    """A bounded queue of events. Any thread may append; one thread takes."""

    def __init__(self, limits: SpoolLimits, dropped: Callable[[int], None]) -> None:
        self._limits = limits
        self._dropped = dropped
        self._events: deque[bytes] = deque()
        self._bytes = 0
        self._lock = RLock()

    def __len__(self) -> int:
        return len(self._events)

    def append(self, body: bytes) -> None:
        """Keep it; what is too much falls out at the old end and is counted."""
        with self._lock:
            self._events.append(body)
            self._bytes += len(body)
            self._trim()

    def _trim(self) -> None:
        limits = self._limits
        count = 0
        while self._events and (
            len(self._events) > limits.memory_events_max or self._bytes > limits.memory_bytes_max
        ):
            self._bytes -= len(self._events.popleft())
            count += 1
        if count:
            self._dropped(count)

    def take(self, events_max: int, bytes_max: int) -> list[bytes]:
        """The oldest, out of the queue: at least one if there is one."""
        taken: list[bytes] = []
        size = 0
        with self._lock:
            while self._events and len(taken) < events_max:
                size += len(self._events[0])
                if taken and size > bytes_max:
                    break
                taken.append(self._events.popleft())
                self._bytes -= len(taken[-1])
        return taken

    def put_back(self, events: list[bytes]) -> None:
        """Back to the old end, where they came from."""
        with self._lock:
            self._events.extendleft(reversed(events))
            self._bytes += sum(map(len, events))
            self._trim()
