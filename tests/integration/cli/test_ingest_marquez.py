"""`ingest --marquez`: all run events of another server, whatever its list does meanwhile."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catchment.errors import CatchmentError
from catchment.events.times import FIRST_US
from catchment.receivers.marquez import MarquezEvents
from catchment.receivers.marquez_http import MarquezHttp
from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.cli.marquez_server import Answer, Json, marquez
from tests.integration.cli.test_commands import catchment, says
from tests.integration.http.conftest import StartCollector, collector, event

START = datetime(2026, 3, 1, tzinfo=UTC)


def at(seconds: float, **members: Any) -> Json:
    return event(eventTime=(START + timedelta(seconds=seconds)).isoformat(), **members)


def copied(url: str, data_dir: Path, database_url: str, *more: str, status: int = 0) -> Json:
    done = catchment(
        "ingest", "--marquez", url, "--json", *more, database_url=database_url, data_dir=data_dir
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == status, (done.stdout, done.stderr)
    told: Json = json.loads(done.stdout)
    return told


def run_ids(server: Any) -> list[str]:
    """Of every event in the log, sorted."""
    return sorted(entry["run"] for entry in server.entries())


def test_every_event_is_copied_once(
    start: StartCollector, database_url: str, tmp_path: Path
) -> None:
    server = start()
    events = [at(n / 2) for n in range(250)]
    events += [at(60.25) for _ in range(450)]  # more at one instant than a page holds
    events += [at(60 + n / 100_000) for n in range(300)]  # and within one millisecond
    events += [event(eventTime=f"{year}-01-01T00:00:00Z") for year in (1969, 1971, 2031, 9999)]
    with marquez(events=events, others=3) as source:

        def late(request: int) -> Answer | None:
            if request == 2:  # all others move on by one
                source.events.insert(0, at(-60))
            return None

        source.before_each = late
        told = copied(source.url + "/", tmp_path, database_url)
        assert (told["stored"], told["repeats"], told["dead_letters"]) == (1004, 0, 0)
        assert run_ids(server) == sorted(one["run"]["runId"] for one in events[1:])
        source.before_each = lambda _: None
        # What came late is there the next time, and nothing twice.
        told = copied(source.url + "/api/v1", tmp_path, database_url)
        assert (told["stored"], told["repeats"], told["resumed"]) == (1, 1004, None)
    sources = {entry["source"] for entry in server.entries()}
    assert sources == {"file"}


def test_it_goes_on_where_it_was_interrupted(
    start: StartCollector, database_url: str, tmp_path: Path
) -> None:
    server = start()
    with marquez(events=[at(n) for n in range(1_500)]) as source:
        source.before_each = lambda request: (404, b"{}", {}) if request > 8 else None
        told = copied(source.url, tmp_path, database_url, status=1)
        assert 700 < told["stored"] < 900
        assert "no Marquez" in told["errors"][0]["reason"]
        source.asked.clear()
        source.before_each = lambda _: None
        told = copied(source.url, tmp_path, database_url)
        assert told["resumed"] == source.asked[0]["after"].replace("Z", "+00:00")
        assert told["resumed"] > "2026-03-01T00:08"
        assert told["repeats"] < 300
        assert len(run_ids(server)) == 1_500
        assert copied(source.url, tmp_path, database_url, "--restart")["repeats"] == 1_500


def test_what_is_away_for_a_moment_is_asked_again(
    start: StartCollector, database_url: str, tmp_path: Path
) -> None:
    server = start()
    with marquez(events=[at(n) for n in range(250)]) as source:
        source.before_each = lambda request: (503, b"", {}) if request in (1, 3) else None
        assert copied(source.url, tmp_path, database_url)["stored"] == 250
    assert len(server.entries()) == 250


def test_what_cannot_be_used_is_kept_and_named(
    start: StartCollector, database_url: str, tmp_path: Path
) -> None:
    server = start()
    nameless = at(1, job={"namespace": "tests", "name": ""})
    odd = at(2, job={"namespace": "tests", "name": "lone \ud800"})
    with marquez(events=[at(0), nameless, odd]) as source:
        told = copied(source.url, tmp_path, database_url, status=1)
    assert (told["stored"], told["dead_letters"]) == (2, 1)
    assert (told["failures"][0]["path"], told["failures"][0]["number"]) == (source.url, 1)
    [letter] = server.client.get("/api/v1/dead-letters").json()["deadLetters"]
    assert "name" in letter["reason"]


def test_from_one_catchment_to_another_byte_for_byte(
    postgres_server: PostgresServer, start: StartCollector, database_url: str, tmp_path: Path
) -> None:
    server = start()
    # More within one millisecond than a page of Catchment may hold.
    bodies = [json.dumps(at(n / 1_300_000), indent=n % 3) for n in range(1_250)]
    bodies += [json.dumps(at(n)) for n in range(1, 250)]
    bodies[3] = bodies[3].replace("tests", "lone \\ud800")
    lines = [body.replace("\n", " ") for body in bodies]
    with postgres_server.database(TEMPLATE) as url, collector(database_url=url) as source:
        answer = source.batch("\n".join(lines), content_type="application/x-ndjson").json()
        assert answer["summary"]["failed"] == 0
        told = copied(source.url, tmp_path, database_url)
        hashes = [sorted(entry["sha256"] for entry in one.entries()) for one in (source, server)]
    assert told["stored"] == len(lines)
    assert hashes[0] == hashes[1]


def test_a_key_is_shown(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with marquez(events=[at(0)], key="open") as source:
        told = copied(source.url, tmp_path, database_url, status=1)
        assert "MARQUEZ_API_KEY" in told["errors"][0]["reason"]
        monkeypatch.setenv("MARQUEZ_API_KEY", "open")
        assert copied(source.url, tmp_path, database_url)["stored"] == 1


def page(*times: float) -> bytes:
    events = [at(time) for time in times]
    return json.dumps({"events": events, "totalCount": len(events)}).encode()


def refused(url: str) -> str:
    """Why nothing can be read from there, at once."""
    with pytest.raises(CatchmentError) as caught, closing(MarquezHttp(url, None)) as http:
        list(MarquezEvents(http, FIRST_US).elements())
    return str(caught.value)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((404, b"<html>", {}), "is no Marquez: it has no /api/v1/events/lineage"),
        ((200, b"<html>", {}), "is no Marquez: GET /api/v1/events/lineage gives no JSON"),
        ((200, b'{"events": 1, "totalCount": 0}', {}), "gives no JSON with `events`"),
        ((200, b'{"jobs": []}', {}), "gives no JSON with `events`"),
        ((200, b"[]", {}), "gives no JSON with `events`"),
        ((200, page(*range(200, 100, -1)), {}), "does not list events by time"),
        ((302, b"", {"Location": "/api/v1/events/lineage"}), "from one address to the next"),
        ((418, b"", {}), "answers 418"),
        ((400, b"", {}), "does not understand"),
    ],
)
def test_what_is_no_marquez_is_said_in_a_sentence(answer: Answer, sentence: str) -> None:
    with marquez() as source:
        source.before_each = lambda _: answer
        assert sentence in refused(source.url)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://no.such.host.invalid:5000", "There is no host no.such.host.invalid."),
        ("http://127.0.0.1:9", "Nothing answers at http://127.0.0.1:9."),
        ("marquez:5000", "write it as http://HOST:PORT"),
        ("http://", "write it as http://HOST:PORT"),
    ],
)
def test_a_bad_address_is_said_in_a_sentence(url: str, sentence: str) -> None:
    assert sentence in refused(url)


def test_tls_where_there_is_none_is_said() -> None:
    with marquez() as source:
        assert "does not speak TLS" in refused(source.url.replace("http:", "https:"))


def test_files_or_a_marquez_and_never_a_password_in_words(
    database_url: str, tmp_path: Path
) -> None:
    assert "either" in says(catchment("ingest", "x", "--marquez", "http://x"), 2)
    assert "either" in says(catchment("ingest"), 2)
    url = "http://me:secret@127.0.0.1:9"
    done = catchment("ingest", "--marquez", url, database_url=database_url, data_dir=tmp_path)
    text = says(done, 1)
    assert "secret" not in text
    assert text.endswith("Nothing answers at http://127.0.0.1:9.\n")
    assert text.count("\n") == 2  # the tally, and why
