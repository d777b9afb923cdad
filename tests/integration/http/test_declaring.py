"""The writes of Marquez's older clients: each becomes an entry of the log that says the same."""

import asyncio
import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from catchment.events.strict import problems_of
from tests.integration.http.conftest import JSON, Collector, StartCollector, event

API = "/api/v1"
TABLE = {"type": "DB_TABLE", "physicalName": "public.orders", "sourceName": "warehouse"}


def put(server: Collector, path: str, body: dict[str, Any]) -> Any:
    answer = server.client.put(API + path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def bodies(server: Collector, after: int) -> list[Any]:
    """What the log got since."""
    seqs = [entry["seq"] for entry in server.entries() if entry["seq"] >= after]
    return [server.client.get(f"{API}/events/{seq}").json() for seq in seqs]


def test_a_namespace_that_no_event_names_is_there_when_it_was_put(server: Collector) -> None:
    said = put(server, "/namespaces/a%2Fb", {"ownerName": "team", "description": "ours"})
    assert (said["name"], said["ownerName"], said["description"]) == ("a/b", "team", "ours")
    assert said["createdAt"] == said["updatedAt"]
    server.post(event(job={"namespace": "a/b", "name": "j"}))
    seen = server.client.get(f"{API}/namespaces/a%2Fb").json()
    assert (seen["createdAt"], seen["ownerName"]) == ("2026-03-01T12:00:00Z", "team")
    put(server, "/namespaces/a%2Fb", {"ownerName": "others"})
    again = server.client.get(f"{API}/namespaces/a%2Fb").json()
    assert (again["ownerName"], again["description"]) == ("others", None)
    assert again in server.client.get(f"{API}/namespaces").json()["namespaces"]


def test_a_dataset_is_declared_by_an_event_that_a_strict_reader_accepts(server: Collector) -> None:
    source = {"type": "POSTGRESQL", "connectionUrl": "jdbc:postgresql://host/db"}
    assert put(server, "/sources/warehouse", source)["type"] == "POSTGRESQL"
    begun = len(server.entries())
    fields = [{"name": "id", "type": "int", "description": "key", "tags": ["PII"]}]
    more = {"fields": fields, "tags": ["gold"], "description": "all orders"}
    said = put(server, "/namespaces/db/datasets/orders", TABLE | more)
    assert said["fields"] == [{"name": "id", "type": "int", "tags": ["PII"], "description": "key"}]
    assert (said["type"], said["physicalName"]) == ("DB_TABLE", "public.orders")
    assert (said["sourceName"], said["tags"]) == ("warehouse", ["gold"])
    assert said["description"] == "all orders"
    [entry] = bodies(server, begun)
    assert entry["dataset"]["facets"]["dataSource"]["uri"] == source["connectionUrl"]
    assert problems_of(json.dumps(entry).encode()) == ()


def test_a_job_and_its_run_from_made_to_ended(server: Collector) -> None:
    for name in ("in", "out"):
        put(server, f"/namespaces/db/datasets/{name}", TABLE)
    begun = len(server.entries())
    ends = [{"namespace": "db", "name": name} for name in ("in", "out")]
    job = {"type": "STREAM", "inputs": ends[:1], "outputs": ends[1:], "location": "https://h/c"}
    said = put(server, "/namespaces/flows/jobs/load", job | {"description": "loads"})
    assert (said["type"], said["inputs"], said["outputs"]) == ("STREAM", ends[:1], ends[1:])
    assert (said["location"], said["description"]) == ("https://h/c", "loads")
    assert said["latestRuns"] is None

    path = f"{API}/namespaces/flows/jobs/load/runs"
    plan = {"nominalStartTime": "2026-03-01T00:00:00Z", "args": {"email": "x@example.org"}}
    made = server.client.post(path, json=plan)
    assert made.status_code == 201
    run = made.json()
    assert (run["state"], run["startedAt"], run["args"]) == ("NEW", None, plan["args"])
    assert run["nominalStartTime"] == plan["nominalStartTime"]
    marks = f"{API}/jobs/runs/{run['id']}"
    started = server.client.post(f"{marks}/start", params={"at": "2026-03-01T00:00:05+00:00"})
    assert (started.json()["state"], started.json()["startedAt"]) == (
        "RUNNING",
        "2026-03-01T00:00:05Z",
    )
    ended = server.client.post(f"{marks}/complete", params={"at": "2026-03-01T00:00:07.5Z"})
    assert (ended.json()["state"], ended.json()["durationMs"]) == ("COMPLETED", 2_500)
    assert [problems_of(json.dumps(entry).encode()) for entry in bodies(server, begun)] == [()] * 4
    assert server.client.get(path).json()["totalCount"] == 1


@pytest.mark.parametrize(("mark", "state"), [("fail", "FAILED"), ("abort", "ABORTED")])
def test_a_run_with_an_id_of_the_caller_ends_otherwise(
    server: Collector, mark: str, state: str
) -> None:
    put(server, "/namespaces/flows/jobs/other", {"type": "BATCH"})
    wanted = str(UUID(int=len(server.entries()) + (7 << 76)))
    path = f"{API}/namespaces/flows/jobs/other/runs"
    assert server.client.post(path, json={"id": wanted}).json()["id"] == wanted
    assert server.client.post(f"{API}/jobs/runs/{wanted}/{mark}").json()["state"] == state


def test_what_a_run_wrote_may_be_put_afterwards(server: Collector) -> None:
    put(server, "/namespaces/flows/jobs/writer", {"type": "BATCH"})
    made = server.client.post(f"{API}/namespaces/flows/jobs/writer/runs", json={}).json()
    put(server, "/namespaces/db/datasets/late", TABLE | {"runId": made["id"]})
    ends = [{"namespace": "db", "name": "late"}]
    assert server.client.get(f"{API}/namespaces/flows/jobs/writer").json()["outputs"] == ends
    read = {"type": "BATCH", "inputs": [{"namespace": "db", "name": "before"}]}
    put(server, "/namespaces/flows/jobs/writer", read | {"runId": made["id"]})
    run = server.client.get(f"{API}/jobs/runs/{made['id']}").json()
    assert (run["state"], run["startedAt"]) == ("NEW", None)
    versions = run["inputDatasetVersions"] + run["outputDatasetVersions"]
    assert [one["datasetVersionId"]["name"] for one in versions] == ["before", "late"]
    unknown = TABLE | {"runId": str(UUID(int=99))}
    assert server.client.put(f"{API}/namespaces/db/datasets/late", json=unknown).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/namespaces/x", b'{"ownerName": 1}', 422, "/ownerName"),
        ("/namespaces/x", b"{", 400, "not JSON"),
        ("/namespaces/x", b"[]", 422, "not what is asked for"),
        ("/namespaces/%20", b'{"ownerName": "o"}', 422, "blank"),
        ("/sources/s", b'{"type": "T"}', 422, "/connectionUrl"),
        ("/namespaces/x/datasets/d", b'{"type": "FILE"}', 422, "/type"),
        ("/namespaces/x/jobs/j", b'{"type": "BATCH", "inputs": [{}]}', 422, "/inputs/0/namespace"),
        ("/namespaces/x/jobs/j", b" " * (1024 * 1024 + 1), 413, "BODY_BYTES_MAX"),
        ("/namespaces/x/jobs/j", b"\xff", 400, "not JSON"),
    ],
)
def test_a_body_that_is_none_is_refused_and_nothing_is_kept(
    server: Collector, path: str, body: bytes, status: int, says: str
) -> None:
    begun = len(server.entries())
    answer = server.client.put(API + path, content=body, headers=JSON)
    assert answer.status_code == status, answer.text
    assert says in answer.text
    assert len(server.entries()) == begun
    plain = server.client.put(API + path, content=body, headers={"content-type": "text/plain"})
    assert plain.status_code in (415, 422)


