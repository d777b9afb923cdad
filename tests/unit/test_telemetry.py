"""Logs hold no payload, and metrics are there before anything happened."""

import json
import logging
from collections.abc import Iterator

import pytest

from catchment.telemetry import logs, metrics


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_is_json_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    logs.logger("pipeline").info("batch stored", events=3)
    logs.logger("pipeline").debug("not shown")
    captured = capsys.readouterr()
    line = json.loads(captured.err)
    assert captured.out == ""
    assert line["event"] == "batch stored"
    assert (line["events"], line["level"], line["logger"]) == (3, "info", "catchment.pipeline")


def test_other_libraries_speak_through_the_same_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    logging.getLogger("uvicorn.error").warning("port %d", 8765)
    logging.getLogger("uvicorn.access").info("GET /?secret=1")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"]) == ("port 8765", "warning")


def test_payloads_do_not_fit_into_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    logs.logger("x").info("received", raw=b"secret", long="x" * 100_000)
    said = capsys.readouterr().err
    assert "secret" not in said
    assert len(said) < 2_000


def test_a_person_gets_readable_lines(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("console", "info")
    logs.logger("x").info("server started", pid=7)
    assert "server started" in capsys.readouterr().err


def test_every_series_of_a_closed_set_is_there_from_the_start() -> None:
    text = metrics.exposition().decode()
    for reason in metrics.DeadLetterReason:
        assert f'catchment_dead_letters_total{{reason="{reason}"}}' in text
    for source in metrics.Source:
        assert f'catchment_events_accepted_total{{source="{source}"}}' in text
    assert "process_resident_memory_bytes" in text
