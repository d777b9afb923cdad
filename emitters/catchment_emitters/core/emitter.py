"""The way out of this process: events in, bytes appended to the spool. Nothing here ever raises.

One emitter serves a process, made when it is first asked for. A child process after a fork has the
same one; the spool sees to its own files.
"""

import logging
import os
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from catchment_emitters.core.events import encode
from catchment_emitters.core.facets import safe_text
from catchment_emitters.core.settings import Settings, read_settings
from catchment_emitters.spool.warnings_once import warn_once

log = logging.getLogger("catchment_emitters")


class Out(Protocol):
    """Takes events as bytes; never raises and never waits. `catchment_emitters.spool` is one."""

    def append(self, body: bytes) -> None:
        """One more event."""

    def flush(self, timeout_seconds: float) -> bool:
        """Wait until all have arrived, for so long; whether they have."""


class Emitter:
    """Takes events, and says once what keeps it from that."""

    def __init__(self, settings: Settings, out: Out | None) -> None:
        self.settings = settings
        self._out = out

    @property
    def enabled(self) -> bool:
        """Whether events go anywhere; if not, nobody needs to put one together."""
        return self._out is not None

    def emit(self, event: Mapping[str, Any]) -> None:
        """Send an event, if its job may be heard of."""
        if self._out is None:
            return
        try:
            job = event.get("job")
            if job is None or self.settings.policy.of(job["name"]).emit:
                self._out.append(encode(dict(event)))
        except Exception as error:
            self.warn("an event could not be sent", error)

    def flush(self, timeout_seconds: float = 2.0) -> bool:
        """Wait until all events have arrived, for so long; whether they have."""
        try:
            return self._out is None or self._out.flush(timeout_seconds)
        except Exception as error:
            self.warn("events could not be sent", error)
            return False

    def warn(self, what: str, error: BaseException | None = None) -> None:
        """Say something once in this process, whatever happens again and again."""
        why = f": {type(error).__name__}: {safe_text(error)}" if error is not None else ""
        warn_once(what, "%s%s (said once)", what, why)


class _Process:
    emitter: Emitter | None = None


# Re-entrant: a signal handler may ask for the emitter while it is being made.
_lock = threading.RLock()


def _renew_lock() -> None:
    """In a forked child: the thread that held the lock is not there to give it back."""
    global _lock  # noqa: PLW0603 - what a fork leaves locked cannot be unlocked
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def emitter() -> Emitter:
    """That of this process."""
    known = _Process.emitter
    if known is None:
        with _lock:
            if _Process.emitter is None:
                made = _make()
                # Unless a signal handler has made one meanwhile.
                _Process.emitter = _Process.emitter or made
            known = _Process.emitter
    return known


def wanted() -> bool:
    """Whether this process emits, said without making what takes events. Never raises."""
    known = _Process.emitter
    return known.enabled if known is not None else _somewhere(_settings())


def use(other: Emitter | None) -> None:
    """Take another emitter from here on; None makes a new one by today's settings."""
    with _lock:
        _Process.emitter = other


def _say_unset() -> None:
    # Whoever is installed twice, by a plugin and by hand, asks twice.
    warn_once("no collector", "OPENLINEAGE_URL is not set: no lineage is emitted")


def _settings() -> Settings:
    try:
        return read_settings()
    except Exception as error:
        warn_once("settings", "settings could not be read, nothing is emitted: %r", error)
        return Settings(disabled=True)


def _somewhere(settings: Settings) -> bool:
    if not settings.disabled and settings.downstream is None:
        _say_unset()
    return not settings.disabled and settings.downstream is not None


def _make() -> Emitter:
    settings = _settings()
    if not _somewhere(settings):
        return Emitter(settings, None)
    assert settings.downstream is not None
    try:
        from catchment_emitters.spool.place import spool_directory
        from catchment_emitters.spool.spool import Spool

        return Emitter(settings, Spool(spool_directory(), settings.downstream))
    except Exception as error:
        log.warning("nothing is emitted: %s: %s", type(error).__name__, error)
        return Emitter(settings, None)
