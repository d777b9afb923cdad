"""The bounds of a spool, and its figures."""

from dataclasses import dataclass

MIB = 1024**2


@dataclass(frozen=True)
class SpoolLimits:
    """Every bound of a spool, with its unit; and whether each write is forced onto the disk."""

    segment_bytes_max: int = 8 * MIB
    spool_bytes_max: int = 256 * MIB
    spool_age_seconds_max: float = 7 * 86_400.0
    event_bytes_max: int = 32 * MIB
    memory_events_max: int = 10_000
    memory_bytes_max: int = 32 * MIB
    batch_events_max: int = 500
    batch_bytes_max: int = MIB
    # Events that come within this time of the first one travel with it.
    linger_seconds: float = 0.1
    connect_seconds_max: float = 2.0
    request_seconds_max: float = 5.0
    backoff_seconds_min: float = 0.2
    breaker_failures: int = 5
    breaker_seconds_min: float = 5.0
    breaker_seconds_max: float = 60.0
    retry_after_seconds_max: float = 300.0
    # How often to look for what dead processes left; a little more in a crowded directory.
    adopt_seconds: float = 5.0
    disk_retry_seconds: float = 1.0
    exit_seconds_max: float = 2.0
    fsync: bool = False


@dataclass(frozen=True)
class SpoolStats:
    """Counts of events since this process began: each appended one is in one of the others."""

    appended: int
    shipped: int
    """Acknowledged by where they go."""
    dropped: int
    """Given up: over a bound, or no place to keep them."""
    dead: int
    """Refused for good, kept in a dead-letter file with the reason."""
    waiting: int
