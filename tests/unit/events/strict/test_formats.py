"""Formats are asserted, and whoever breaks one is told in words."""

import json
from typing import Any

import pytest

from catchment.errors import Problem
from catchment.events.strict import problems_of
from tests.unit.events.strict.samples import RUN_EVENT


def told(**members: Any) -> list[Problem]:
    return list(problems_of(json.dumps(RUN_EVENT | members).encode()))


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01t12:00:00.1z",
        "2026-12-31T23:59:60Z",
        "2026-03-01T12:00:00.123456789-11:30",
    ],
)
def test_times(text: str) -> None:
    assert told(eventTime=text) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-03-01",
        "2026-03-01 12:00:00Z",
        "2026-03-01T12:00:00",
        "2026-03-01T12:00Z",
        "2026-03-01T12:00:00,5Z",
        "2026-03-01T12:00:00+0200",
        "2026-02-30T12:00:00Z",
        "2026-03-01T25:00:00Z",
        "2026-03-01T12:00:00Z\n",
        "0000-03-01T12:00:00Z",
        "٢026-03-01T12:00:00Z",
        1_767_225_600,
    ],
)
def test_no_times(text: Any) -> None:
    assert [problem.pointer for problem in told(eventTime=text)] == ["/eventTime"]


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/OpenLineage/OpenLineage/tree/1.54.0/client/python",
        "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "http://123",
        "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
        "mailto:a@example.org",
        "http://user:secret@[::1]:8080/a%20b?c=d/e?f#g",
        "file:///data/x",
        "x:",
    ],
)
def test_uris(text: str) -> None:
    assert told(producer=text) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "airflow",
        "//example.org/x",
        "1x:y",
        ":x",
        "https://example.org/a b",
        "https://example.org/<x>",
        "https://example.org/ä",
        "https://example.org/%zz",
        "https://example.org/#a#b",
        "https://example.org\n",
        "s3://{bucket}/x",
    ],
)
def test_no_uris(text: str) -> None:
    assert [problem.pointer for problem in told(producer=text)] == ["/producer"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "run-1",
        "01890a5dac96774bbcceb302099a8057",
        "{01890a5d-ac96-774b-bcce-b302099a8057}",
        "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
        "01890a5d-ac96-774b-bcce-b302099a805g",
        "01890a5d-ac96-774b-bcce-b302099a8057 ",
    ],
)
def test_no_uuids(text: str) -> None:
    assert told(run={"runId": text}) == [
        Problem("/run/runId", "must be a UUID, as 01890a5d-ac96-774b-bcce-b302099a8057")
    ]


@pytest.mark.parametrize(
    ("members", "pointer", "reason"),
    [
        (
            {"eventType": "start"},
            "/eventType",
            "must be `START`, `RUNNING`, `COMPLETE`, `ABORT`, `FAIL` or `OTHER`",
        ),
        ({"inputs": {}}, "/inputs", "must be an array, not an object"),
        ({"inputs": [1]}, "/inputs/0", "must be an object, not a number"),
        ({"job": {"namespace": "", "name": "a"}}, "/job/namespace", "must not be empty"),
        (
            {"job": {"namespace": "a", "name": "a" * 8_193}},
            "/job/name",
            "longer than 8,192 characters",
        ),
        (
            {"job": {"namespace": True, "name": "a"}},
            "/job/namespace",
            "must be a string, not true or false",
        ),
        ({"job": {"namespace": None, "name": "a"}}, "/job/namespace", "must be a string, not null"),
    ],
)
def test_words(members: Any, pointer: str, reason: str) -> None:
    assert told(**members) == [Problem(pointer, reason)]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1, None),
        (1.0, None),
        (2**70, None),
        (-1, None),
        (1.5, "must be an integer, not a number with a fraction"),
        ("1", "must be an integer, not a string"),
        (True, "must be an integer, not true or false"),
        (None, "must be an integer, not null"),
    ],
)
def test_integers(value: Any, reason: str | None) -> None:
    facet = {"_producer": "x:y", "_schemaURL": "x:y", "rowCount": value}
    output = {"namespace": "a", "name": "b", "outputFacets": {"outputStatistics": facet}}
    assert [problem.reason for problem in told(outputs=[output])] == ([reason] if reason else [])
