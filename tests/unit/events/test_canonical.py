"""The canonical form: what two spellings of one value have in common, by both ways the same."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchment.events import canonical as room
from catchment.events.canonical import canonical
from tests.unit.events.test_splitter import values


def shuffled(value: Any, rng: random.Random) -> Any:
    if isinstance(value, list):
        return [shuffled(item, rng) for item in value]
    if isinstance(value, dict):
        keys = list(value)
        rng.shuffle(keys)
        return {key: shuffled(value[key], rng) for key in keys}
    return value


@given(values, st.randoms(use_true_random=False), st.booleans())
def test_spellings_of_one_value_have_one_form(
    value: Any, rng: random.Random, ascii_only: bool
) -> None:
    one = json.dumps(value).encode()
    other = json.dumps(shuffled(value, rng), ensure_ascii=ascii_only, indent=2)
    assert canonical(one) == canonical(other.encode("utf-8", "surrogatepass"))
    assert canonical(canonical(one)) == canonical(one)


@given(values)
def test_both_ways_agree(value: Any) -> None:
    raw = json.dumps(value).encode()
    assert room._write(raw) == canonical(raw)


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        (b'{"b":1,"a":2}', b'{"a":2,"b":1}'),
        (b'{"a":1,"a":2}', b'{"a":2}'),
        (b"[1.0, 1, 1e3, -0, -0.0]", b"[1.0,1,1e3,-0,-0.0]"),
        (b"[NaN, Infinity]", b"[NaN,Infinity]"),
        (b'"\\u0041\\/"', b'"A/"'),
        (b'"\\ud800"', b'"\\ud800"'),
        (b'"\\ud83e\\udd86"', '"🦆"'.encode()),
        (b'{"\\u00e9":1,"z":2}', '{"z":2,"é":1}'.encode()),
    ],
)
def test_the_form_of(raw: bytes, form: bytes) -> None:
    assert canonical(raw) == form
