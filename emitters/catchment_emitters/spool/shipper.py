"""The thread that ships: this process's segments first, then what dead processes left."""

import random
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from catchment_emitters.spool.dead_letters import keep_dead
from catchment_emitters.spool.delivery import Delivery
from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.orphans import Orphans, sweep
from catchment_emitters.spool.segment import DEAD_SUFFIX, beside, segments
from catchment_emitters.spool.store import Own, Store
from catchment_emitters.spool.warnings_once import warn_once

# What others left is shipped for so long at a time while events of this process come in.
_ADOPTING_SECONDS = 0.2


class Shipper:
    """A daemon thread, started by the first event and asleep while there is none."""

    def __init__(self, store: Store, downstream: Mapping[str, Any], limits: SpoolLimits) -> None:
        self._store = store
        self._limits = limits
        self.delivery = Delivery(downstream, limits)
        place = self.delivery.place
        self._orphans = Orphans(
            store.directory, limits, lambda asked: downstream if asked == place else None
        )
        self._orphans.use(self.delivery)
        # A lock as a bell: ringing it is one C call, safe in signal handlers, unlike an Event.
        self._bell = Lock()
        self._bell.acquire()
        self._hurry = Event()
        self._stop = False
        self._adopt_at = 0.0
        self._adopting_until = 0.0
        self.adoptions = 0
        self.failures = 0
        self._dead_path = store.directory / f"memory{DEAD_SUFFIX}"
        self._thread: Thread | None = None

    def ring(self) -> None:
        """There is an event; starts the thread if need be. The store's lock is held."""
        self._stop = False
        if self._thread is None:
            thread = Thread(target=self._run, name="catchment-spool", daemon=True)
            with suppress(RuntimeError):  # the interpreter is ending: the event is on disk
                thread.start()
                self._thread = thread
        if self._bell.locked():
            with suppress(RuntimeError):  # rung by somebody else in between
                self._bell.release()

    def running(self) -> bool:
        """Whether there is a thread."""
        return self._thread is not None

    def hurry(self, *, adopt: bool = False) -> None:
        """Do not wait for more events, nor for the end of a back-off of our own."""
        if adopt:
            self._adopt_at = 0.0
        self._hurry.set()
        if self._bell.locked():
            with suppress(RuntimeError):
                self._bell.release()

    def stop(self, seconds: float) -> None:
        """End the thread after what it is sending; it lets go of the store itself."""
        with self._store.lock:
            thread = self._thread
            if thread is None:
                self._store.release()
                return
            self._stop = True
        self.hurry()
        thread.join(seconds)

    def waits_as_asked(self, seconds: float) -> bool:
        """Whether the peer asked to be left alone for longer than this."""
        breaker = self.delivery.breaker
        return breaker.asked_for and breaker.wait_seconds() > seconds

    def _run(self) -> None:
        self._adopt_at = 0.0
        while True:
            with self._store.lock:
                if self._stop:
                    self._store.release()
                    self._thread = None
                    break
            try:
                self._pass()
            except Exception as error:
                warn_once("thread", "Shipping OpenLineage events failed: %r", error)
                self._hurry.wait(self._limits.breaker_seconds_min)
                self._hurry.clear()
        self._orphans.close()

    def _pass(self) -> None:
        self._bell.acquire(timeout=max(0.0, self._adopt_at - monotonic()))
        self._hurry.wait(self._limits.linger_seconds)
        self._hurry.clear()
        self._ship_own()
        if not self._stop and monotonic() >= self._adopt_at:
            self._adopting_until = monotonic() + _ADOPTING_SECONDS
            self._orphans.ship(self._own_wait, only=self.delivery.place)
            self.adoptions += 1
            if self._own_wait():
                return  # and go on with what others left right after it
            if not self._hurry.is_set():
                self._orphans.ship(self._more_urgent)
                sweep(self._store.directory, self._limits, self._store.drop)
            crowd = len(segments(self._store.directory))
            pause = self._limits.adopt_seconds * (1 + crowd / 50)
            self._adopt_at = monotonic() + pause * random.uniform(0.75, 1.25)

    def _own_wait(self) -> bool:
        """Whether events of this process come first: at once if somebody waits for them."""
        if self._stop:
            return True
        waiting = not self._bell.locked()
        return waiting and (self._hurry.is_set() or monotonic() > self._adopting_until)

    def _more_urgent(self) -> bool:
        """Other places are served only while nobody waits for this one."""
        return self._stop or self._hurry.is_set() or not self._bell.locked()

    def _ship_own(self) -> None:
        while not self._stop:
            if self.delivery.breaker.wait_seconds() > 0 and not self._patient():
                continue
            self._store.restore()
            own = self._store.oldest()
            # Asked before it is read: what is sealed has all its events already.
            sealed = own is not None and own.sealed
            if own is not None and self._attempt(own):
                continue
            if own is not None and sealed:
                self._store.finish(own)
                continue
            if not self._attempt(None):
                return

    def _patient(self) -> bool:
        """Wait for the breaker; whether to try now. Hurry does not overrule what the peer asked."""
        breaker = self.delivery.breaker
        hurried = self._hurry.wait(breaker.wait_seconds())
        self._hurry.clear()
        if self._stop:
            return False
        return (hurried and not breaker.asked_for) or breaker.wait_seconds() <= 0

    def _attempt(self, own: Own | None) -> bool:
        """One batch; whether there was something to send."""
        path: Path = self._dead_path if own is None else beside(own.writer.path, DEAD_SUFFIX)
        source = self._store.remembered if own is None else own
        attempt = self.delivery.attempt(
            source, lambda event, reason, place: keep_dead(path, event, reason, place)
        )
        self._store.settled(own, attempt)
        self.failures += attempt.failed
        return attempt.tried > 0
