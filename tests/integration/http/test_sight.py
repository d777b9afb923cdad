"""What a key that is limited to namespaces sees, and what one without scope `raw` does."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import JSON, Collector, collector, event
from tests.integration.http.test_keys import new_key

OURS, THEIRS = "team-db", "hidden-db"
RUN, OTHER_RUN = "0190a000-0000-7000-8000-0000000000a1", "0190a000-0000-7000-8000-0000000000a2"
FACET = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
MODEL = FACET | {"datasetType": "MODEL"}
PASSWORD = "hunter2"
URL = f"postgres://u:{PASSWORD}@hidden-host:5432"
API = "/api/v1"
# Making four keys has made four entries.
FIRST = 4
SECOND, DEAD, NONE = FIRST + 1, FIRST + 2, 99


def name(namespace: str, of: str) -> dict[str, Any]:
    return {"namespace": namespace, "name": of}


MODEL_OF_OTHERS = name(THEIRS, "t") | {"facets": {"datasetType": MODEL}}


def our_event() -> dict[str, Any]:
    columns = {"token": {"inputFields": [name(THEIRS, "s") | {"field": "f"}]}}
    described = {
        "columnLineage": FACET | {"fields": columns},
        "dataSource": FACET | {"name": URL, "uri": URL},
        "documentation": FACET | {"description": f"from {URL}/x"},
        "datasetType": MODEL,
        "schema": FACET | {"fields": [{"name": "token", "type": "text", "description": URL}]},
    }
    return event(
        job=name("team-etl", "ours")
        | {"facets": {"sourceCodeLocation": FACET | {"type": "git", "url": URL}}},
        run={
            "runId": RUN,
            "facets": {
                "env": FACET | {"password": PASSWORD},
                "executionParameters": FACET
                | {"parameters": [{"key": "api_key", "value": PASSWORD}]},
                "parent": FACET
 | {"run": {"runId": OTHER_RUN}, "job": name("hidden-etl", "theirs")},
            },
        },
        inputs=[name(THEIRS, "s") | {"inputFacets": {"x": FACET | {"api_key": PASSWORD}}},
                name(OURS, "a")],
        outputs=[name(OURS, "b") | {"facets": described}, MODEL_OF_OTHERS],
    )  # fmt: skip


def their_event() -> dict[str, Any]:
    return event(
        job=name("hidden-etl", "theirs"),
        run={"runId": OTHER_RUN},
        inputs=[name(OURS, "b")],
        outputs=[name(THEIRS, "u"), name("far", "x-team:c"), name("far:x-team", "c")],
    )


class Eyes:
    """A server with a world, and keys that see different parts of it."""

    def __init__(self, server: Collector, keys: dict[str, str]) -> None:
        self._server = server
        self._keys = keys

    def post(self, sent: dict[str, Any]) -> None:
        answer = self._server.client.post(
            f"{API}/lineage", content=json.dumps(sent), headers=self._as("admin") | JSON
        )
        assert answer.status_code == 201, answer.text

    def _as(self, whose: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self._keys[whose]}"}

    def get(self, whose: str, path: str, **params: Any) -> httpx.Response:
        return self._server.client.get(API + path, params=params or None, headers=self._as(whose))


@pytest.fixture(scope="module")
def eyes(postgres_server: PostgresServer) -> Iterator[Eyes]:
    with postgres_server.database(TEMPLATE) as url:
        globs = ("team-*", "*-team")
        keys = {
            "admin": new_key(url, "admin"),
            "reader": new_key(url, "read"),
            "team": new_key(url, "read", namespaces=globs),
            "team raw": new_key(url, "read", "raw", namespaces=globs),
        }
        with collector(database_url=url, auth="keys") as server:
            seen = Eyes(server, keys)
            seen.post(our_event())
            seen.post(their_event())
            server.client.post(f"{API}/lineage", content="{}", headers=seen._as("admin") | JSON)
            yield seen


SHOWN = [
    "/namespaces",
    f"/namespaces/{OURS}",
    f"/namespaces/{OURS}/datasets",
    f"/namespaces/{OURS}/datasets/b",
    "/namespaces/team-etl/jobs",
    "/namespaces/team-etl/jobs/ours",
    "/namespaces/team-etl/jobs/ours/runs",
    "/jobs",
    f"/jobs/runs/{RUN}",
    f"/lineage?nodeId=dataset:{OURS}:b",
    f"/lineage?nodeId=dataset:{OURS}:b&direction=both",
    "/lineage?nodeId=job:team-etl:ours&direction=upstream",
    f"/column-lineage?nodeId=datasetField:{OURS}:b:token&withDownstream=true",
    "/events",
    f"/events?nodeId=dataset:{OURS}:b",
    f"/events?nodeId=run:{RUN}",
    "/events/lineage",
    f"/runlineage/upstream?runId={RUN}",
    f"/provenance?nodeId=run:{RUN}",
    f"/provenance?nodeId=run:{RUN}&direction=downstream",
    f"/provenance?nodeId=dataset:{OURS}:b",
    f"/provenance?nodeId=dataset:{OURS}:b&direction=downstream",
    "/models",
    f"/models/{OURS}/b",
    f"/namespaces/{OURS}/datasets/b/versions",
    "/namespaces/team-etl/jobs/ours/versions",
    f"/events/{FIRST}",
    f"/events/{FIRST}/meta",
]


@pytest.mark.parametrize("path", SHOWN)
def test_nothing_outside_of_the_globs_is_named(eyes: Eyes, path: str) -> None:
    whole = eyes.get("admin", path)
    assert whole.status_code == 200, whole.text
    seen = eyes.get("team", path)
    assert seen.status_code == 200, seen.text
    for word in (THEIRS, "hidden-etl", "theirs"):
        assert word not in seen.text.replace("hidden-host", "")
    assert "team-" in seen.text


def test_events_of_others_are_not_even_counted(eyes: Eyes) -> None:
    counts = [eyes.get(who, "/events/lineage").json()["totalCount"] for who in ("admin", "team")]
    assert counts == [2, 1]
    facets = f"/jobs/runs/{RUN}/facets?type="
    for kind in ("run", "job"):
        assert PASSWORD in eyes.get("team raw", facets + kind).text
        assert PASSWORD not in eyes.get("team", facets + kind).text


@pytest.mark.parametrize("path", SHOWN)
def test_without_raw_no_secret_is_shown(eyes: Eyes, path: str) -> None:
    for whose in ("reader", "team"):
        seen = eyes.get(whose, path)
        assert PASSWORD not in seen.text
        seen.json()


def test_what_is_left_is_shown_whole(eyes: Eyes) -> None:
    dataset = eyes.get("reader", f"/namespaces/{OURS}/datasets/b").json()
    assert dataset["sourceName"] == dataset["facets"]["dataSource"]["uri"]
    assert dataset["sourceName"] == "postgres://u@hidden-host:5432"
    assert dataset["fields"][0]["name"] == "token"
    assert "inputFields" in dataset["facets"]["columnLineage"]["fields"]["token"]
    run = eyes.get("reader", f"/jobs/runs/{RUN}").json()
    assert run["facets"]["env"]["password"] == "[redacted]"
    assert len(run["inputDatasetVersions"]) == 2
    ours = eyes.get("team", f"/jobs/runs/{RUN}").json()
    [read] = ours["inputDatasetVersions"]
    assert (read["datasetVersionId"]["namespace"], ours["parentRun"]) == (OURS, OTHER_RUN)
    raw = eyes.get("team raw", f"/jobs/runs/{RUN}").json()
    assert raw["facets"]["env"]["password"] == PASSWORD


def test_raw_shows_an_own_entry_as_it_came(eyes: Eyes) -> None:
    assert eyes.get("team raw", f"/events/{FIRST}").json() == our_event()


def test_lists_are_of_what_is_seen(eyes: Eyes) -> None:
    jobs = eyes.get("team", "/jobs").json()
    assert ([job["name"] for job in jobs["jobs"]], jobs["totalCount"]) == (["ours"], 1)
    assert eyes.get("team", "/jobs", limit=1, offset=0).json()["jobs"][0]["name"] == "ours"
    assert eyes.get("admin", "/jobs").json()["totalCount"] == 2
    sources = eyes.get("team", "/sources").json()["sources"]
    ours = ["far:x-team", "postgres://u@hidden-host:5432", OURS]
    assert [source["name"] for source in sources] == ours
    assert sources[1]["connectionUrl"] == "postgres://u@hidden-host:5432"
    assert eyes.get("team", f"/sources/{THEIRS}").status_code == 404
    assert eyes.get("admin", f"/sources/{THEIRS}").status_code == 200
    spaces = eyes.get("team", "/namespaces").json()["namespaces"]
    assert [space["name"] for space in spaces] == ["far:x-team", OURS, "team-etl"]
    assert [entry["seq"] for entry in eyes.get("team", "/events").json()["events"]] == [FIRST]
    near = eyes.get("admin", f"/events?nodeId=dataset:{OURS}:b").json()["events"]
    assert [entry["seq"] for entry in near] == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        (f"/lineage?nodeId=dataset:{THEIRS}:s", f"/lineage?nodeId=dataset:{THEIRS}:none"),
        (f"/lineage?kind=dataset&namespace={THEIRS}&name=s", None),
        ("/lineage?nodeId=job:hidden-etl:theirs", "/lineage?nodeId=job:nobody:nothing"),
        (f"/column-lineage?nodeId=datasetField:{THEIRS}:s:f", None),
        (f"/column-lineage?nodeId=dataset:{THEIRS}:s", f"/column-lineage?nodeId=dataset:{OURS}:no"),
        (f"/namespaces/{THEIRS}", "/namespaces/nobody"),
        (f"/namespaces/{THEIRS}/datasets", "/namespaces/nobody/datasets"),
        (f"/namespaces/{THEIRS}/datasets/s", f"/namespaces/{THEIRS}/datasets/none"),
        ("/namespaces/hidden-etl/jobs", "/namespaces/nobody/jobs"),
        ("/namespaces/hidden-etl/jobs/theirs", "/namespaces/hidden-etl/jobs/none"),
        ("/namespaces/hidden-etl/jobs/theirs/runs", "/namespaces/nobody/jobs/nothing/runs"),
        (f"/jobs/runs/{OTHER_RUN}", "/jobs/runs/none"),
        (f"/provenance?nodeId=dataset:{THEIRS}:s", f"/provenance?nodeId=dataset:{THEIRS}:none"),
        (f"/provenance?nodeId=run:{OTHER_RUN}", "/provenance?nodeId=run:none"),
        (f"/models/{THEIRS}/t", f"/models/{THEIRS}/none"),
        (f"/events/{SECOND}", f"/events/{NONE}"),
        (f"/events/{SECOND}/meta", f"/events/{NONE}/meta"),
        (f"/events/{DEAD}", f"/events/{NONE}"),
        ("/events/0", f"/events/{NONE}"),
        (f"/events?nodeId=dataset:{THEIRS}:s", f"/events?nodeId=dataset:{THEIRS}:none"),
        (f"/events?nodeId=run:{OTHER_RUN}", "/events?nodeId=run:none"),
    ],
)
def test_what_is_outside_is_answered_as_unknown(eyes: Eyes, path: str, unknown: str | None) -> None:
    assert eyes.get("admin", path).status_code == 200
    hidden = eyes.get("team", path)
    assert hidden.status_code == 404, hidden.text
    if unknown:
        never = eyes.get("team", unknown)
        assert never.status_code == 404
        assert never.json().keys() == hidden.json().keys()
        assert never.json()["detail"].split()[0] == hidden.json()["detail"].split()[0]


def test_a_node_id_fits_only_what_is_seen(eyes: Eyes) -> None:
    both = eyes.get("admin", "/lineage", nodeId="dataset:far:x-team:c")
    assert both.status_code == 400
    ours = eyes.get("team", "/lineage", nodeId="dataset:far:x-team:c")
    assert ours.status_code == 200, ours.text
    assert ours.json()["graph"][0]["data"]["namespace"] == "far:x-team"


def test_the_way_ends_at_what_is_of_others(eyes: Eyes) -> None:
    def asked(whose: str, **more: str) -> list[str]:
        given = {"nodeId": f"dataset:{OURS}:b"} | more
        nodes = eyes.get(whose, "/provenance", **given).json()["nodes"]
        return [one["id"].partition("#")[0] for one in nodes]

    ours = [f"dataset:{OURS}:b", f"dataset:{OURS}:a", f"run:{RUN}"]
    assert sorted(asked("team")) == sorted(ours)
    assert sorted(asked("admin")) == sorted([*ours, f"dataset:{THEIRS}:s"])
    assert asked("team", direction="downstream") == [f"dataset:{OURS}:b"]
    assert f"run:{OTHER_RUN}" in asked("admin", direction="downstream")
    assert eyes.get("team", "/models").json()["totalCount"] == 1
    assert eyes.get("admin", "/models").json()["totalCount"] == 2
    [run] = [one for one in eyes.get("team", "/provenance", nodeId=f"run:{RUN}").json()["nodes"]
             if one["type"] == "RUN"]  # fmt: skip
    assert run["data"]["parameters"] == [{"key": "api_key", "value": "[redacted]"}]
    [version] = eyes.get("team raw", f"/models/{OURS}/b").json()["versions"]
    assert version["parameters"] == [{"key": "api_key", "value": PASSWORD}]
    assert [read["name"] for read in version["inputs"]] == ["a"]


def test_dead_letters_are_nobodys(eyes: Eyes) -> None:
    assert len(eyes.get("reader", "/dead-letters").json()["deadLetters"]) == 1
    refused = eyes.get("team raw", "/dead-letters")
    assert refused.status_code == 403
    assert "namespace" in refused.json()["detail"]


def test_a_password_in_a_namespace_does_not_hide_it(eyes: Eyes) -> None:
    eyes.post(event(job=name("team-etl", "third"), inputs=[name(URL, "tab:le")], outputs=[]))
    for spelt in (URL, URL.replace(PASSWORD, "another"), f"postgres://u@{URL.split('@')[1]}"):
        quoted = str(httpx.QueryParams({"n": spelt}))[2:]
        for path in (f"/namespaces/{quoted}", f"/namespaces/{quoted}/datasets/tab%3Ale"):
            found = eyes.get("reader", path)
            assert found.status_code == 200, found.text
            assert PASSWORD not in found.text
        listed = eyes.get("reader", f"/namespaces/{quoted}/datasets").json()
        assert listed["totalCount"] == 1
        assert eyes.get("reader", "/lineage", nodeId=f"dataset:{spelt}:tab:le").status_code == 200
        assert eyes.get("reader", "/events", nodeId=f"dataset:{spelt}:tab:le").status_code == 200


def test_what_a_dataset_says_it_was_made_of_is_shown_as_far_as_the_caller_sees(eyes: Eyes) -> None:
    sources = [name(space, "source") | {"type": "DATASET"} for space in (OURS, THEIRS)]
    fields = {"x": {"inputs": [one | {"field": "y"} for one in sources]}}
    lineage = FACET | {"inputs": sources, "fields": fields}
    made = name(OURS, "made") | {"facets": {"lineage": lineage}}
    eyes.post({"eventTime": "2026-03-01T12:00:00Z", "producer": "https://e.org", "dataset": made})
    for path, kind, end in (("/lineage", "dataset", ""), ("/column-lineage", "datasetField", ":y")):
        seen = {
            whose: {
                one["id"]
                for one in eyes.get(whose, path, nodeId=f"dataset:{OURS}:made").json()["graph"]
            }
            for whose in ("admin", "team")
        }
        hidden, shown = (f"{kind}:{space}:source{end}" for space in (THEIRS, OURS))
        assert seen["admin"] - seen["team"] == {hidden}
        assert shown in seen["team"]
