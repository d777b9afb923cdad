"""When to try again: exponential back-off with jitter, then a circuit breaker."""

import random
from time import monotonic

from catchment_emitters.spool.limits import SpoolLimits


class Breaker:
    """The patience with one place.

    The first failures are retried soon; from `breaker_failures` in a row on the circuit is open,
    for 5 s at first and up to 60 s, and each end of it allows one attempt.
    """

    def __init__(self, limits: SpoolLimits) -> None:
        self._limits = limits
        self._failures = 0
        self._until = 0.0
        self.asked_for = False
        """Whether the peer itself named the time to come back."""

    def wait_seconds(self) -> float:
        """How long to leave the place alone from now on; 0 if it may be tried."""
        return max(0.0, self._until - monotonic())

    def succeeded(self) -> None:
        """The peer answered."""
        self._failures = 0
        self._until = 0.0
        self.asked_for = False

    def failed(self, retry_after_seconds: float | None) -> None:
        """The peer did not answer, or asked to be left alone."""
        limits = self._limits
        self._failures += 1
        over = self._failures - limits.breaker_failures
        if over < 0:
            seconds = limits.backoff_seconds_min * 2 ** (self._failures - 1)
        else:
            # The exponent is bounded too: a place can be away for weeks.
            seconds = limits.breaker_seconds_min * 2 ** min(over, 16)
        seconds = min(seconds, limits.breaker_seconds_max) * random.uniform(0.75, 1.25)
        self.asked_for = retry_after_seconds is not None
        if retry_after_seconds is not None:
            seconds = min(max(seconds, retry_after_seconds), limits.retry_after_seconds_max)
        self._until = monotonic() + seconds
