"""Folds as databases hold them: what an earlier version wrote is read while it stands there."""

import base64
import json
from dataclasses import replace
from typing import Any

from catchment.events.decode import Reader
from catchment.lineage.assertion import BUILDERS
from catchment.lineage.bags import Bag
from catchment.lineage.fold import RunFold, fold_of, merge
from catchment.postgres.folds import Builder, Encoder, bags_in, unpack

FACET = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
# Written by the version before form 3, of the fold below; ids count up as they are asked for.
FORM_2 = base64.b85decode(
    b"0w}dF{a{T1jROF4gA5{02Bfy4Na1W|W+F;$CQqnLrCN1D!jm#};OIp1FL0Fx&q9Zh<|eI3Ko7%^j?CEt82tB"
    b"wphB)cP&y$3`4U0@V-<F{>SRo%$Z7_9I_5ybIwX0j8t(2PN3k;}S$Dg+D<K_8oB&dYXn&R&"
)


def event(kind: str, minute: int, **sides: Any) -> bytes:
    facets = {"nominalTime": FACET | {"nominalStartTime": "2026-03-01T00:00:00Z"}}
    sql = {"sql": FACET | {"query": "select 1"}}
    return json.dumps(
        {
            "eventType": kind,
            "eventTime": f"2026-03-01T12:{minute:02}:00Z",
            "producer": "https://example.org/tests",
            "run": {"runId": "0190a000-0000-7000-8000-000000000001", "facets": facets},
            "job": {"namespace": "tests", "name": "job", "facets": sql},
            **sides,
        }
    ).encode()


def a_fold() -> RunFold:
    facets = {
        "schema": FACET | {"fields": [{"name": "x"}]},
        "version": FACET | {"datasetVersion": "v1"},
    }
    out = {"namespace": "db", "name": "out", "facets": facets}
    begun = event("START", 1, inputs=[{"namespace": "db", "name": "in"}], outputs=[out])
    ended = event("COMPLETE", 9, outputs=[out])
    reader = Reader(BUILDERS)
    return merge(fold_of(reader.read(begun)), fold_of(reader.read(ended)))


class Ids:
    """Ids in the order in which they are asked for, as the encoder asks."""

    def __init__(self, fold: RunFold) -> None:
        self._ids: dict[bytes, int] = {}
        self.bags = {bag.hash: bag for bag in bags_in(fold)}
        self.written = Encoder(self.of, self.of, self._of_bag).encode(fold)

    def of(self, key: bytes) -> int:
        return self._ids.setdefault(key, len(self._ids) + 1)

    def _of_bag(self, bag: Bag) -> int:
        return self.of(bag.hash)

    def builder(self) -> Builder:
        keys = {row_id: key for key, row_id in self._ids.items()}
        return Builder(keys, keys, {i: self.bags[k] for i, k in keys.items() if k in self.bags})


def test_what_is_written_is_read_again() -> None:
    fold = a_fold()
    ids = Ids(fold)
    assert ids.builder().build(unpack(ids.written)) == fold


def test_a_fold_of_form_2_is_read_with_the_last_naming_of_a_write_as_its_first() -> None:
    fold = a_fold()
    assert FORM_2[0] == 2
    read = Ids(fold).builder().build(unpack(FORM_2))
    for job, part in fold.parts.items():
        writes = {key: sight._replace(first_us=sight.at_us) for key, sight in part.writes.items()}
        assert writes != part.writes
        fold.parts[job] = replace(part, writes=writes)
    assert read == fold
