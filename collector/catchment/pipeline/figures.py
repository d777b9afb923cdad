"""What the pipeline counts: accepted, repeated, deferred, split. Per batch, so it costs nothing."""

from collections import Counter
from collections.abc import Sequence

from catchment.errors import Transient
from catchment.lineage.ports import Entry, EventEntry, Outcome, Source
from catchment.pipeline.queue import Verdict
from catchment.telemetry import metrics

_SOURCES = {
    Source.HTTP: metrics.Source.HTTP,
    Source.KAFKA: metrics.Source.KAFKA,
    Source.FILE: metrics.Source.FILE,
    Source.CONTROL: metrics.Source.CONTROL,
}
_ACCEPTED = {door: metrics.EVENTS_ACCEPTED.labels(name) for door, name in _SOURCES.items()}
_REPEATED = {door: metrics.EVENTS_REPEATED.labels(name) for door, name in _SOURCES.items()}
_DEFERRED = {door: metrics.EVENTS_DEFERRED.labels(name) for door, name in _SOURCES.items()}
_SPLIT = metrics.WRITE_REDONE.labels(metrics.RedoReason.SPLIT)
_UNSTORABLE = metrics.DEAD_LETTERS.labels(metrics.DeadLetterReason.UNSTORABLE)


def count_batch(entries: Sequence[Entry], verdicts: Sequence[Verdict]) -> None:
    """One batch and its verdicts; only events are counted here, not what could not be used."""
    stored = 0
    found: Counter[tuple[int, Source]] = Counter()
    for entry, verdict in zip(entries, verdicts, strict=True):
        if isinstance(entry, EventEntry):
            if isinstance(verdict, Outcome):
                stored += entry.size_bytes
                found[1 if verdict.repeat else 0, entry.source] += 1
            elif isinstance(verdict, Transient):
                found[2, entry.source] += 1
    for (what, source), count in found.items():
        (_ACCEPTED, _REPEATED, _DEFERRED)[what][source].inc(count)
    if stored:
        metrics.WRITE_BATCH_EVENTS.observe(len(entries))
        metrics.WRITE_BATCH_BYTES.observe(stored)


def count_split() -> None:
    """A batch is written again in halves."""
    _SPLIT.inc()


def count_unstorable() -> None:
    """An event became a dead letter because the database refuses it."""
    _UNSTORABLE.inc()
