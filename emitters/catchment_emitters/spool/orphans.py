"""What dead processes left, and what is too much: adopted under a lock, shipped or dropped."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from catchment_emitters.spool.dead_letters import dead_files, keep_dead
from catchment_emitters.spool.delivery import Delivery
from catchment_emitters.spool.downstream import is_whole, place_of
from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.segment import (
    DEAD_SUFFIX,
    NEW_SUFFIX,
    OFFSET_SUFFIX,
    SUFFIX,
    SegmentReader,
    adopt,
    beside,
    read_header,
    remove,
    segments,
    unlock,
)
from catchment_emitters.spool.warnings_once import warn_once

# A file that is just being made has neither its name nor its neighbours yet.
_STRAY_SECONDS_MIN = 60.0


class Orphans:
    """Ships segments that nobody has, each to where its header says. For one thread."""

    def __init__(
        self,
        directory: Path,
        limits: SpoolLimits,
        known: Callable[[str], Mapping[str, Any] | None],
    ) -> None:
        """`known` gives the whole configuration of a place, if this process has it."""
        self._directory = directory
        self._limits = limits
        self._known = known
        self._deliveries: dict[str, Delivery] = {}
        self.unknown: set[str] = set()
        """Places whose configuration was not written whole, and that this process lacks."""

    def delivery_to(self, place: str, config: Mapping[str, Any]) -> Delivery | None:
        """The one to a place, or None if this process cannot ship there."""
        if place not in self._deliveries:
            whole = self._known(place) or (config if is_whole(config) else None)
            if whole is None:
                self.unknown.add(place)
                return None
            self._deliveries[place] = Delivery(whole, self._limits)
        return self._deliveries[place]

    def use(self, delivery: Delivery) -> None:
        """Ship to its place through it, so that patience with the place is one."""
        self._deliveries[delivery.place] = delivery

    def ship(self, stopping: Callable[[], bool], only: str | None = None) -> int:
        """One pass over the directory; how many events were acknowledged."""
        shipped = 0
        for path in segments(self._directory):
            if stopping():
                break
            header = read_header(path)
            if header is None:
                continue
            place = place_of(header["downstream"])
            if only is not None and place != only:
                continue
            delivery = self.delivery_to(place, header["downstream"])
            if delivery is None or delivery.breaker.wait_seconds() > 0:
                continue
            lock = adopt(path)
            if lock is not None:
                shipped += self._ship_one(path, lock, delivery, stopping)
        return shipped

    def _ship_one(
        self, path: Path, lock: int, delivery: Delivery, stopping: Callable[[], bool]
    ) -> int:
        shipped = 0
        try:
            reader = SegmentReader(path, lock)
        except OSError:
            unlock(lock)
            return 0
        try:
            while not stopping():
                attempt = delivery.attempt(
                    reader,
                    lambda event, reason, place: keep_dead(
                        beside(path, DEAD_SUFFIX), event, reason, place
                    ),
                )
                shipped += attempt.shipped
                if attempt.failed:
                    break
                if not attempt.tried:
                    remove(path)
                    break
        finally:
            reader.close()
        return shipped

    def reasons(self) -> dict[str, str]:
        """Why the last attempt at a place failed, for those where it did."""
        return {
            delivery.place: delivery.reason
            for delivery in self._deliveries.values()
            if delivery.breaker.wait_seconds() > 0
        }

    def close(self) -> None:
        """Give back connections."""
        for delivery in self._deliveries.values():
            delivery.close()


def sweep(
    directory: Path,
    limits: SpoolLimits,
    drop_own: Callable[[Path], bool],
) -> None:
    """Drop what is too old, then the oldest of what is too much, and stray files.

    `drop_own` drops a segment of this process and counts its events; False if it is none or is
    being written. Segments of other living processes are theirs to drop.
    """
    now = time.time()
    kept: list[tuple[Path, int]] = []
    for path in [*segments(directory), *dead_files(directory)]:
        try:
            found = path.stat()
        except OSError:
            continue
        if now - found.st_mtime > limits.spool_age_seconds_max and _drop(path, drop_own):
            warn_once("old", "OpenLineage events were dropped: they waited too long in %s.", path)
        else:
            kept.append((path, found.st_size))
    total = sum(size for _, size in kept)
    for path, size in sorted(kept, key=lambda each: each[0].name):
        if total <= limits.spool_bytes_max:
            break
        if _drop(path, drop_own):
            total -= size
            warn_once(
                "full",
                "The spool %s is full (%d bytes): the oldest events are dropped.",
                directory,
                limits.spool_bytes_max,
            )
    _remove_strays(directory, now)


def _drop(path: Path, drop_own: Callable[[Path], bool]) -> bool:
    if path.name.endswith(DEAD_SUFFIX):
        with suppress(OSError):
            path.unlink()
        return True
    if drop_own(path):
        return True
    lock = adopt(path)
    if lock is None:
        return False
    remove(path)
    unlock(lock)
    return True


def _remove_strays(directory: Path, now: float) -> None:
    for suffix in (NEW_SUFFIX, OFFSET_SUFFIX):
        for path in directory.glob(f"*{suffix}"):
            with suppress(OSError):
                alone = not path.with_name(path.name.removesuffix(suffix) + SUFFIX).exists()
                if alone and now - path.stat().st_mtime > _STRAY_SECONDS_MIN:
                    path.unlink()
