"""What is answered about a dataset by any of its names: versions, models, what became of it."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from catchment.postgres.statements import SQL
from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import Collector, collector
from tests.integration.http.test_aliases import PATH, TABLE, as_table, claimed
from tests.integration.http.test_keys import new_key
from tests.integration.http.worlds import FACET, Json, asked, dataset, happened, run_id
from tests.property.service import Service, segment, service

CLAIM = claimed("09:00:00", PATH, as_table(TABLE))
MODEL: dict[str, Any] = {"datasetType": FACET | {"datasetType": "MODEL"}}


def path(name: Json, *more: str) -> str:
    parts = ("namespaces", name["namespace"], "datasets", name["name"], *more)
    return "/" + "/".join(segment(part) for part in parts)


def named(name: Json, version: str = "", **facets: Any) -> Json:
    said = {"version": FACET | {"datasetVersion": version}} if version else {}
    return name | {"facets": {**said, **facets}}


def change(name: Json, to: str) -> Json:
    return named(name, lifecycleStateChange=FACET | {"lifecycleStateChange": to})


def test_versions_are_listed_and_found_by_any_name(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "10:00:00", outputs=[named(TABLE, "v1")]),
        happened("FAIL", 2, "10:30:00", outputs=[TABLE]),
        happened("COMPLETE", 3, "11:00:00", outputs=[named(PATH, "v1")]),
        happened("COMPLETE", 4, "12:00:00", outputs=[PATH]),
        CLAIM,
    ]

    async def ask(product: Service) -> Any:
        found = []
        for name in (TABLE, PATH):
            page = await product.get(path(name, "versions"))
            one = await product.get(path(name))
            now = await product.get(path(name, "versions", one["currentVersion"]))
            assert now == page["versions"][0]
            for version in page["versions"]:
                assert await product.get(path(name, "versions", version["version"])) == version
            at_a_time = [
                await product.get(path(name, "versions"), limit=1, offset=n) for n in range(4)
            ]
            assert [one for p in at_a_time for one in p["versions"]] == page["versions"]
            found.append(page)
        assert found[0] == found[1]
        return found[0]

    page = asked(database_url, events, ask)
    last, v1, failed = page["versions"]
    assert (page["totalCount"], page["totalCountExact"]) == (3, True)
    assert (last["createdByRun"]["id"], last["name"]) == (run_id(4), PATH["name"])
    # One version, whatever names it was written under: the latest write shows it.
    assert (v1["version"], v1["createdByRuns"]) == ("v1", [run_id(3), run_id(1)])
    assert (v1["name"], v1["createdAt"]) == (PATH["name"], "2026-03-01T10:00:00Z")
    assert (failed["name"], failed["confirmed"]) == (TABLE["name"], False)


@pytest.mark.parametrize("claims", [[], [CLAIM]])
async def test_nobody_asks_for_names_where_nothing_has_two(
    database_url: str, claims: list[Json]
) -> None:
    events = [happened("COMPLETE", 1, "10:00:00", outputs=[named(PATH, "7", **MODEL)]), *claims]
    model = f"/models/{segment(PATH['namespace'])}/{segment(PATH['name'])}"
    versions = path(PATH, "versions")
    questions = (path(PATH), versions, f"{versions}/7", "/models", model)
    # One connection, so that all of its statements are seen.
    async with service(database_url, readers=1) as product:
        await product.empty()
        await product.write([json.dumps(event).encode() for event in events], 500, 1)
        statements: list[Any] = []
        async with product.reading.acquire() as connection:
            connection.add_query_logger(statements.append)
        for question in questions:
            statements.clear()
            assert await product.get(question) is not None
            asked_for = [one.query for one in statements]
            assert len(asked_for) > 1
            assert (SQL["other_names"] in asked_for) is bool(claims), question


def test_provenance_is_found_by_any_name(database_url: str) -> None:
    events = [happened("COMPLETE", 1, "10:00:00", outputs=[named(PATH, "v1")]), CLAIM]

    async def ask(product: Service) -> Any:
        node = f"dataset:{TABLE['namespace']}:{TABLE['name']}#v1"
        found = await product.get("/provenance", nodeId=node)
        assert await product.get("/provenance", nodeId=node, asOf="2026-03-01T09:30:00Z") is None
        return [one["id"] for one in found["nodes"]]

    version = f"dataset:{PATH['namespace']}:{PATH['name']}#v1"
    assert asked(database_url, events, ask) == [version, f"run:{run_id(1)}"]


def test_a_version_read_by_name_is_of_no_name_that_nobody_had_written_then(
    database_url: str,
) -> None:
    events = [
        happened("COMPLETE", 1, "10:00:00", "r", inputs=[named(TABLE, "v1")]),
        happened("COMPLETE", 2, "12:00:00", "w", outputs=[named(PATH, "v1")]),
        CLAIM,
    ]

    async def ask(product: Service) -> Any:
        run = f"run:{run_id(1)}"
        before = await product.get("/provenance", nodeId=run, asOf="2026-03-01T11:00:00Z")
        now = await product.get("/provenance", nodeId=run)
        return [
            sorted(node["id"] for node in found["nodes"] if node["type"] != "RUN")
            for found in (before, now)
        ]

    before, now = asked(database_url, events, ask)
    assert before == [f"dataset:{TABLE['namespace']}:{TABLE['name']}#v1"]
    assert now == [f"dataset:{PATH['namespace']}:{PATH['name']}#v1"]


def test_a_model_is_listed_once_and_found_by_any_name(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "10:00:00", "job", [dataset("d")], [named(PATH, "7", **MODEL)]),
        happened("COMPLETE", 2, "11:00:00", outputs=[named(dataset("other"), **MODEL)]),
        CLAIM,
    ]

    async def ask(product: Service) -> Any:
        whole = await product.get("/models")
        there = await product.get("/models", namespace=PATH["namespace"])
        models = [
            await product.get(f"/models/{segment(name['namespace'])}/{segment(name['name'])}")
            for name in (TABLE, PATH)
        ]
        assert await product.get("/models/db/d") is None
        return whole, there, models

    whole, there, (by_table, by_path) = asked(database_url, events, ask)
    shown = [(one["namespace"], one["name"]) for one in whole["models"]]
    assert shown == [("db", "other"), (TABLE["namespace"], TABLE["name"])]
    assert (whole["totalCount"], whole["models"][1]["latestVersion"]) == (2, "7")
    [one] = there["models"]
    assert (one["name"], one["latestVersion"]) == (PATH["name"], "7")
    assert (by_table["name"], by_path["name"]) == (TABLE["name"], PATH["name"])
    [version] = by_table["versions"]
    assert by_path["versions"] == [version]
    assert (version["version"], version["inputs"][0]["name"]) == ("7", "d")


def test_who_calls_it_a_model_last_is_believed_by_any_name(database_url: str) -> None:
    table: dict[str, Any] = {"datasetType": FACET | {"datasetType": "TABLE"}}
    events = [
        happened("COMPLETE", 1, "10:00:00", outputs=[named(PATH, **MODEL)]),
        happened("COMPLETE", 2, "11:00:00", outputs=[named(TABLE, **table)]),
        CLAIM,
    ]

    async def ask(product: Service) -> Any:
        return await product.get("/models")

    assert asked(database_url, events, ask)["models"] == []


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([change(TABLE, "DROP")], ("DROP", True)),
        ([change(TABLE, "DROP"), PATH], ("DROP", False)),
        ([change(TABLE, "DROP"), change(PATH, "CREATE")], ("CREATE", False)),
        ([change(TABLE, "CREATE"), change(PATH, "DROP")], ("DROP", True)),
    ],
)
def test_what_becomes_of_one_name_becomes_of_the_dataset(
    database_url: str, events: list[Json], expected: Any
) -> None:
    """Run after run; at first the path is written."""
    runs = [
        happened("COMPLETE", n, f"1{n}:00:00", outputs=[output])
        for n, output in enumerate([PATH, *events])
    ]

    async def ask(product: Service) -> Any:
        found = []
        for name in (TABLE, PATH):
            early = await product.get(path(name), asOf="2026-03-01T10:30:00Z")
            assert (early["lastLifecycleState"], early["deleted"]) == (None, False)
            one = await product.get(path(name))
            found.append((one["lastLifecycleState"], one["deleted"]))
        return found

    assert asked(database_url, [*runs, CLAIM], ask) == [expected, expected]


def test_of_two_names_that_one_run_changed_one_is_told(database_url: str) -> None:
    """And a run that drops the dataset by one name does not write it by the other."""
    both = [change(TABLE, "DROP"), PATH]
    events = [happened("COMPLETE", 1, "10:00:00", outputs=both), CLAIM]

    async def ask(product: Service) -> Any:
        shown = [await product.get(path(name)) for name in (TABLE, PATH)]
        return [(one["lastLifecycleState"], one["deleted"]) for one in shown]

    assert asked(database_url, events, ask) == [("DROP", True)] * 2


def sent(world: Collector, *events: Json, key: str | None = None) -> None:
    for one in events:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        assert world.post(one, **headers).status_code == 201


def test_tags_are_given_and_taken_by_any_name(server: Collector) -> None:
    sent(server, happened("COMPLETE", 1, "10:00:00", outputs=[PATH]), CLAIM)
    client, api = server.client, "/api/v1"

    def tags() -> list[Any]:
        return [client.get(api + path(name)).json()["tags"] for name in (TABLE, PATH)]

    def searched() -> list[str]:
        answer = client.get(f"{api}/search", params={"q": "golden"}).json()
        return [one["name"] for one in answer["results"]]

    assert client.post(api + path(PATH, "tags", "golden")).json()["tags"] == ["golden"]
    assert tags() == [["golden"]] * 2
    assert searched() == [PATH["name"]]
    assert client.delete(api + path(TABLE, "tags", "golden")).json()["tags"] == []
    assert tags() == [[]] * 2
    assert searched() == []
    client.post(api + path(TABLE, "tags", "golden"))
    assert tags() == [["golden"]] * 2


def test_a_delete_hides_the_one_name_that_it_names(server: Collector) -> None:
    names = [{"namespace": "lake", "name": one} for one in ("kept", "gone")]
    kept, gone = names
    wrote = [
        happened("COMPLETE", 11 + n, f"1{n}:00:00", outputs=[named(name, f"v-{name['name']}")])
        for n, name in enumerate(names)
    ]
    sent(server, *wrote, claimed("09:00:00", gone, as_table(kept)))
    client, api = server.client, "/api/v1"
    assert client.get(api + path(kept)).json()["currentVersion"] == "v-gone"
    assert client.delete(api + path(gone)).status_code == 200
    assert client.get(api + path(gone)).status_code == 404
    shown = client.get(api + path(kept)).json()
    assert (shown["currentVersion"], shown["aliases"]) == ("v-kept", [])
    versions = client.get(api + path(kept, "versions")).json()
    assert [one["version"] for one in versions["versions"]] == ["v-kept"]
    assert client.get(api + path(kept, "versions", "v-gone")).status_code == 404


def test_a_limited_key_is_shown_no_name_and_no_version_of_others(
    postgres_server: PostgresServer,
) -> None:
    ours, theirs = {"namespace": "ours", "name": "m"}, {"namespace": "theirs", "name": "m"}
    with (
        postgres_server.database(TEMPLATE) as url,
        collector(database_url=url, auth="keys") as world,
    ):
        whole = new_key(url, "read", "ingest")
        some = new_key(url, "read", namespaces=("ours", "tests"))
        sent(
            world,
            happened("COMPLETE", 1, "10:00:00", outputs=[named(ours, "v-ours", **MODEL)]),
            happened("COMPLETE", 2, "11:00:00", outputs=[named(theirs, "v-theirs", **MODEL)]),
            happened("COMPLETE", 3, "12:00:00", outputs=[change(theirs, "DROP")]),
            claimed("09:00:00", ours, as_table(theirs)),
            key=whole,
        )

        def get(key: str, question: str) -> Any:
            headers = {"authorization": f"Bearer {key}"}
            answer = world.client.get(f"/api/v1{question}", headers=headers)
            return answer.json() if answer.status_code == 200 else answer.status_code

        def models(key: str) -> list[tuple[str, str]]:
            found = get(key, "/models")["models"]
            return [(one["namespace"], one["latestVersion"]) for one in found]

        def versions(key: str) -> list[str]:
            found = get(key, path(ours, "versions"))["versions"]
            return [one["version"] for one in found]

        dropped = versions(whole)[0]
        assert models(whole) == [("theirs", dropped)]
        assert models(some) == [("ours", "v-ours")]
        assert versions(whole) == [dropped, "v-theirs", "v-ours"]
        assert versions(some) == ["v-ours"]
        assert get(whole, path(ours, "versions", "v-theirs"))["namespace"] == "theirs"
        assert get(some, path(ours, "versions", "v-theirs")) == 404
        assert get(some, "/models/theirs/m") == 404
        by_name = quote("dataset:ours:m#v-theirs", safe="")
        assert get(some, f"/provenance?nodeId={by_name}") == 404
        assert get(whole, path(ours))["deleted"] is True
        assert get(some, path(ours))["deleted"] is False
