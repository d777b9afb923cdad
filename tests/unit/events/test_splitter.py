"""The slow way to take JSON apart agrees with the standard library, and is linear on anything."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchment.errors import NotJson, Permanent, TooLarge
from catchment.events import splitter
from catchment.events.batch import split_batch

MIB_32 = 32 * 1024**2

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.text(alphabet='a"\\,[]{}é\u2028')
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def spell(value: Any, ascii_only: bool, indent: int | None) -> bytes:
    return json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode(
        "utf-8", "surrogatepass"
    )


@given(values, st.booleans(), st.sampled_from([None, 1]))
def test_a_value_ends_where_it_ends(value: Any, ascii_only: bool, indent: int | None) -> None:
    raw = spell(value, ascii_only, indent)
    assert splitter.value_end(raw, 0) == len(raw)
    assert splitter.value_end(b"[" + raw + b"]", 1) == len(raw) + 1


@given(st.dictionaries(st.text(), values), st.booleans())
def test_members_are_those_of_json(value: dict[str, Any], ascii_only: bool) -> None:
    raw = spell(value, ascii_only, None)
    found = splitter.members(raw)
    assert {key: json.loads(piece) for key, piece in found.items()} == value
    assert list(found.items()) == list(splitter.members_of(raw).items())


@given(st.lists(values, min_size=1), st.sampled_from([None, 1]))
def test_elements_are_those_of_json_rough_ones_too(value: list[Any], indent: int | None) -> None:
    raw = spell(value, True, indent)
    assert [json.loads(piece) for piece in splitter.elements(raw)] == value
    assert splitter.rough_elements(raw, 1_000) == splitter.elements(raw)


@given(st.binary() | values.map(lambda value: spell(value, False, None)), st.integers(0, 50))
def test_garbage_and_what_is_cut_short_is_only_ever_refused(raw: bytes, cut: int) -> None:
    for read in (splitter.members, splitter.elements):
        for body in (raw, raw[:cut], b"[" + raw, b"{" + raw):
            with suppress(Permanent):
                read(body)


@pytest.mark.parametrize("size", [1, 65_533, 65_534, 65_535, 65_536, 65_537, 200_000])
@pytest.mark.parametrize("unit", ["a", "\\\\", '\\"', "\\u00e9", "é"])
def test_strings_longer_than_a_window_end_where_they_end(size: int, unit: str) -> None:
    raw = f'["{unit * size}",1]'.encode()
    assert splitter.elements(raw) == splitter.rough_elements(raw, 2)
    assert len(splitter.elements(raw)) == 2


def test_a_broken_element_costs_no_other() -> None:
    body = b'[{"a":1}, nonsense, {"b": "x,]}"}, {"c" 1}, {"d":2}]'
    assert split_batch(body, ndjson=False, elements_max=9) == [
        b'{"a":1}', b"nonsense", b'{"b": "x,]}"}', b'{"c" 1}', b'{"d":2}',
    ]  # fmt: skip


def test_lines_are_taken_as_they_are_and_blank_ones_left_out() -> None:
    body = b'\xef\xbb\xbf{"a":1}\r\n\n  \nnonsense\n{"b":2}'
    assert split_batch(body, ndjson=True, elements_max=9) == [b'{"a":1}', b"nonsense", b'{"b":2}']


@pytest.mark.parametrize("body", [b"[{},{},{}]", b"[{},{},x]", b"[" + b"{}," * 9_000 + b"{}]"])
def test_too_many_elements_are_said_to_be_too_many(body: bytes) -> None:
    with pytest.raises(TooLarge, match="batch_events_max"):
        split_batch(body, ndjson=False, elements_max=2)


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b"[1", b'["', b"[1}", b"[1] 2"])
def test_no_batch_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(NotJson):
        split_batch(body, ndjson=False, elements_max=2)


HOSTILE = {
    "quotes": b"[" + b'"' * (MIB_32 - 2) + b"]",
    "backslashes": b'[{"' + b"\\" * (MIB_32 - 4) + b"]",
    "brackets": b"[" * MIB_32,
    "braces": b"[" + b"{" * MIB_32,
    "commas": b"[" + b"," * (MIB_32 - 2) + b"]",
    "tiny elements": b"[" + b"{}," * (MIB_32 // 3) + b"{}]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_batches_cost_few_steps(name: str) -> None:
    """Counted, not timed: a window of a pattern is one step, and so is a bracket that counts."""
    steps = 0
    real = splitter._to_bracket

    def counted(raw: bytes, at: int) -> int:
        nonlocal steps
        steps += 1
        return real(raw, at)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitter, "_to_bracket", counted)
        with suppress(Permanent):
            split_batch(HOSTILE[name], ndjson=False, elements_max=10_000)
    assert steps <= 1_100_000


def test_what_is_no_json_is_taken_by_the_tolerant_reading() -> None:
    found = splitter.members(b'{"a": NaN, "b": -Infinity, "c": "\\ud800", "a": [Infinity]}')
    assert found == {"a": b"[Infinity]", "b": b"-Infinity", "c": b'"\\ud800"'}
    assert splitter.text(found["c"]) == "\ud800"
