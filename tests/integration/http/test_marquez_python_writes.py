"""marquez-python makes all its write calls against the real server, as its own example does."""

import warnings
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.integration.http import contract_world as world
from tests.integration.http.conftest import Collector

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own affair
    from marquez_client import MarquezClient
    from marquez_client.errors import APIError
    from marquez_client.models import DatasetId, DatasetType, JobType

SPACE, TABLE, STREAM, JOB = world.SPACE, world.TABLE, "topic/é %", world.JOB
SOURCE, RAN = "my source/1", "it/ran"
AT = "2026-03-01T10:00:00.250000+02:00"  # 08:00:00.25 UTC
FIELDS = [
    {"name": "id", "type": "INTEGER", "description": "Its number.", "tags": ["PII"]},
    {"name": "note", "type": "STRING"},
]


@pytest.fixture(scope="module")
def client(server: Collector) -> Any:
    return MarquezClient(server.url)


@pytest.fixture(scope="module")
def made(client: Any) -> Any:
    """The same client, when there are two datasets and a job."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.create_dataset(SPACE, TABLE, DatasetType.DB_TABLE, "t", SOURCE, fields=FIELDS)
        client.create_dataset(
            SPACE, STREAM, DatasetType.STREAM, "t", SOURCE, schema_location="http://example.org/s"
        )
        client.create_job(SPACE, RAN, JobType.BATCH)
    return client


@pytest.fixture(autouse=True)
def deprecated() -> Iterator[None]:
    """Its write calls are deprecated, and it says so each time; it asks for `utcnow`, too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_namespaces(client: Any) -> None:
    made = client.create_namespace(SPACE, "me", "Where it all is.")
    assert (made["name"], made["ownerName"]) == (SPACE, "me")
    assert made["description"] == "Where it all is."
    assert client.get_namespace(SPACE) == made
    assert SPACE in [one["name"] for one in client.list_namespaces()["namespaces"]]
    assert client.create_namespace(SPACE, "you")["ownerName"] == "you"
    assert client.create_namespace(SPACE, "me", "Where it all is.") | {"updatedAt": ""} == made | {
        "updatedAt": ""
    }


def test_sources(client: Any) -> None:
    url = "jdbc:postgresql://localhost:5431/mydb"
    made = client.create_source(SOURCE, "postgresql", url, "A source.")
    assert {name: made[name] for name in ("name", "type", "connectionUrl", "description")} == {
        "name": SOURCE,
        "type": "POSTGRESQL",
        "connectionUrl": url,
        "description": "A source.",
    }
    assert client.get_source(SOURCE) == made
    assert SOURCE in [one["name"] for one in client.list_sources()["sources"]]


@pytest.mark.parametrize("kind", [DatasetType.DB_TABLE, DatasetType.STREAM])
def test_datasets(client: Any, kind: Any) -> None:
    name = TABLE if kind is DatasetType.DB_TABLE else STREAM
    more = {"schema_location": "http://example.org/s/1"} if kind is DatasetType.STREAM else {}
    made = client.create_dataset(
        SPACE, name, kind, "public.orders", SOURCE, "A set.", fields=FIELDS, tags=["PII"], **more
    )
    assert made["id"] == {"namespace": SPACE, "name": name}
    assert made["type"] == kind.value
    assert (made["name"], made["physicalName"]) == (name, "public.orders")
    assert made["sourceName"] == SOURCE
    assert made["description"] == "A set."
    assert made["tags"] == ["PII"]
    assert [(one["name"], one["type"]) for one in made["fields"]] == [
        ("id", "INTEGER"),
        ("note", "STRING"),
    ]
    assert made["fields"][0]["description"] == "Its number."
    assert made["fields"][0]["tags"] == ["PII"]
    assert client.get_dataset(SPACE, name) == made
    assert name in [one["name"] for one in client.list_datasets(SPACE)["datasets"]]
    bare = client.create_dataset(SPACE, "bare", DatasetType.DB_TABLE, "bare", SOURCE)
    assert (bare["fields"], bare["tags"]) == ([], [])


