"""What a segment says of where it goes holds no secret."""

import json

import pytest

from catchment_emitters.spool.downstream import CUT, written_form


@pytest.mark.parametrize("name", ["connectionString", "dsn", "pwd", "apiKey", "sasl.password"])
def test_what_is_called_like_a_secret_is_not_written(name: str) -> None:
    config = {"type": "own", "config": {name: "hush", "connections.max.idle.ms": 9}}
    written = written_form(config)
    assert "hush" not in json.dumps(written)
    assert written["config"] == {name: CUT, "connections.max.idle.ms": 9}
