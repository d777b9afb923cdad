"""Reading any bytes: an event or a `Permanent`, never anything else; both ways of reading agree."""

import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchment.errors import NoIdentity, Permanent, TooLarge
from catchment.events import decode, elements, splitter
from catchment.events.decode import Reader
from catchment.events.limits import Limits
from catchment.events.times import _read_any, read_time
from catchment.lineage.assertion import BUILDERS
from tests.property.strategies import Json, event_sets


def read(body: bytes) -> Any:
    return Reader(BUILDERS).read(body)


def facts(body: bytes) -> Any:
    """What was understood, comparable."""
    try:
        event = read(body)
    except Permanent as error:
        return type(error), error.problems
    job = event.job and (event.job.name, event.job.bag, event.job.lineage_facets)
    sides = [
        [(d.name, d.slow, d.own, d.io, d.mentions) for d in side]
        for side in (event.inputs, event.outputs, (event.dataset,) if event.dataset else ())
    ]
    run = event.run and (event.run_id, event.run.bag, event.run.names)
    return (event.time_us, event.type, run, job, sides, event.problems)


class Refusing:
    """A fast decoder that refuses everything, so that the slow way is taken."""

    def decode(self, _raw: object) -> object:
        raise msgspec.DecodeError


@settings(deadline=None)
@given(event_sets(size_max=4), st.integers(0, 2**32 - 1))
def test_the_slow_way_understands_the_same(events: list[Json], seed: int) -> None:
    for event in events:
        body = json.dumps(event, indent=seed % 3 or None).encode()
        fast = facts(body)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(decode, "_members", Refusing())
            patch.setattr(elements, "_datasets", Refusing())
            patch.setattr(splitter, "_fast_members", Refusing())
            assert facts(body) == fast


@settings(deadline=None, max_examples=200)
@given(event_sets(size_max=2), st.randoms(use_true_random=False))
def test_broken_bytes_are_an_event_or_refused(events: list[Json], rng: random.Random) -> None:
    for event in events:
        body = bytearray(json.dumps(event).encode())
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(body))
            change = rng.choice([b"", b'"', b"{", b"}", b"[", b"]", b",", b"\\", b"\xff", b"null"])
            body[at : at + rng.randint(0, 3)] = change
        facts(bytes(body))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_our_own_words(body: bytes) -> None:
    with pytest.raises(Permanent):
        read(body)


def nested(where: str, depth: int) -> bytes:
    """An event in which so many levels are open at the deepest place."""
    levels = {"job": 3, "inputs": 4, "inputFacets": 4, "name": 3, "run": 3, "other": 2}[where]
    deep = json.loads('{"a":' * (depth - levels) + "1" + "}" * (depth - levels))
    event: Json = {
        "eventTime": "2026-01-01T00:00:00Z",
        "run": {"runId": "0190a000-0000-7000-8000-000000000000"},
        "job": {"namespace": "n", "name": "j"},
        "inputs": [{"namespace": "n", "name": "d"}],
    }
    if where == "other":
        event["other"] = {"x": deep}
    elif where == "inputs":
        event["inputs"][0]["facets"] = {"deep": deep}
    elif where == "inputFacets":
        event["inputs"][0]["inputFacets"] = {"deep": deep, "wide": {"x": "y" * 100}}
    elif where == "name":
        event["inputs"].append({"namespace": "n", "name": deep})
    else:
        event[where]["facets"] = {"deep": deep}
    return json.dumps(event).encode()


@pytest.mark.parametrize("where", ["job", "inputs", "inputFacets", "name", "run", "other"])
def test_depth_is_bounded_wherever_it_is(where: str) -> None:
    reader = Reader(BUILDERS, Limits(depth_max=20))
    for _ in range(2):  # the second time from the caches
        reader.read(nested(where, 20))
        with pytest.raises(TooLarge):
            reader.read(nested(where, 21))


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T00:00:00Z",
        "2026-01-01T23:59:59.123456Z",
        "2026-01-01T23:59:59.1+05:30",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:00+24:00",
        "0001-01-01T00:00:00+23:59",
        "2026-01-01T00:00:00.123456789Z",
        "2026-01-01t00:00:00z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z",
        "2026-W01-1T00:00:00Z",
    ],
)
def test_times_are_read_alike_by_both_ways(text: str) -> None:
    assert read_time(text) == _read_any(text)


def test_without_a_time_there_is_no_event() -> None:
    body = json.dumps({"run": {"runId": "x"}, "job": {"namespace": "n", "name": "j"}})
    with pytest.raises(NoIdentity, match="eventTime"):
        read(body.encode())