def test_tags(made: Any) -> None:
    assert made.create_tag("geheim/é", "Secret.") == {
        "name": "geheim/é",
        "description": "Secret.",
    }
    assert made.create_tag("bare") == {"name": "bare", "description": None}
    listed = {one["name"]: one["description"] for one in made.list_tags()["tags"]}
    assert (listed["geheim/é"], listed["bare"]) == ("Secret.", None)
    assert len(made.list_tags(limit=1, offset=1)["tags"]) == 1
    assert "geheim/é" in made.tag_dataset(SPACE, TABLE, "geheim/é")["tags"]
    tagged = made.tag_dataset_field(SPACE, TABLE, "note", "bare")
    [note] = [one for one in tagged["fields"] if one["name"] == "note"]
    assert [tag.lower() for tag in note["tags"]] == ["bare"]
    assert made.get_dataset(SPACE, TABLE) == tagged
    for call, *names in (
        (made.tag_dataset, SPACE, "none", "bare"),
        (made.tag_dataset_field, SPACE, TABLE, "none", "bare"),
    ):
        with pytest.raises(APIError):
            call(*names)


def test_jobs(client: Any) -> None:
    made = client.create_job(
        SPACE,
        JOB,
        JobType.BATCH,
        location="https://example.org/code",
        inputs=[DatasetId(SPACE, TABLE)],
        outputs=[DatasetId(SPACE, STREAM)],
        description="A job.",
        context={"SQL": "select 1"},
    )
    assert made["id"] == {"namespace": SPACE, "name": JOB}
    assert (made["type"], made["name"]) == ("BATCH", JOB)
    assert made["inputs"] == [{"namespace": SPACE, "name": TABLE}]
    assert made["outputs"] == [{"namespace": SPACE, "name": STREAM}]
    assert made["location"] == "https://example.org/code"
    assert made["description"] == "A job."
    assert made["latestRuns"] is None
    assert client.get_job(SPACE, JOB) == made
    assert JOB in [one["name"] for one in client.list_jobs(SPACE)["jobs"]]
    assert client.create_job(SPACE, "bare", JobType.SERVICE)["type"] == "SERVICE"


MARKS = {"started": "RUNNING", "completed": "COMPLETED", "failed": "FAILED", "aborted": "ABORTED"}


@pytest.mark.parametrize("ending", ["completed", "failed", "aborted"])
def test_runs(made: Any, ending: str) -> None:
    run_id = str(uuid4())
    run = made.create_job_run(
        SPACE,
        RAN,
        run_id=run_id,
        nominal_start_time="2026-03-01T00:00:00Z",
        nominal_end_time="2026-03-02T00:00:00Z",
        run_args={"email": "me@example.org"},
    )
    assert (run["id"], run["state"]) == (run_id, "NEW")
    assert run["nominalStartTime"] == "2026-03-01T00:00:00Z"
    assert run["nominalEndTime"] == "2026-03-02T00:00:00Z"
    assert run["args"] == {"email": "me@example.org"}
    assert (run["startedAt"], run["endedAt"], run["durationMs"]) == (None, None, None)
    begun = made.mark_job_run_as_started(run_id, at=AT)
    assert (begun["state"], begun["startedAt"]) == ("RUNNING", "2026-03-01T08:00:00.250000Z")
    assert (begun["endedAt"], begun["durationMs"]) == (None, None)
    mark = getattr(made, f"mark_job_run_as_{ending}")
    ended = mark(run_id, at="2026-03-01T08:00:01.250000Z")
    assert (ended["id"], ended["state"]) == (run_id, MARKS[ending])
    assert ended["endedAt"] == "2026-03-01T08:00:01.250000Z"
    assert ended["durationMs"] == 1_000
    assert made.get_job_run(run_id) == ended
    assert run_id in [one["id"] for one in made.list_job_runs(SPACE, RAN)["runs"]]
    assert made.get_job(SPACE, RAN)["latestRuns"]


def test_runs_as_the_example_makes_them(made: Any) -> None:
    active = made.create_job_run(SPACE, RAN, mark_as_running=True)
    UUID(active["id"])
    assert active["state"] == "RUNNING"
    assert made.mark_job_run_as_completed(active["id"])["state"] == "COMPLETED"
    with pytest.raises(APIError):
        made.mark_job_run_as_started(str(uuid4()))


def test_a_dataset_that_a_run_wrote(made: Any) -> None:
    run = made.create_job_run(SPACE, RAN, run_id=str(uuid4()), mark_as_running=True)
    made.create_dataset(
        SPACE, STREAM, DatasetType.STREAM, "t", SOURCE, run_id=run["id"],
        schema_location="http://example.org/s/2",
    )  # fmt: skip
    made.mark_job_run_as_completed(run["id"])
    versions = made.list_dataset_versions(SPACE, STREAM)["versions"]
    assert run["id"] in [(one["createdByRun"] or {}).get("id") for one in versions]
    assert made.get_dataset_version(SPACE, STREAM, versions[0]["version"]) == versions[0]
