"""Folds as bytes: what stands in `run.fold`. Names and bags by id, facets of one run in full.

A first byte says the form; then zstd with a fixed dictionary over msgpack. Knows how a fold is
written, not what it means. Reading has two steps, so that the ids of a whole batch of folds can be
looked up at once: `unpack` and `references`, then `build`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import resources
from typing import Any

import msgspec
import zstandard

from catchment.events.model import Facet
from catchment.lineage.bags import EMPTY, Bag, Layer, Layers, flatten, merge_layers
from catchment.lineage.fold import Part, RunFold, Sight, Sights, Snapshot

# The forms of folds that stand in databases, each with its dictionary; new ones are of the last.
# Form 3 adds the first naming of a write, where it is not the last, and the snapshot of a part.
DICTIONARIES = {2: "fold_2.zdict", 3: "fold_2.zdict"}
FORM = 3
_FOLD_BYTES_MAX = 1 << 30
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder()


def _dictionary(file: str) -> zstandard.ZstdCompressionDict:
    content = resources.files("catchment.postgres").joinpath("dictionaries", file).read_bytes()
    return zstandard.ZstdCompressionDict(content)


_dictionaries = {form: _dictionary(file) for form, file in DICTIONARIES.items()}
# The form stands in front, so that the frame need not say which dictionary it needs.
_compressor = zstandard.ZstdCompressor(
    level=3, dict_data=_dictionaries[FORM], write_checksum=False, write_dict_id=False
)
_decompressors = {
    form: zstandard.ZstdDecompressor(dict_data=dictionary)
    for form, dictionary in _dictionaries.items()
}

Raw = list[Any]
Use = tuple[int, str]
"""The id of a dataset, and "i" or "o"."""


def bags_in(fold: RunFold) -> Iterable[Bag]:
    """The bags that must have an id before this fold can be written."""
    for part in fold.parts.values():
        for layer in part.facets:
            yield layer.bag
        for facet in part.lineage:
            yield Bag((facet,))
        for sights in (part.reads, part.writes):
            for sight in sights.values():
                for layer in sight.slow:
                    yield layer.bag


@dataclass(frozen=True, slots=True)
class Encoder:
    """Writes folds; the three functions give the ids of what a fold names."""

    job_id: Callable[[bytes], int]
    dataset_id: Callable[[bytes], int]
    bag_id: Callable[[Bag], int]

    def encode(self, fold: RunFold) -> bytes:
        """The bytes of a fold."""
        return bytes([FORM]) + _compressor.compress(self.pack(fold))

    def pack(self, fold: RunFold) -> bytes:
        """The same before compression."""
        base = fold.first_us if fold.first_us is not None else (fold.named or (0, b""))[0]
        return _encoder.encode(
            [
                base,
                [fold.named[0] - base, self.job_id(fold.named[1])] if fold.named else None,
                fold.first_us is not None,
                _offset(fold.last_us, base),
                _offset(fold.start_us, base),
                [fold.terminal[0] - base, fold.terminal[1]] if fold.terminal else None,
                fold.terminals,
                fold.live,
                fold.external_id.encode("utf-8", "surrogatepass") if fold.external_id else None,
                _inline(fold.facets, base),
                [self._part(job, part, base) for job, part in fold.parts.items()],
            ]
        )

    def _part(self, job: bytes, part: Part, base: int) -> Raw:
        return [
            self.job_id(job),
            part.first_us - base,
            part.latest[0] - base,
            part.latest[1],
            self._by_id(part.facets, base),
            [self.bag_id(Bag((facet,))) for facet in sorted(part.lineage, key=_hash)],
            self._sights(part.reads, base),
            self._sights(part.writes, base),
            *(() if part.snapshot is None else (self._snapshot(part.snapshot, base),)),
        ]

    def _snapshot(self, snapshot: Snapshot, base: int) -> Raw:
        sides = (snapshot.inputs, snapshot.outputs)
        members = [[self.dataset_id(key) for key in side] for side in sides]
        return [snapshot.time_us - base, snapshot.rank, *members]

    def _sights(self, sights: Sights, base: int) -> Raw:
        return [
            [
                self.dataset_id(key),
                sight.at_us - base,
                self._by_id(sight.slow, base),
                _inline(sight.own, base),
                _inline(sight.io, base),
                *(() if sight.first_us == sight.at_us else (sight.first_us - base,)),
            ]
            for key, sight in sights.items()
        ]

    def _by_id(self, layers: Layers, base: int) -> Raw:
        return [[time - base, rank, self.bag_id(bag)] for time, rank, bag in layers]


def _hash(facet: Facet) -> bytes:
    return facet.hash


def _offset(time_us: int | None, base: int) -> int | None:
    return None if time_us is None else time_us - base


def _inline(layers: Layers, base: int) -> Raw:
    return [
        [time - base, rank, [[_text(f.name), f.body, f.deleted] for f in bag.facets]]
        for time, rank, bag in layers
    ]


def _text(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def unpack(fold: bytes) -> Raw:
    """A fold's parts, with ids still to be looked up."""
    decompressor = _decompressors.get(fold[0])
    if decompressor is None:
        raise ValueError(f"a fold of form {fold[0]}: written by another version")
    raw: Raw = _decoder.decode(decompressor.decompress(fold[1:], max_output_size=_FOLD_BYTES_MAX))
    return raw


