"""The run events of a running Marquez (or another Catchment), oldest first, over its API.

Goes on from time to time, not by ever greater offsets into a list that moves. What lies within one
millisecond is read as a whole: Marquez lists events of equal times in no order, Catchment those of
one millisecond in the order of their hashes. Blocks; knows no database and no terminal.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec

from catchment.errors import BadQuestion, NotJson, Permanent, TooLarge, Transient
from catchment.events import splitter
from catchment.events.times import FOREVER_US, read_time
from catchment.receivers.marquez_http import MarquezHttp

PATH = "/api/v1/events/lineage"
_PAGE_EVENTS = 100
# How many of one millisecond are asked for at once, before they are asked for by offset.
_AT_ONCE_EVENTS_MAX = 50_000
_MS = 1_000
_END_US = FOREVER_US - 1
_PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Answer(msgspec.Struct, rename="camel"):
    events: list[msgspec.Raw]
    total_count: int
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class _Page:
    """Some events, and the millisecond of each (µs since 1970; None if it cannot be read).

    `full`: there may be more behind them.
    """

    bodies: list[bytes]
    times: list[int | None]
    total: int
    full: bool
    truncated: bool


class MarquezEvents:
    """The events from `after_us` on, each once.

    While they are read `after_us` goes with them: what is older was handed out. `total` is how
    many there are, as the server said at first; Marquez counts Job- and DatasetEvents too, which
    it does not list.
    """

    def __init__(self, http: MarquezHttp, after_us: int) -> None:
        self._http = http
        self.after_us = after_us
        self.total: int | None = None

    def elements(self) -> Iterator[bytes]:
        """The bytes of each event, by time.

        Raises:
            Permanent: there is no Marquez at this address, or it answers as none does.
            Transient: it is away, for longer than it is waited for.
        """
        known: Counter[bytes] = Counter()
        while True:
            page = self._ask(self.after_us, _END_US)
            self.total = page.total if self.total is None else self.total
            yield from _new(page.bodies, known)
            known |= Counter(page.bodies)
            if not page.full:
                return
            last = _last(page, self.after_us)
            if last > self.after_us:
                pairs = zip(page.bodies, page.times, strict=True)
                known = Counter(body for body, at in pairs if at == last)
                self.after_us = last
            else:
                yield from self._millisecond(known)
                known = Counter()
                self.after_us += _MS

    def _millisecond(self, known: Counter[bytes]) -> Iterator[bytes]:
        """All of the one at `after_us`, in one answer; by offsets where the server wants that.

        An answer that holds everything is right whatever its order. Catchment, which refuses large
        pages, has an order.
        """
        end = self.after_us + _MS
        limit = 2 * _PAGE_EVENTS
        while limit <= _AT_ONCE_EVENTS_MAX:
            try:
                page = self._ask(self.after_us, end, limit=limit)
            except (BadQuestion, TooLarge):
                break
            if not page.full:
                yield from _new(page.bodies, known)
                return
            if page.truncated:
                break
            limit *= 2
        offset = 0
        while True:
            page = self._ask(self.after_us, end, offset=offset)
            yield from _new(page.bodies, known)
            offset += len(page.bodies)
            if not page.full:
                return

    def _ask(
        self, after_us: int, before_us: int, *, limit: int = _PAGE_EVENTS, offset: int = 0
    ) -> _Page:
        parameters = {
            "after": _iso(after_us),
            "before": _iso(before_us),
            "sortDirection": "asc",
            "limit": limit,
            "offset": offset,
        }
        body = self._patiently(parameters)
        try:
            answer = _read(body)
        except (NotJson, ValueError, KeyError, TypeError):
            raise Permanent(
                f"What answers at {self._http.shown} is no Marquez: GET {PATH} gives no JSON with "
                "`events` and `totalCount`."
            ) from None
        bodies = [bytes(one) for one in answer.events]
        full = bool(bodies) and (len(bodies) >= limit or answer.truncated)
        times = list(map(_millisecond_of, bodies))
        return _Page(bodies, times, answer.total_count, full, answer.truncated)

    def _patiently(self, parameters: dict[str, Any]) -> bytes:
        """Try again what may succeed later; not if nothing ever answered there."""
        for pause_seconds in _PAUSES_SECONDS:
            try:
                return self._http.get(PATH, parameters)
            except Transient:
                if not self._http.answered:
                    raise
                time.sleep(pause_seconds)
        return self._http.get(PATH, parameters)


def _read(body: bytes) -> _Answer:
    try:
        return _answers.decode(body)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, RecursionError):
        # One odd event (a lone surrogate) must not cost the page.
        members = splitter.members(body)
        events = splitter.elements(members["events"])
        return _Answer(
            [msgspec.Raw(one) for one in events],
            int(members["totalCount"]),
            members.get("truncated") == b"true",
        )


def _new(bodies: list[bytes], known: Counter[bytes]) -> Iterator[bytes]:
    """Those that were not handed out before, which `known` counts."""
    yield from (Counter(bodies) - known).elements()


def _last(page: _Page, after_us: int) -> int:
    """The greatest time of a page.

    Raises:
        Permanent: the list is not in the order that was asked for, so that going on would lose
            events, or would never end.
    """
    # Marquez rounds a ninth digit, so that neighbours may seem to be in the wrong order by one.
    times = [at for at in page.times if at is not None]
    ordered = all(one - _MS <= other for one, other in pairwise(times))
    if not times or not ordered or times[0] < after_us - _MS:
        raise Permanent(
            f"The server does not list events by time (`after` and `sortDirection` of {PATH}), so "
            "they cannot be copied; is it an old Marquez?"
        )
    return max(times)


def _millisecond_of(body: bytes) -> int | None:
    try:
        text = splitter.text_of(splitter.members_of(body).get("eventTime", b""))
    except NotJson:
        return None
    found = read_time(text)
    return found.us // _MS * _MS if found else None


def _iso(us: int) -> str:
    return (_EPOCH + timedelta(microseconds=us)).isoformat().replace("+00:00", "Z")


_answers = msgspec.json.Decoder(_Answer)
