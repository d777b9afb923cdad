"""From a source of events to one place: one attempt at a time, and what follows from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

from catchment_emitters.spool.breaker import Breaker
from catchment_emitters.spool.downstream import place_of, sink_for
from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.sink import Answer, Sink
from catchment_emitters.spool.warnings_once import warn_once

# Held while modules are imported in the shipping thread: a fork in the middle of an import would
# leave the child a lock of the import system that nobody gives back.
importing = Lock()


class Source(Protocol):
    """Where events wait: a segment, or memory."""

    def batch(self, events_max: int, bytes_max: int, event_bytes_max: int) -> list[bytes]:
        """The next events, the same ones until `settle`."""

    def settle(self, retry: list[bytes]) -> None:
        """What of the batch is still to be sent."""


@dataclass(frozen=True)
class Attempt:
    """What became of one batch."""

    tried: int
    shipped: int
    dead: int
    failed: bool
    """Whether something is to be sent again later."""


NOTHING = Attempt(0, 0, 0, failed=False)


class Delivery:
    """Ships to one place. Used by one thread at a time."""

    def __init__(self, config: Mapping[str, Any], limits: SpoolLimits) -> None:
        self.place = place_of(config)
        self.breaker = Breaker(limits)
        self.reason = ""
        self._config = config
        self._limits = limits
        self._sink: Sink | None = None

    def attempt(self, source: Source, dead: Callable[[bytes, str, str], None]) -> Attempt:
        """Send the next batch once; `dead` is told of each event that was refused, and why."""
        limits = self._limits
        events = source.batch(
            limits.batch_events_max, limits.batch_bytes_max, limits.event_bytes_max
        )
        if not events:
            return NOTHING
        answer = self._send(events)
        self._keep(answer, events, dead)
        source.settle([events[position] for position in answer.retry])
        if answer.retry:
            self.reason = answer.reason
            self.breaker.failed(answer.retry_after_seconds)
            warn_once(
                "away",
                "OpenLineage events wait in the spool: %s: %s",
                self.place,
                answer.reason,
            )
        else:
            self.breaker.succeeded()
        shipped = len(events) - len(answer.retry) - len(answer.refused)
        return Attempt(len(events), shipped, len(answer.refused), failed=bool(answer.retry))

    def _keep(
        self, answer: Answer, events: list[bytes], dead: Callable[[bytes, str, str], None]
    ) -> None:
        """Put away what was refused; what there is no room for is asked again later."""
        unkept: set[int] = set()
        for position, reason in answer.refused:
            try:
                dead(events[position], reason, self.place)
            except OSError as error:
                unkept.add(position)
                answer.reason = f"refused ({reason}), and it cannot be kept: {error}"
        if unkept:
            answer.refused = [each for each in answer.refused if each[0] not in unkept]
            answer.retry = sorted({*answer.retry, *unkept})

    def _send(self, events: list[bytes]) -> Answer:
        try:
            if self._sink is None:
                with importing:
                    import encodings.idna  # noqa: F401 - else imported by the first look-up

                    self._sink = sink_for(self._config, self._limits)
            return self._sink.send(events)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            return Answer(retry=list(range(len(events))), reason=reason)

    def close(self) -> None:
        """Give back connections."""
        if self._sink is not None:
            self._sink.close()
        self._sink = None
