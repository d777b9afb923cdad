"""Every answer that one event can get."""

import json
from urllib.parse import quote

import httpx
import pytest

from tests.integration.http.conftest import Collector, event


def problem(answer: httpx.Response, status: int) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = answer.json()
    assert body["status"] == status
    assert isinstance(body["detail"], str)
    assert isinstance(body["errors"], list)
    return body


@pytest.mark.parametrize("path", ["/api/v1/lineage", "/lineage", "/"])
def test_an_event_is_stored_once_by_every_path(server: Collector, path: str) -> None:
    sent = event()
    first = server.post(sent, path)
    assert first.status_code == 201
    again = server.post(sent)
    assert (again.status_code, again.json()) == (200, first.json())


def test_seqs_are_dense(server: Collector) -> None:
    seqs = [server.post(event()).json()["seq"] for _ in range(3)]
    assert seqs == [seqs[0], seqs[0] + 1, seqs[0] + 2]


def test_bytes_come_back_as_they_were_without_what_is_around(server: Collector) -> None:
    body = json.dumps(event(), indent=3).encode()
    seq = server.post(b"\xef\xbb\xbf\n " + body + b" \n").json()["seq"]
    assert server.client.get(f"/api/v1/events/{seq}").content == body
    assert server.post(body).json() == {"seq": seq}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"[]",
        b"1",
        b'"text"',
        b"{'a': 1}",
        b"{} {}",
        b"\xff\xfe{\x00}\x00",
        b"\xff",
    ],
)
def test_what_is_no_json_object_is_400(server: Collector, body: bytes) -> None:
    problem(server.post(body), 400)


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"eventTime": None}, "/eventTime"),
        ({"eventTime": "yesterday"}, "/eventTime"),
        ({"run": {}}, "/run/runId"),
        ({"job": {"namespace": "", "name": "x"}}, "/job"),
        ({"job": {"namespace": "n", "name": "x" * 8_193}}, "/job"),
        ({"run": None, "job": None, "dataset": None}, ""),
    ],
)
def test_what_has_no_identity_is_422_and_says_where(
    server: Collector, members: dict[str, object], pointer: str
) -> None:
    errors = problem(server.post(event(**members)), 422)["errors"]
    assert isinstance(errors, list)
    assert errors[0]["pointer"] == pointer


def test_unusable_bodies_become_one_dead_letter_each_with_a_count(server: Collector) -> None:
    for _ in range(3):
        problem(server.post(b'{"dead": "letter"}'), 422)
    letters = server.client.get("/api/v1/dead-letters", params={"limit": 1000}).json()
    body = b'{"dead": "letter"}'
    [found] = [
        letter
        for letter in letters["deadLetters"]
        if server.client.get(f"/api/v1/events/{letter['seq']}").content == body
    ]
    assert found["count"] == 3


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/xml"]
)
def test_other_content_types_are_415(server: Collector, content_type: str) -> None:
    problem(server.post(event(), content_type=content_type), 415)


def test_ndjson_belongs_to_the_batch_paths(server: Collector) -> None:
    said = problem(server.post(event(), content_type="application/x-ndjson"), 415)
    assert "/api/v1/lineage/batch" in str(said["detail"])


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "koi8-r"])
def test_other_charsets_are_415(server: Collector, charset: str) -> None:
    problem(server.post(event(), content_type=f"application/json; charset={charset}"), 415)


@pytest.mark.parametrize("parameter", ["; charset=utf-8", ';charset="UTF-8"', "; x=y", ";"])
def test_utf8_by_any_spelling_is_fine(server: Collector, parameter: str) -> None:
    answer = server.post(event(), content_type=f"Application/JSON{parameter}")
    assert answer.status_code == 201


def test_unknown_query_parameters_are_ignored(server: Collector) -> None:
    assert server.post(event(), "/api/v1/lineage?trace=1&x").status_code == 201


def test_other_methods_and_paths_are_told_so(server: Collector) -> None:
    assert problem(server.client.put("/lineage"), 405)
    assert problem(server.client.get("/nothing/here"), 404)


def test_head_answers_without_a_body(server: Collector) -> None:
    answer = server.client.head("/health/live")
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_openapi_document_shows_ingest_beside_the_questions(server: Collector) -> None:
    paths = server.client.get("/openapi.json").json()["paths"]
    assert set(paths["/api/v1/lineage"]) == {"get", "post"}
    assert {"200", "201", "400", "413", "415", "422", "503"} <= set(
        paths["/api/v1/lineage"]["post"]["responses"]
    )
    assert "post" in paths["/api/v1/lineage/batch"]


def test_figures_count_what_was_accepted(server: Collector) -> None:
    def accepted() -> float:
        lines = server.client.get("/metrics").text.splitlines()
        name = 'catchment_events_accepted_total{source="http"}'
        [line] = [one for one in lines if one.startswith(name)]
        return float(line.split()[-1])

    before = accepted()
    server.post(event())
    assert accepted() == before + 1


def test_names_with_any_characters_are_found_percent_encoded(server: Collector) -> None:
    job = {"namespace": "s3://bucket/x", "name": "a/b:c%2F#d?e f"}
    assert server.post(event(job=job)).status_code == 201
    namespace, name = (quote(job[part], safe="") for part in ("namespace", "name"))
    found = server.client.get(f"/api/v1/namespaces/{namespace}/jobs/{name}")
    assert found.status_code == 200, found.text
    assert found.json()["name"] == job["name"]