def test_what_does_not_exist_cannot_be_run_or_marked(server: Collector) -> None:
    nothing = f"{API}/namespaces/flows/jobs/nothing/runs"
    assert server.client.post(nothing, json={}).status_code == 404
    unknown = f"{API}/jobs/runs/{UUID(int=98)}/start"
    assert server.client.post(unknown).status_code == 404
    put(server, "/namespaces/flows/jobs/marked", {"type": "BATCH"})
    path = f"{API}/namespaces/flows/jobs/marked/runs"
    run_id = server.client.post(path, json={}).json()["id"]
    wrong = server.client.post(f"{API}/jobs/runs/{run_id}/start", params={"at": "noon"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/at")
    assert server.client.post(f"{API}/jobs/runs/{run_id}/stop").status_code in (404, 405)


def test_what_is_put_after_a_delete_is_there_though_the_database_has_a_later_clock(
    start: StartCollector, database_url: str
) -> None:
    server = start()
    put(server, "/namespaces/db/datasets/back", TABLE)
    asyncio.run(_put_on(database_url))
    path = f"{API}/namespaces/db/datasets/back"
    assert server.client.delete(path).json()["deleted"] is True
    assert server.client.get(path).status_code == 404
    assert put(server, "/namespaces/db/datasets/back", TABLE)["deleted"] is False


async def _put_on(database_url: str) -> None:
    """As if the database's clock were an hour ahead: its log never goes back."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("update head set logged_at = now() + interval '1 hour'")
    finally:
        await connection.close()
