"""Keys: who gets in, what each scope opens, and that nothing is kept of a key but its hash."""

import json
import re
from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any, NamedTuple

import asyncpg
import httpx
import pytest

from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.cli.test_commands import catchment, says
from tests.integration.http.conftest import JSON, Collector, collector, event

KNOWN_SECONDS_MAX = 10
SCOPES = ("ingest", "read", "raw", "admin")


class Locked(NamedTuple):
    """A server that asks for keys; `keys` by whose they are."""

    server: Collector
    url: str
    keys: dict[str, str]

    def ask(
        self, whose: str | None, path: str, method: str = "GET", **given: Any
    ) -> httpx.Response:
        headers = dict(given.pop("headers", {}))
        if whose is not None:
            headers["authorization"] = f"Bearer {self.keys.get(whose, whose)}"
        return self.server.client.request(method, path, headers=headers, **given)

    def post(self, whose: str, sent: Any, path: str = "/api/v1/lineage") -> httpx.Response:
        return self.ask(whose, path, "POST", content=json.dumps(sent), headers=JSON)


def new_key(url: str, *scopes: str, namespaces: tuple[str, ...] = ()) -> str:
    options = [part for scope in scopes for part in ("--scope", scope)]
    options += [part for glob in namespaces for part in ("--namespace", glob)]
    made = says(catchment("keys", "create", "test", *options, "--json", database_url=url), 0)
    key: str = json.loads(made)["key"]
    return key


@pytest.fixture(scope="module")
def locked(postgres_server: PostgresServer) -> Iterator[Locked]:
    with postgres_server.database(TEMPLATE) as url:
        keys = {scope: new_key(url, scope) for scope in SCOPES}
        keys["team"] = new_key(url, "ingest", namespaces=("team-*", "exactly"))
        with collector(database_url=url, auth="keys") as server:
            yield Locked(server, url, keys)


def detail(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["detail"])


