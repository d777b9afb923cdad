"""What one caller sees of the rows behind an answer. The one place where this is decided.

Nothing of a name outside the globs of its key, and nothing that is deleted: it is left out of what
names it, and answered as unknown where it is asked for. No secret without scope `raw`. And facets
as JSON, whatever was sent.
Every row passes through here between `postgres.read` and `shapes`.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from hashlib import sha256

from msgspec.structs import replace
from starlette.requests import Request

from catchment.access.grants import Grant, grant_of
from catchment.access.redact import View, shown, view_of
from catchment.errors import Unknown
from catchment.events.kept import Kept
from catchment.events.model import Facet
from catchment.lineage.bags import EMPTY, Bag, Layer, Layers
from catchment.lineage.fold import Sight as DatasetSight
from catchment.lineage.fold import Sights
from catchment.lineage.resolve import Resolved
from catchment.postgres.asking import FOREVER_US
from catchment.postgres.read.details import DatasetRow, JobRow, RunRow
from catchment.postgres.read.facets import Facets
from catchment.postgres.read.names import Node

_KEPT_BYTES_MAX = 32 * 1024 * 1024
_kept = Kept[tuple[bytes, View], bytes](_KEPT_BYTES_MAX)

Sees = Callable[[str], bool]
Shows = Callable[[Node], bool]


class Sight:
    """The eyes of one caller."""

    def __init__(self, grant: Grant, as_of_us: int = FOREVER_US) -> None:
        self._as_of_us = as_of_us
        self.view = view_of(grant)
        self.sees = self.view.sees
        self.limited = bool(grant.namespaces)
        # Runs share bags: each is looked through once. It is kept, so that its id is its own.
        self._bags: dict[int, tuple[Bag, Bag]] = {}

    def require(self, namespace: str) -> None:
        """Make sure that this namespace is the caller's.

        Raises:
            Unknown: it is not; the answer is that of a name never seen.
        """
        if not self.sees(namespace):
            raise Unknown(f"Nothing in the namespace {namespace!r} was ever seen.")

    def shows(self, node: Node) -> bool:
        """Whether the caller may know of it, and it was not gone at the time asked about."""
        return (node.gone_us is None or node.gone_us > self._as_of_us) and self.sees(node.namespace)

    def knows(self, node: Node) -> bool:
        """Whether the caller may know of it, be it gone or not."""
        return self.sees(node.namespace)

    def nodes(self, nodes: Iterable[Node]) -> list[Node]:
        """Those that are shown."""
        return [node for node in nodes if self.shows(node)]

    def dataset(self, row: DatasetRow) -> DatasetRow:
        """A dataset with its facets as this caller may see them."""
        return replace(row, facets=self.facets(row.facets))

    def job(self, row: JobRow) -> JobRow:
        """A job; datasets and a parent of other namespaces are left out."""
        parent = row.parent
        return replace(
            row,
            facets=self.facets(row.facets),
            inputs=self.nodes(row.inputs),
            outputs=self.nodes(row.outputs),
            runs=[self.run(run) for run in row.runs],
            parent=parent if parent and self.shows(parent) else None,
        )

    def facets(self, facets: Facets) -> Facets:
        """Facets with what of them this caller may see."""
        return {name: self._facet(facet) for name, facet in facets.items()}

    def json(self, value: bytes) -> bytes:
        """A stored JSON value that is no whole facet."""
        return (
            value if self.view.raw and not self.view.namespaces else _shown_json(value, self.view)
        )

    def run(self, row: RunRow) -> RunRow:
        """A run; what it read and wrote in other namespaces is left out."""
        resolved = row.resolved
        return row if resolved is None else replace(row, resolved=self._resolved(row, resolved))

    def _resolved(self, row: RunRow, resolved: Resolved) -> Resolved:
        facets, shares = resolved.facets, resolved.shares
        if self.limited and len(shares) > 1:
            # What was said of a run under a job of others is theirs: it is enough to name its id to
            # have a share of it.
            facets, shares = EMPTY, shares[:1]
        return dataclasses.replace(
            resolved,
            facets=self._bag(facets),
            shares=tuple(
                dataclasses.replace(share, facets=self._bag(share.facets)) for share in shares
            ),
            reads=self._sights(resolved.reads, row.datasets),
            writes=self._sights(resolved.writes, row.datasets),
        )

    def _sights(self, sights: Sights, datasets: Mapping[bytes, Node]) -> Sights:
        return {
            key: DatasetSight(
                sight.first_us,
                sight.at_us,
                *map(self._layers, (sight.slow, sight.own, sight.io)),
            )
            for key, sight in sights.items()
            if self.sees(datasets[key].namespace)
        }

    def _layers(self, layers: Layers) -> Layers:
        return tuple([Layer(time_us, rank, self._bag(bag)) for time_us, rank, bag in layers])

    def _bag(self, bag: Bag) -> Bag:
        known = self._bags.get(id(bag))
        if known is None:
            known = self._bags[id(bag)] = (bag, Bag(tuple(map(self._facet, bag.facets))))
        return known[1]

    def _facet(self, facet: Facet) -> Facet:
        body = _shown(facet, self.view)
        if body is facet.body:
            return facet
        # What is made of a facet is remembered by its hash, so another body has another one.
        return dataclasses.replace(facet, hash=sha256(body).digest()[:16], body=body)


@lru_cache(maxsize=16_384)
def _shown_json(value: bytes, view: View) -> bytes:
    return shown(value, view)


def sight_of(request: Request, as_of_us: int = FOREVER_US) -> Sight:
    """What the caller of this request may see; at the time `as_of_us`, if it asks about one."""
    return Sight(grant_of(request.scope), as_of_us)


def _shown(facet: Facet, view: View) -> bytes:
    """A facet's body for this caller; looked through once for each distinct facet and view."""
    key = (facet.hash, view)
    body = _kept.get(key)
    if body is None:
        body = shown(facet.body, view)
        _kept.put(key, body, len(body))
    # Equal bytes are the facet's own, so that one that is unchanged is the same object.
    return facet.body if len(body) == len(facet.body) and body == facet.body else body
