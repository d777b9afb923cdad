"""What a JobEvent declares of its job's inputs and outputs, until a later one replaces it."""

from typing import NamedTuple

from catchment.lineage.assertion import JobAssertion, ReadEvent
from catchment.lineage.iosets import SAYS_SOURCES, IoSet, io_set
from catchment.lineage.keys import digest


class Declaration(NamedTuple):
    """One JobEvent's io-set. A direction that it leaves empty says nothing."""

    job: bytes
    time_us: int
    hash: bytes
    io_set: IoSet
    fills_in: bool
    fills_out: bool


def declare(event: ReadEvent, job: JobAssertion) -> Declaration | None:
    """The declaration of a JobEvent; None if it names no dataset in either direction."""
    made_of = frozenset(
        (dataset.name.key, facet)
        for dataset in event.outputs
        for facet in dataset.slow.facets + dataset.own.facets
        if facet.name in SAYS_SOURCES and not facet.deleted
    )
    inputs = frozenset([dataset.name.key for dataset in event.inputs])
    outputs = frozenset([dataset.name.key for dataset in event.outputs])
    if not (inputs or outputs or job.lineage_facets):
        return None
    shape = io_set(job.name.key, inputs, outputs, made_of, job.lineage_facets)
    directions = {direction for _, direction in shape.members()}
    fills_in, fills_out = "i" in directions, "o" in directions
    marks = bytes([fills_in, fills_out])
    return Declaration(
        job.name.key,
        event.time_us,
        digest(b"declared", shape.hash, marks),
        shape,
        fills_in,
        fills_out,
    )
