"""What of the JSON itself a strict reader does not take, and where it says so."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchment.errors import NoIdentity, Permanent, Problem
from catchment.events.decode import Reader
from catchment.events.limits import Limits
from catchment.events.strict import problems_of
from catchment.events.strict.reading import MEMBERS_MAX
from catchment.lineage.assertion import BUILDERS
from tests.property.strategies import Json, event_sets
from tests.unit.events.strict.samples import RUN_EVENT

WHOLE = json.dumps(RUN_EVENT)


def told(member: str) -> list[Problem]:
    return list(problems_of(f"{WHOLE[:-1]}, {member}}}".encode()))


def test_white_space_and_a_byte_order_mark_are_no_matter() -> None:
    assert problems_of(b"\xef\xbb\xbf \n" + json.dumps(RUN_EVENT, indent=2).encode() + b"\n") == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON: no value that JSON knows at byte 0"),
        (b"{", "not JSON: a key in quotes is missing at byte 1"),
        (b'{"a":1}x', "not JSON: something follows the value at byte 7"),
        (b'{"a":1,}', "not JSON: a key in quotes is missing at byte 7"),
        (b'{"a":"\xff"}', "not UTF-8 at byte 6; send UTF-8"),
        (b'{"a":' + b"[" * 200 + b"]" * 200 + b"}", "nested deeper than 128 levels"),
    ],
)
def test_no_json(body: bytes, reason: str) -> None:
    assert problems_of(body) == (Problem("", reason),)


@pytest.mark.parametrize(
    ("member", "pointer", "reason"),
    [
        ('"x": [0, NaN]', "/x/1", "NaN is no number of JSON"),
        ('"x": {"a/b": -Infinity}', "/x/a~1b", "-Infinity is no number of JSON"),
        ('"x": "\\ud800"', "/x", "a lone surrogate, which no text can hold"),
        ('"x": {"a": 1, "b": 2, "a": 1}', "/x/a", "occurs twice"),
        ('"producer": "https://example.org"', "/producer", "occurs twice"),
    ],
)
def test_what_parsers_let_pass(member: str, pointer: str, reason: str) -> None:
    assert told(member) == [Problem(pointer, reason)]


@pytest.mark.parametrize(
    "member", ['"x": "\\ud83d\\ude00 NaN"', '"x": 1e400', f'"x": {"9" * 5_000}', '"\\u0000": 1']
)
def test_what_is_json(member: str) -> None:
    assert told(member) == []


def test_problems_are_bounded() -> None:
    event = RUN_EVENT | {"inputs": [1] * 1_000}
    body = json.dumps(event).encode()
    some = problems_of(body, Limits(problems_max=3))
    assert [problem.pointer for problem in some] == ["/inputs/0", "/inputs/1", "/inputs/2", ""]
    assert "problems_max" in some[-1].reason
    assert len(problems_of(body)) == 101


def test_what_is_looked_at_is_bounded() -> None:
    [problem] = told(f'"x": [{"1," * MEMBERS_MAX}1]')
    assert problem == Problem(
        "", f"more than {MEMBERS_MAX:,} members and elements, too many to be checked"
    )
    assert told(f'"x": "{"," * 2 * MEMBERS_MAX}"') == []


def lenient_problems(body: bytes) -> Any:
    try:
        return Reader(BUILDERS).read(body).problems
    except Permanent as error:
        return type(error)


@settings(deadline=None, max_examples=200)
@given(event_sets(size_max=4))
def test_a_strict_reader_takes_nothing_that_a_lenient_one_minds(events: list[Json]) -> None:
    for event in events:
        body = json.dumps({"schemaURL": "https://example.org/s"} | event).encode()
        if not problems_of(body):
            assert lenient_problems(body) == ()


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_any_change_has_an_answer(data: st.DataObject) -> None:
    body = bytearray(WHOLE.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    told = problems_of(bytes(body))
    assert all(problem.reason for problem in told)
    if not told:
        assert lenient_problems(bytes(body)) is not NoIdentity
