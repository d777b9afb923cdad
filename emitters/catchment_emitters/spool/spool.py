"""The spool that emitters write to.

`append` puts an event into a file of this process and returns; a thread ships it. What was
appended survives the process, however it ends: another one, or `catchment-emitters drain`, ships
what it left.
"""

import atexit
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any
from weakref import WeakSet

from catchment_emitters.spool import delivery, segment
from catchment_emitters.spool.limits import SpoolLimits, SpoolStats
from catchment_emitters.spool.shipper import Shipper
from catchment_emitters.spool.store import Store
from catchment_emitters.spool.warnings_once import warn_once

_FORK_SECONDS_MAX = 5.0

# Those with something to close at the exit, and all: a fork concerns even those that were closed.
_open: set["Spool"] = set()
_all: "WeakSet[Spool]" = WeakSet()
# What a forked child must not close: connections that its parent goes on using.
_abandoned: list[Shipper] = []


class Spool:
    """A durable queue of events to one place. Safe for threads, forks and signal handlers."""

    def __init__(
        self,
        directory: Path,
        downstream: Mapping[str, Any],
        *,
        limits: SpoolLimits = SpoolLimits(),  # noqa: B008 - frozen
    ) -> None:
        """No file, no thread and no connection before the first event.

        Args:
            directory: Where segments lie; made, for this user only, if it is not there.
            downstream: A transport as in `openlineage.yml`: `type`, and what that type needs.
            limits: The bounds.
        """
        self._directory = directory.absolute()  # wherever the pipeline goes from here
        self._downstream = dict(downstream)
        self._limits = limits
        self._begin()
        _all.add(self)

    def _begin(self) -> None:
        self._store = Store(self._directory, self._downstream, self._limits)
        self._shipper = Shipper(self._store, self._downstream, self._limits)

    def append(self, body: bytes) -> None:
        """Take one event, UTF-8 JSON on one line; never raises, waits for no more than a write.

        When this returns the event is in the hands of the operating system and outlives the
        process (`SpoolLimits.fsync`: the machine). Where no file can be written it is kept in
        memory, within bounds.
        """
        try:
            store, shipper = self._store, self._shipper
            with store.lock:
                store.append(body)
                if not shipper.running():
                    _open.add(self)
                    _watch_process()
                shipper.ring()
        except Exception as error:
            warn_once("append", "An OpenLineage event could not be spooled: %r", error)

    def flush(self, timeout_seconds: float) -> bool:
        """Wait until what was appended before is shipped; False if the time was not enough."""
        return self._flush(timeout_seconds, give_up=False)

    def _flush(self, timeout_seconds: float, *, give_up: bool) -> bool:
        """With `give_up`, not longer than until it is known that there is no answer."""
        store, shipper = self._store, self._shipper
        deadline = monotonic() + timeout_seconds
        target, failures = store.appended, shipper.failures
        hurried = False
        while store.settled_total() < target:
            left = deadline - monotonic()
            if left <= 0 or not shipper.running():
                return False
            if give_up and (shipper.failures > failures or shipper.waits_as_asked(left)):
                return False
            if not hurried:
                hurried = True
                shipper.hurry()
            sleep(min(0.005, left))
        return True

    def close(self, timeout_seconds: float = 2.0) -> bool:
        """Flush, end the thread, let go of the files. What is not shipped is kept for others.

        Returns whether all was shipped. An `append` after this begins anew.
        """
        return self._close(timeout_seconds, give_up=False)

    def _close(self, timeout_seconds: float, *, give_up: bool) -> bool:
        deadline = monotonic() + timeout_seconds
        done = self._flush(timeout_seconds, give_up=give_up)
        if done and give_up:
            self._adopt_children(deadline)
        self._shipper.stop(max(0.0, deadline - monotonic()))
        _open.discard(self)
        if self._store.memory and give_up:
            warn_once(
                "lost",
                "%d OpenLineage events are lost: they were never on disk, and not shipped.",
                len(self._store.memory),
            )
        return done and not self._store.memory

    def _adopt_children(self, deadline: float) -> None:
        """At the exit: ship what forked children left, who end without a word."""
        shipper = self._shipper
        others = set(segment.segments(self._directory)) - self._store.own_paths()
        if not others or not shipper.running():
            return
        adoptions = shipper.adoptions
        shipper.hurry(adopt=True)
        while shipper.adoptions == adoptions and monotonic() < deadline:
            sleep(0.005)

    def stats(self) -> SpoolStats:
        """Counts of this process's events."""
        return self._store.stats()

    def _close_at_exit(self, deadline: float) -> None:
        seconds = min(self._limits.exit_seconds_max, deadline - monotonic())
        self._close(max(0.0, seconds), give_up=True)

    def _begin_in_child(self) -> None:
        """The parent ships what it wrote; here is a segment of its own, and later a thread."""
        _abandoned.append(self._shipper)
        self._begin()


_watched = False


def _watch_process() -> None:
    global _watched  # noqa: PLW0603 - hooks of the process can be set but once
    if not _watched:
        _watched = True
        atexit.register(_at_exit)
        os.register_at_fork(
            before=_before_fork, after_in_parent=_in_parent, after_in_child=_in_child
        )


def _at_exit() -> None:
    spools = list(_open)
    if not spools:
        return
    deadline = monotonic() + max(spool._limits.exit_seconds_max for spool in spools)  # noqa: SLF001
    for spool in spools:
        try:
            spool._close_at_exit(deadline)  # noqa: SLF001
        except Exception as error:
            warn_once("exit", "Closing the spool failed: %r", error)
    _keep_exit_code()


def _keep_exit_code() -> None:
    """Let a pipeline that Ctrl-C ended die of SIGINT, as it does without us.

    CPython notes that an interrupt went unhandled, and forgets it as soon as any thread runs code
    from a string, which imports do (`namedtuple`). Running into one in such code notes it again.
    """
    if getattr(sys, "last_type", None) is KeyboardInterrupt and not hasattr(sys, "ps1"):
        with suppress(KeyboardInterrupt):
            exec("raise KeyboardInterrupt")


_import_held = False


def _before_fork() -> None:
    global _import_held  # noqa: PLW0603 - from one hook to the next
    _import_held = delivery.importing.acquire(timeout=_FORK_SECONDS_MAX)


def _in_parent() -> None:
    if _import_held:
        delivery.importing.release()


def _in_child() -> None:
    delivery.importing = Lock()
    segment.close_in_child()
    for spool in list(_all):
        spool._begin_in_child()  # noqa: SLF001
    _open.clear()
