"""A key that is limited to some namespaces learns nothing of others by writing or searching."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import JSON, Collector, collector, event
from tests.integration.http.test_keys import new_key

API = "/api/v1"
FACET = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
THEIR_RUN = "0190a000-0000-7000-8000-0000000000b1"
URL = "postgres://internal-host-7:5432/payroll"
TABLE = {"type": "DB_TABLE", "physicalName": "probe", "sourceName": "warehouse"}


class Keyed:
    """A server, asked with one key or another."""

    def __init__(self, server: Collector, keys: dict[str, str]) -> None:
        self.server = server
        self.keys = keys

    def ask(self, whose: str, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = JSON | {"authorization": f"Bearer {self.keys[whose]}"}
        content = None if body is None else json.dumps(body)
        return self.server.client.request(method, API + path, content=content, headers=headers)


@pytest.fixture(scope="module")
def keyed(postgres_server: PostgresServer) -> Iterator[Keyed]:
    with postgres_server.database(TEMPLATE) as url:
        keys = {
            "admin": new_key(url, "admin"),
            "reader": new_key(url, "read"),
            "mine": new_key(url, "read", "ingest", namespaces=("mine*",)),
        }
        with collector(database_url=url, auth="keys") as server:
            keyed = Keyed(server, keys)
            for n in range(30):
                said = f"by postgres://svc:sesamestreet@h/db, part {n}"
                facets = {
                    "dataSource": FACET | {"name": "warehouse", "uri": URL},
                    "documentation": FACET | {"description": said},
                }
                output = {"namespace": "theirs", "name": f"t{n}", "facets": facets}
                run = {"runId": THEIR_RUN, "facets": {"secret": FACET | {"of": "theirs"}}}
                job = {"namespace": "theirs-etl", "name": "j"}
                sent = event(run=run, job=job, inputs=[], outputs=[output])
                assert keyed.ask("admin", "POST", "/lineage", sent).status_code == 201
            job = {"namespace": "mine", "name": "mj"}
            sent = event(job=job, inputs=[], outputs=[])
            assert keyed.ask("mine", "POST", "/lineage", sent).status_code == 201
            yield keyed


def test_a_dataset_that_is_put_learns_no_url_of_others(keyed: Keyed) -> None:
    assert keyed.ask("mine", "GET", "/sources/warehouse").status_code == 404
    put = keyed.ask("mine", "PUT", "/namespaces/mine/datasets/probe", TABLE)
    assert put.status_code == 200
    assert "internal-host" not in put.text
    assert "internal-host" not in keyed.ask("mine", "GET", "/sources/warehouse").text
    whole = keyed.ask("admin", "GET", "/sources/warehouse").json()
    assert whole["connectionUrl"] == URL


def test_a_run_of_others_cannot_be_made_ones_own(keyed: Keyed) -> None:
    path = f"/jobs/runs/{THEIR_RUN}"
    assert keyed.ask("mine", "GET", path).status_code == 404
    made = keyed.ask("mine", "POST", "/namespaces/mine/jobs/mj/runs", {"id": THEIR_RUN})
    assert made.status_code == 404
    # An event may name any run; what others said of it stays theirs.
    mine = event(
        eventTime="2026-03-02T00:00:00Z",
        run={"runId": THEIR_RUN},
        job={"namespace": "mine", "name": "mj"},
        inputs=[],
        outputs=[],
    )
    assert keyed.ask("mine", "POST", "/lineage", mine).status_code == 201
    shown = keyed.ask("mine", "GET", path)
    assert "theirs" not in shown.text
    of_job = keyed.ask("mine", "GET", f"{path}/facets?type=job")
    assert "theirs" not in of_job.text
    assert "theirs" in keyed.ask("admin", "GET", path).text


def test_an_answer_does_not_say_whether_what_is_hidden_has_a_word(keyed: Keyed) -> None:
    for whose in ("reader", "mine"):
        answers = {
            keyed.ask(whose, "GET", f"/search?q={word}&limit=1").text
            for word in ("sesamestreet", "sesamestreeu", "sesame", "sesamf")
        }
        assert answers == {'{"totalCount":0,"results":[],"truncated":false}'}
    assert keyed.ask("admin", "GET", "/search?q=sesamestreet&limit=50").json()["totalCount"] == 30


def test_passwords_are_cut_from_what_is_put(keyed: Keyed) -> None:
    source = {"type": "P", "connectionUrl": "postgres://u:hunter2@h/db"}
    put = keyed.ask("admin", "PUT", "/sources/postgres%3A%2F%2Fu%3Ahunter2%40h%2Fdb", source)
    assert put.status_code == 200
    assert (
        keyed.ask("admin", "PUT", "/tags/postgres%3A%2F%2Fu%3Ahunter2%40h", {}).status_code == 200
    )
    for path in ("/sources", "/tags", "/events?limit=1000"):
        assert "hunter2" not in keyed.ask("reader", "GET", path).text
    found = keyed.ask("admin", "GET", "/sources/postgres%3A%2F%2Fu%3Ahunter2%40h%2Fdb")
    assert found.json()["name"] == "postgres://u@h/db"
