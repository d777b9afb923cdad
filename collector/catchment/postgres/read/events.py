"""Run events by eventTime, with their bytes.

Keys of events begin with the millisecond of eventTime, so a stretch of time is one of their index.
"""

from bisect import bisect_right
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from catchment.events.names import stored_namespaces
from catchment.events.times import FIRST_US, FOREVER_US
from catchment.postgres.asking import Asking
from catchment.postgres.blobs import unpack
from catchment.postgres.write.log import event_key

COUNTED_MAX = 1_000_000
_FETCHED_EVENTS_MAX = 20
_FIRST_KEY = bytes(16)
_LAST_KEY = b"\xff" * 16
_NO_HASH = bytes(10)
_KEYED_US_MAX = (1 << 47) * 1_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `after_us` until before `before_us`; with `namespaces`, of jobs there only."""

    after_us: int = FIRST_US
    before_us: int = FOREVER_US
    namespaces: tuple[str, ...] | None = None

    @property
    def keys(self) -> tuple[bytes, bytes]:
        """The first key that may be in it, and the first beyond."""
        return (_key(self.after_us), _key(-(-self.before_us // 1_000) * 1_000))

    @property
    def stored(self) -> list[str] | None:
        """Its namespaces as they stand in their table."""
        return stored_namespaces(self.namespaces)


class Events(Asking):
    """Reads run events."""

    async def page(
        self, stretch: Stretch, *, newest: bool, limit: int, offset: int
    ) -> list[tuple[int, int]]:
        """Where the bytes of a page of run events are, by eventTime.

        Those of one millisecond stand in the order of their hashes.
        """
        query = "newest_run_events" if newest else "oldest_run_events"
        times = (stretch.after_us, stretch.before_us)
        rows = await self.ask(query, *stretch.keys, *times, stretch.stored, limit, offset)
        return [(row["batch"], row["n"]) for row in rows]

    async def bodies(self, places: list[tuple[int, int]]) -> AsyncIterator[bytes]:
        """The bytes of these events, in their order; what is not kept any more is left out."""
        for start in range(0, len(places), _FETCHED_EVENTS_MAX):
            some = places[start : start + _FETCHED_EVENTS_MAX]
            rows = await self.ask("blobs_of_entries", *map(list, zip(*some, strict=True)))
            held: dict[int, dict[int, Any]] = {}
            for row in rows:
                held.setdefault(row["batch"], {})[row["n"]] = unpack(row["bodies"])
            for batch, n in some:
                firsts = sorted(held.get(batch, ()))
                before = bisect_right(firsts, n)
                if before:
                    first = firsts[before - 1]
                    yield held[batch][first][n - first]

    async def count(self, stretch: Stretch) -> tuple[int, bool]:
        """How many run events there are in it, and whether that is all.

        No more are counted than `COUNTED_MAX`, unless all that were ever stored are asked for.
        """
        lower, upper = stretch.keys
        times = (stretch.after_us, stretch.before_us)
        if stretch.namespaces is not None:
            given = (lower, upper, *times, stretch.stored, COUNTED_MAX)
            count: int = await self.ask_one("count_run_events_of_some", *given)
            return count, count < COUNTED_MAX
        if times == (FIRST_US, FOREVER_US):
            return await self.ask_one("count_run_events"), True
        count = await self.ask_one("count_events_between", lower, upper, COUNTED_MAX)
        others: int = await self.ask_one("count_events_of_no_run_between", lower, upper)
        if count == COUNTED_MAX:
            return max(count - others, 0), False
        return count - others - await self._beside(stretch), True

    async def _beside(self, stretch: Stretch) -> int:
        """Run events of the first and last millisecond that are before or after the stretch."""
        times = (stretch.after_us, stretch.before_us)
        beside = 0
        for ms in {us // 1_000 for us in times if us % 1_000}:
            keys = (_key(ms * 1_000), _key(ms * 1_000 + 1_000))
            if stretch.keys[0] <= keys[0] < stretch.keys[1]:
                beside += await self.ask_one("count_run_events_beside", *keys, *times)
        return beside


def _key(us: int) -> bytes:
    if us <= FIRST_US:
        return _FIRST_KEY
    return _LAST_KEY if us >= _KEYED_US_MAX else event_key(us, _NO_HASH)
