"""A strict reader finds nothing wrong with what real producers sent."""

import json
from datetime import date

import pytest

from catchment.events.strict import problems_of
from examples.estate import ndjson
from tests.integration.recorded.conftest import RECORDED, recording
from tests.recorded.written import flink, spark

NAMES = sorted(str(path.relative_to(RECORDED)) for path in RECORDED.rglob("*.ndjson*"))


@pytest.mark.parametrize("name", NAMES)
def test_what_real_producers_sent_is_valid(name: str) -> None:
    for request in recording(name):
        assert problems_of(request.event) == ()


def test_what_we_wrote_is_valid() -> None:
    written = [json.dumps(event).encode() for event in spark.events() + flink.events()]
    for body in (*written, *ndjson(date(2026, 3, 1))):
        assert problems_of(body) == ()
