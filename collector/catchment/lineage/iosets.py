"""Io-sets: what one run read and wrote under one job, with the pairs that its facets state.

Content-addressed: however many runs do the same, it is one io-set. Keys only, in sorted order, so
that the hash depends on nothing but what was read and written.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from catchment.events.facets.lifecycle import read_change
from catchment.events.model import Facet
from catchment.lineage.aliases import renamed_from
from catchment.lineage.columns import ColumnSet, column_sets
from catchment.lineage.explicit import explicit_pairs
from catchment.lineage.keys import digest

EXPLICIT = 1
COLUMN = 2

COLUMN_LINEAGE = "columnLineage"
SAYS_SOURCES = frozenset({COLUMN_LINEAGE, "lifecycleStateChange"})
"""Facets of an output that say what it was made of: a RENAME, of what it was before."""


class Pair(NamedTuple):
    """Data flows from `source` to `output`, as a facet states. basis: EXPLICIT, or COLUMN.

    What a RENAME states is a pair of basis COLUMN, without columns.
    """

    output: bytes
    source: bytes
    basis: int
    columns: ColumnSet | None


@dataclass(frozen=True, slots=True)
class IoSet:
    """Inputs, outputs and pairs of one job's run or declaration, by natural keys.

    `explicit`: a lineage facet was there, so inputs x outputs is no evidence. `boundary` are edges
    that a lineage facet gives without a pair: (dataset, "i" or "o").
    """

    hash: bytes
    job: bytes
    inputs: tuple[bytes, ...]
    outputs: tuple[bytes, ...]
    pairs: tuple[Pair, ...]
    boundary: tuple[tuple[bytes, str], ...]
    explicit: bool

    def members(self) -> dict[tuple[bytes, str], bool]:
        """(dataset, "i" or "o") -> whether inputs or outputs name it (False: only a facet does)."""
        members: dict[tuple[bytes, str], bool] = {}
        for pair in self.pairs:
            members[pair.source, "i"] = False
            members[pair.output, "o"] = False
        members.update(dict.fromkeys(self.boundary, False))
        members.update(((key, "i"), True) for key in self.inputs)
        members.update(((key, "o"), True) for key in self.outputs)
        return members


@lru_cache(maxsize=65_536)
def io_set(
    job: bytes,
    inputs: frozenset[bytes],
    outputs: frozenset[bytes],
    made_of: frozenset[tuple[bytes, Facet]],
    lineage: frozenset[Facet],
    elsewhere: frozenset[tuple[bytes, Facet]] = frozenset(),
) -> IoSet:
    """The io-set of these. `made_of`: (output, its facet in `SAYS_SOURCES`); `lineage`: job facets.

    `elsewhere`: (job, lineage facet) of the same run under other jobs: their edges are those jobs',
    but they take as much from products and columns here as if they stood here.
    """
    pairs: dict[tuple[bytes, bytes, int], Pair] = {}
    boundary: set[tuple[bytes, str]] = set()
    targets: set[bytes] = set()
    for facet in lineage:
        stated = explicit_pairs(facet, job)
        targets |= stated.targets
        boundary |= stated.boundary
        for output, source, column_set in stated.pairs:
            _add(pairs, Pair(output, source, EXPLICIT, column_set))
    for other, facet in elsewhere:
        targets |= explicit_pairs(facet, other).targets
    for output, facet in made_of:
        if output not in targets:
            for source, column_set in _sources(output, facet):
                _add(pairs, Pair(output, source, COLUMN, column_set))
    ordered = tuple([pairs[key] for key in sorted(pairs)])
    ins, outs, edge = tuple(sorted(inputs)), tuple(sorted(outputs)), tuple(sorted(boundary))
    return IoSet(
        _hash(job, ins, outs, ordered, edge, bool(lineage or elsewhere)),
        job,
        ins,
        outs,
        ordered,
        edge,
        bool(lineage or elsewhere),
    )


def _sources(output: bytes, facet: Facet) -> Iterable[tuple[bytes, ColumnSet | None]]:
    if facet.name == COLUMN_LINEAGE:
        return column_sets(facet)
    previous = renamed_from(read_change(facet), output)
    return [(previous.key, None)] if previous else []


def _add(pairs: dict[tuple[bytes, bytes, int], Pair], pair: Pair) -> None:
    """Two statements of one pair become one, with the columns of both."""
    key = (pair.output, pair.source, pair.basis)
    known = pairs.get(key)
    if known is not None:
        pair = pair._replace(columns=ColumnSet.union(known.columns, pair.columns))
    pairs[key] = pair


def _hash(
    job: bytes,
    inputs: tuple[bytes, ...],
    outputs: tuple[bytes, ...],
    pairs: tuple[Pair, ...],
    boundary: tuple[tuple[bytes, str], ...],
    explicit: bool,
) -> bytes:
    stated = [
        digest(
            b"pair",
            pair.output,
            pair.source,
            bytes([pair.basis]),
            pair.columns.hash if pair.columns else b"",
        )
        for pair in pairs
    ]
    edges = [key + direction.encode() for key, direction in boundary]
    parts = (b"".join(inputs), b"".join(outputs), b"".join(stated), b"".join(edges))
    return digest(b"ioset", job, *parts, b"explicit" if explicit else b"")
