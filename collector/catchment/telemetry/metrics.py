"""The one closed list of metrics; `/metrics` shows these and nothing else.

Each is a module attribute, so that a typo fails type checking, and says what it is for. Labels
are closed sets (the enums below, route templates, status codes): never a name, namespace or
path that a client chose, for a series per client would be a leak of memory and of data.
"""

from enum import StrEnum

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

# When a series was made is of no use to anybody, and doubles their number.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)


class Source(StrEnum):
    """By which door an event came."""

    HTTP = "http"
    KAFKA = "kafka"
    FILE = "file"
    CONTROL = "control"  # what a person changed: keys, ...


class DeadLetterReason(StrEnum):
    """Why bytes could not be used."""

    NOT_JSON = "not_json"
    NO_IDENTITY = "no_identity"
    TOO_LARGE = "too_large"
    STRICT = "strict"  # refused by strict validation
    UNSTORABLE = "unstorable"  # refused by Postgres for a permanent reason


class WriteStep(StrEnum):
    """The steps of one batch, in their order (docs/performance.md shows what each costs)."""

    FIND = "find"  # repeats and locks, and what the events assert
    MERGE = "merge"  # folds, names and contents
    STORE = "store"  # runs and the log
    COMMIT = "commit"


class RedoReason(StrEnum):
    """Why a batch was rolled back and done again."""

    GRAPH_EPOCH = "graph_epoch"
    UNIQUE = "unique"  # the same event or run by two doors at one instant
    SPLIT = "split"  # looking for the one event that Postgres refuses


class Pool(StrEnum):
    """The two pools of connections."""

    WRITE = "write"
    READ = "read"


_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_EVENTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
_BYTES = tuple(4.0**power for power in range(5, 14))  # 1 KiB to 64 MiB


def _counter(name: str, says: str, *labels: str) -> Counter:
    return Counter(f"catchment_{name}", says, labels, registry=REGISTRY)


def _gauge(name: str, says: str, *labels: str) -> Gauge:
    return Gauge(f"catchment_{name}", says, labels, registry=REGISTRY)


def _histogram(name: str, says: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(f"catchment_{name}", says, labels, buckets=buckets, registry=REGISTRY)


# What came in. accepted + repeated + dead letters + refused = everything that was offered.
EVENTS_ACCEPTED = _counter("events_accepted", "Events stored durably.", "source")
EVENTS_REPEATED = _counter("events_repeated", "Events that were stored before.", "source")
EVENTS_DEFERRED = _counter("events_deferred", "Events to be sent again (503, retriable).", "source")
EVENTS_REFUSED = _counter("events_refused", "Requests refused whole, by HTTP status.", "status")
DEAD_LETTERS = _counter("dead_letters", "Bytes kept as a dead letter, by reason.", "reason")

# What is waiting. Compare with CATCHMENT_QUEUE_EVENTS_MAX, _QUEUE_BYTES_MAX, _IN_FLIGHT_BYTES_MAX.
QUEUE_EVENTS = _gauge("queue_events", "Events waiting for a batch.")
QUEUE_BYTES = _gauge("queue_bytes", "Bytes of the events waiting for a batch.")
IN_FLIGHT_BYTES = _gauge("in_flight_bytes", "Decompressed bytes of requests being read.")

# How writing goes.
WRITE_BATCH_EVENTS = _histogram("write_batch_events", "Events in one committed batch.", _EVENTS)
WRITE_BATCH_BYTES = _histogram("write_batch_bytes", "Bytes in one committed batch.", _BYTES)
WRITE_STEP_SECONDS = _histogram("write_step_seconds", "Time of one step.", _SECONDS, "step")
WRITE_REDONE = _counter("write_redone", "Batches rolled back and done again.", "why")

# How asking goes. `route` is a route's template, or "other" for a path that matches none.
HTTP_REQUESTS = _counter("http_requests", "Requests answered.", "method", "route", "status")
HTTP_SECONDS = _histogram("http_seconds", "From the first byte to the answer.", _SECONDS, "route")
ANSWERS_CUT = _counter("answers_cut", "Answers cut at a bound, by the bound's name.", "bound")

# Whether Postgres is there.
DATABASE_UP = _gauge("database_up", "1 if Postgres answered when last asked, else 0.")
POOL_CONNECTIONS = _gauge("pool_connections", "Open connections.", "pool")
POOL_IDLE = _gauge("pool_connections_idle", "Open connections that nobody uses.", "pool")
EMBEDDED_RESTARTS = _counter("embedded_restarts", "Times our own Postgres died, started again.")

BUILD = _gauge("build", "Always 1; says which version runs.", "version")

# A series that appears only with the first failure cannot be alerted on: make them all now.
for _source in Source:
    for _metric in (EVENTS_ACCEPTED, EVENTS_REPEATED, EVENTS_DEFERRED):
        _metric.labels(_source)
for _reason in DeadLetterReason:
    DEAD_LETTERS.labels(_reason)
for _step in WriteStep:
    WRITE_STEP_SECONDS.labels(_step)
for _why in RedoReason:
    WRITE_REDONE.labels(_why)
for _pool in Pool:
    POOL_CONNECTIONS.labels(_pool)
    POOL_IDLE.labels(_pool)


def exposition() -> bytes:
    """All metrics in Prometheus' text format, version 0.0.4."""
    return generate_latest(REGISTRY)
