"""Bags of facets, and layers of them: for each facet name the latest event wins whole.

Layers are a last-writer-wins map, name -> (time, is a value, rank, hash), written compactly: facets
that share a stamp share a layer. `merge_layers` is commutative, associative and idempotent.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from catchment.events.model import Facet
from catchment.lineage.keys import digest


@lru_cache(maxsize=65_536)
def facet_key(facet: Facet) -> bytes:
    """What a facet is stored under: its name and its canonical body."""
    return digest(b"facet", facet.name.encode("utf-8", "surrogatepass"), facet.hash)


class Bag:
    """Facets of one entity, at most one of a name, in the order of their names. Immutable."""

    __slots__ = ("_hash", "facets", "names")

    def __init__(self, facets: tuple[Facet, ...]) -> None:
        self.facets = facets
        self.names = frozenset([facet.name for facet in facets])
        self._hash: bytes | None = None

    @property
    def hash(self) -> bytes:
        """16 bytes over the keys of its facets."""
        if self._hash is None:
            self._hash = digest(b"bag", *map(facet_key, self.facets))
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Bag) and self.facets == other.facets)

    def __hash__(self) -> int:
        return hash(self.facets)


EMPTY = Bag(())


def bag_of(facets: Iterable[Facet]) -> Bag:
    """A bag of these; of two with one name the greater hash stays."""
    by_name: dict[str, Facet] = {}
    for facet in facets:
        known = by_name.get(facet.name)
        if known is None or facet.hash > known.hash:
            by_name[facet.name] = facet
    return Bag(tuple([by_name[name] for name in sorted(by_name)])) if by_name else EMPTY


@lru_cache(maxsize=65_536)
def shared_bag(facets: tuple[Facet, ...]) -> Bag:
    """As `bag_of`, one object for all events that show these facets: its hash is made once."""
    return bag_of(facets)


def undeleted(facets: tuple[Facet, ...]) -> tuple[Facet, ...]:
    """The same facets where `_deleted` means nothing: on runs, inputs and outputs."""
    if not any(facet.deleted for facet in facets):
        return facets
    return tuple([replace(facet, deleted=False) for facet in facets])


class Layer(NamedTuple):
    """Facets that one instant and event rank gave."""

    time_us: int
    rank: int
    bag: Bag


Layers = tuple[Layer, ...]


def layers_of(time_us: int, rank: int, bag: Bag) -> Layers:
    """What one event gives."""
    return (Layer(time_us, rank, bag),) if bag.facets else ()


def merge_layers(a: Layers, b: Layers) -> Layers:
    """For each facet name the greatest (time, value over tombstone, rank, hash) of both."""
    if not b or a == b:
        return a
    if not a:
        return b
    if len(a) == 1 and len(b) == 1:
        older, newer = (a[0], b[0]) if a[0][:2] < b[0][:2] else (b[0], a[0])
        if older.bag == newer.bag:
            return (newer,)
        if newer.time_us > older.time_us and older.bag.names <= newer.bag.names:
            return (newer,)
    return _merge_by_name(a + b)


def _merge_by_name(layers: Layers) -> Layers:
    winners: dict[str, tuple[tuple[int, bool, int, bytes], Facet]] = {}
    for time_us, rank, bag in layers:
        for facet in bag.facets:
            order = (time_us, not facet.deleted, rank, facet.hash)
            known = winners.get(facet.name)
            if known is None or order > known[0]:
                winners[facet.name] = (order, facet)
    grouped: dict[tuple[int, int], list[Facet]] = {}
    for order, facet in winners.values():
        grouped.setdefault((order[0], order[2]), []).append(facet)
    return tuple([Layer(*stamp, bag_of(grouped[stamp])) for stamp in sorted(grouped, reverse=True)])


def flatten(layers: Layers) -> Bag:
    """The winners of all names, tombstones among them."""
    if len(layers) == 1:
        return layers[0].bag
    return bag_of([facet for layer in layers for facet in layer.bag.facets])