@dataclass(slots=True)
class References:
    """The ids that folds name."""

    jobs: set[int] = field(default_factory=set)
    datasets: set[int] = field(default_factory=set)
    bags: set[int] = field(default_factory=set)

    def add(self, raw: Raw) -> None:
        """Those of one more fold."""
        if raw[1]:
            self.jobs.add(raw[1][1])
        for job, _, _, _, facets, lineage, reads, writes, *snapshots in raw[10]:
            self.jobs.add(job)
            self.bags.update(layer[2] for layer in facets)
            self.bags.update(lineage)
            for sights in (reads, writes):
                for sight in sights:
                    self.datasets.add(sight[0])
                    self.bags.update(layer[2] for layer in sight[2])
            for snapshot in snapshots:
                self.datasets.update(snapshot[2], snapshot[3])


@dataclass(frozen=True, slots=True)
class Builder:
    """Reads unpacked folds; the mappings hold at least what `References` found."""

    jobs: Mapping[int, bytes]
    datasets: Mapping[int, bytes]
    bags: Mapping[int, Bag]

    def build(self, raw: Raw) -> RunFold:
        """The fold."""
        base = raw[0]
        return RunFold(
            named=(raw[1][0] + base, self.jobs[raw[1][1]]) if raw[1] else None,
            first_us=base if raw[2] else None,
            last_us=_absolute(raw[3], base),
            start_us=_absolute(raw[4], base),
            terminal=(raw[5][0] + base, raw[5][1]) if raw[5] else None,
            terminals=raw[6],
            live=raw[7],
            external_id=None if raw[8] is None else raw[8].decode("utf-8", "surrogatepass"),
            facets=_outline(raw[9], base),
            parts={self.jobs[part[0]]: self._part(part, base) for part in raw[10]},
        )

    def _part(self, raw: Raw, base: int) -> Part:
        _, first, latest, rank, facets, lineage, reads, writes, *snapshots = raw
        return Part(
            first_us=first + base,
            latest=(latest + base, rank),
            facets=self._by_id(facets, base),
            lineage=frozenset(facet for bag in lineage for facet in self.bags[bag].facets),
            reads=self._sights(reads, base),
            writes=self._sights(writes, base),
            snapshot=self._snapshot(snapshots[0], base) if snapshots else None,
        )

    def _snapshot(self, raw: Raw, base: int) -> Snapshot:
        time, rank, *sides = raw
        inputs, outputs = [tuple(sorted(self.datasets[one] for one in side)) for side in sides]
        return Snapshot(time + base, rank, inputs, outputs)

    def _sights(self, raw: Raw, base: int) -> Sights:
        return {
            self.datasets[dataset]: Sight(
                (first[0] if first else at) + base,
                at + base,
                self._by_id(slow, base),
                _outline(own, base),
                _outline(io, base),
            )
            for dataset, at, slow, own, io, *first in raw
        }

    def _by_id(self, raw: Raw, base: int) -> Layers:
        return tuple([Layer(time + base, rank, self.bags[bag]) for time, rank, bag in raw])


def once_of(raw: Raw, wanted: Collection[Use]) -> dict[Use, tuple[Bag, Bag]]:
    """Of datasets as a run read or wrote them the facets without history, and inputFacets.

    They stand in the fold in full, so that no id has to be looked up.
    """
    base = raw[0]
    found: dict[Use, tuple[Layers, Layers]] = {}
    for part in raw[10]:
        for direction, sights in (("i", part[6]), ("o", part[7])):
            for dataset, _, _, own, io, *_ in sights:
                use = (dataset, direction)
                if use in wanted:
                    known_own, known_io = found.get(use, ((), ()))
                    found[use] = (
                        merge_layers(known_own, _outline(own, base)),
                        merge_layers(known_io, _outline(io, base)),
                    )
    return {use: (flatten(own), flatten(io)) for use, (own, io) in found.items()}


def _absolute(offset: int | None, base: int) -> int | None:
    return None if offset is None else offset + base


def _outline(raw: Raw, base: int) -> Layers:
    return tuple([Layer(time + base, rank, _bag(facets)) for time, rank, facets in raw])


def _bag(facets: Raw) -> Bag:
    if not facets:
        return EMPTY
    return Bag(tuple([_facet(*facet) for facet in facets]))


def _facet(name: bytes, body: bytes, deleted: bool) -> Facet:
    digest = sha256(body).digest()[:16]
    return Facet(name.decode("utf-8", "surrogatepass"), digest, body, deleted)