def test_without_a_key_nothing_is_answered(locked: Locked) -> None:
    for answer in (locked.ask(None, "/api/v1/jobs"), locked.ask(None, "/lineage", "POST")):
        assert "A key is needed" in detail(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("key", ["nonsense", "ck_", "ck_000000000000_secret", "ck__", "kück_1_2"])
def test_a_wrong_key_is_told_so(locked: Locked, key: str) -> None:
    headers = {b"authorization": f"Bearer {key}".encode("latin-1")}
    answer = locked.server.client.get("/api/v1/jobs", headers=headers)
    assert "unknown or revoked" in detail(answer, 401)


def test_the_right_id_with_another_secret_is_no_key(locked: Locked) -> None:
    whole = locked.keys["read"]
    for key in (whole[:-1], whole + "x", whole.upper()):
        detail(locked.ask(key, "/api/v1/jobs"), 401)
    basic = locked.server.client.get("/api/v1/jobs", headers={"authorization": f"Basic {whole}"})
    detail(basic, 401)


def test_a_revoked_key_is_none_within_seconds(locked: Locked) -> None:
    key = new_key(locked.url, "read")
    key_id = key.split("_")[1]
    assert locked.ask(key, "/api/v1/jobs").status_code == 200
    says(catchment("keys", "revoke", key_id, database_url=locked.url), 0)
    deadline = monotonic() + KNOWN_SECONDS_MAX
    while locked.ask(key, "/api/v1/jobs").status_code == 200:
        assert monotonic() < deadline
        sleep(0.2)
    assert "revoked" in detail(locked.ask(key, "/api/v1/jobs"), 401)
    again = says(catchment("keys", "revoke", key_id, database_url=locked.url), 1)
    assert key_id in again
    listed = says(catchment("keys", "list", "--json", database_url=locked.url), 0)
    [found] = [one for one in json.loads(listed)["keys"] if one["id"] == key_id]
    assert found["revokedAt"]


def test_what_nobody_may_know_is_open(locked: Locked) -> None:
    for path in ("/health/live", "/health/ready", "/openapi.json", "/docs"):
        assert locked.ask(None, path).status_code == 200, path


def routes(locked: Locked) -> list[tuple[str, str]]:
    """Every route that is described and not open to all, with parameters filled in."""
    described = locked.ask(None, "/openapi.json").json()["paths"]
    filled = [(method, re.sub(r"\{seq\}", "0", path)) for path in described for method in
              described[path] if not path.startswith("/health/")]  # fmt: skip
    return [(method.upper(), re.sub(r"\{[^}]+\}", "x", path)) for method, path in filled]


def test_each_scope_opens_what_it_must_and_nothing_else(locked: Locked) -> None:
    asked = [*routes(locked), ("GET", "/metrics"), ("POST", "/"), ("POST", "/lineage"),
             ("POST", "/lineage/batch"), ("POST", "/lineage/"),
             ("DELETE", "/api/v1/keys"), ("GET", "/anything"), ("POST", "/api/v1/events/0/retract"),
             ("PUT", "/api/v1/jobs")]  # fmt: skip
    assert len(asked) > 15
    for method, path in asked:
        posts_events = method == "POST" and path.endswith(("/", "/lineage", "/batch"))
        validates = (method, path) == ("POST", "/api/v1/validate")
        reads = validates or method in ("GET", "HEAD")
        needed = "ingest" if posts_events else "read" if reads else "admin"
        may = {needed, "admin"} | ({"ingest"} if validates else set())
        if is_as_good_as_an_event(method, path):
            continue
        for scope in SCOPES:
            answer = locked.ask(scope, path, method)
            if scope in may:
                assert answer.status_code not in (401, 403), (method, path, scope)
            else:
                assert needed in detail(answer, 403), (method, path, scope)


def is_as_good_as_an_event(method: str, path: str) -> bool:
    puts = method == "PUT" and path.endswith(("/datasets/x", "/jobs/x"))
    runs = path.endswith(("/runs", *(f"/jobs/runs/x/{mark}" for mark in MARKS)))
    return puts or (method == "POST" and runs)


MARKS = ("start", "complete", "fail", "abort")


def test_what_says_the_same_as_an_event_needs_what_an_event_needs_and_read(locked: Locked) -> None:
    asked = [one for one in routes(locked) if is_as_good_as_an_event(*one)]
    assert len(asked) == 7
    both = new_key(locked.url, "ingest", "read")
    for method, path in asked:
        assert "ingest" in detail(locked.ask("read", path, method), 403)
        assert "read" in detail(locked.ask("ingest", path, method), 403)
        assert locked.ask(both, path, method).status_code not in (401, 403), (method, path)


def test_what_belongs_to_all_needs_a_key_for_all(locked: Locked) -> None:
    limited = new_key(locked.url, "admin", namespaces=("team-*",))
    for path in ("/api/v1/tags/x", "/api/v1/sources/x"):
        assert "limited" in detail(locked.ask(limited, path, "PUT"), 403)
    for path in ("/api/v1/namespaces/other", "/api/v1/namespaces/other/jobs/x"):
        for method in ("PUT", "DELETE"):
            wanted = 403 if method == "PUT" else 404
            assert locked.ask(limited, path, method).status_code == wanted, (method, path)


def test_raw_shows_bodies_as_they_came_only_beside_read(locked: Locked) -> None:
    sent = event(run={"runId": "r", "facets": {"env": {"password": "hunter2"}}})
    seq = locked.post("ingest", sent).json()["seq"]
    both = new_key(locked.url, "read", "raw")
    whole = locked.ask(both, f"/api/v1/events/{seq}")
    assert whole.json() == sent
    assert "x-catchment-redacted" not in whole.headers
    blanked = locked.ask("read", f"/api/v1/events/{seq}")
    assert "hunter2" not in blanked.text
    assert blanked.headers["x-catchment-redacted"] == "true"


def test_an_ingest_key_is_limited_by_the_subject_alone(locked: Locked) -> None:
    far = {"namespace": "far", "name": "away"}
    for namespace in ("team-a", "team-", "exactly"):
        job = {"namespace": namespace, "name": "j"}
        lineage = {"inputs": [far], "outputs": [far]}
        assert locked.post("team", event(job=job, **lineage)).status_code == 201
        assert locked.post("team", event(run=None, dataset=job, job=None)).status_code == 201
    for namespace in ("far", "team", "Team-a", "exactly-not", "a-team-a"):
        job = {"namespace": namespace, "name": "j"}
        refused = locked.post("team", event(job=job))
        assert "namespace" in detail(refused, 403)
        assert refused.json()["errors"][0]["pointer"] == "/job/namespace"
        dataset = locked.post("team", event(run=None, dataset=job, job=None))
        assert dataset.status_code == 403
        assert dataset.json()["errors"][0]["pointer"] == "/dataset/namespace"
    batch = [event(job={"namespace": name, "name": "j"}) for name in ("team-b", "far")]
    said = locked.post("team", batch, "/api/v1/lineage/batch").json()
    assert [failed["index"] for failed in said["failed_events"]] == [1]


def test_hosts_and_origins_are_checked_before_keys(locked: Locked) -> None:
    def asked(**headers: str) -> httpx.Response:
        return locked.ask("read", "/api/v1/jobs", headers=headers)

    assert "CATCHMENT_HOSTS_ALLOWED" in detail(asked(host="evil.example"), 421)
    assert asked(host=f"localhost:{locked.server.port}").status_code == 200
    assert asked(host="[::1]:1").status_code == 200
    detail(asked(origin="https://evil.example"), 403)
    detail(asked(origin="null"), 403)
    own = asked(origin=locked.server.url)
    assert own.headers["access-control-allow-origin"] == locked.server.url
    stranger = locked.ask(None, "/health/live", headers={"host": "evil.example"})
    assert stranger.status_code == 421


async def test_nothing_of_a_key_is_kept_but_its_hash(locked: Locked) -> None:
    secrets = {key.split("_", 2)[2] for key in locked.keys.values()}
    connection = await asyncpg.connect(locked.url)
    try:
        stored = repr(await connection.fetch("select * from api_key"))
        stored += repr(await connection.fetch("select * from control"))
    finally:
        await connection.close()
    assert locked.keys["read"].split("_")[1] in stored
    assert not [secret for secret in secrets if secret in stored]
    listed = says(catchment("keys", "list", database_url=locked.url), 0)
    assert "team-*,exactly" in listed
    assert not [secret for secret in secrets if secret in listed]


def test_a_scope_that_there_is_not_is_refused(locked: Locked) -> None:
    done = catchment("keys", "create", "x", "--scope", "write", database_url=locked.url)
    assert "ingest, read, raw, admin" in says(done, 2).replace("\n", " ").replace("│ ", "")
