"""`asOf`: each answer that takes it says what held then."""

from typing import Any

from tests.integration.http.conftest import Collector, event
from tests.integration.http.test_versions import DATASET, JOB, derived, located
from tests.integration.http.worlds import FACET, Ask, Json, asked, dataset, happened, run_id
from tests.property.service import Service

TIMES = ("09:30:00", "10:30:00", None)


def over_time(path: str, *keys: str, **params: str) -> Ask:
    """Members of one answer at each of `TIMES`; None is now."""

    async def ask(service: Service) -> Any:
        found = []
        for at in TIMES:
            one = await service.get(path, asOf=at and f"2026-03-01T{at}Z", **params)
            found.append(tuple(one[key] for key in keys) if len(keys) > 1 else one[keys[0]])
        return found

    return ask


def described(text: str, *columns: str) -> Json:
    return dataset(
        "d",
        documentation={"description": text},
        schema={"fields": [{"name": name, "type": "int"} for name in columns]},
        tags={"tags": [{"key": text, "value": "true"}]},
        dataSource={"name": f"from {text}", "uri": ""},
    )


WRITES = [
    happened("COMPLETE", 1, "09:00:00", outputs=[described("old", "a")]),
    happened("COMPLETE", 2, "10:00:00", outputs=[described("new", "a", "b")]),
    happened("COMPLETE", 3, "11:00:00", outputs=[described("newest", "c")]),
]


def test_the_facets_of_a_dataset(database_url: str) -> None:
    keys = ("description", "tags", "sourceName")
    assert asked(database_url, WRITES, over_time(DATASET, *keys)) == [
        (text, [text], f"from {text}") for text in ("old", "new", "newest")
    ]


def test_the_schema_of_a_dataset(database_url: str) -> None:
    found = asked(database_url, WRITES, over_time(DATASET, "fields"))
    assert [[one["name"] for one in fields] for fields in found] == [["a"], ["a", "b"], ["c"]]


def test_the_current_version_of_a_dataset(database_url: str) -> None:
    late = happened("COMPLETE", 4, "10:45:00", outputs=[dataset("d")])
    begun = happened("START", 4, "10:10:00", outputs=[dataset("d")])
    found = asked(database_url, [*WRITES, begun, late], over_time(DATASET, "currentVersion"))
    assert found == [derived(1), derived(2), derived(3)]


def test_what_became_of_a_dataset(database_url: str) -> None:
    gone = dataset("d", lifecycleStateChange={"lifecycleStateChange": "DROP"})
    events = [WRITES[0], happened("COMPLETE", 5, "10:00:00", outputs=[gone]), WRITES[2]]
    found = asked(database_url, events, over_time(DATASET, "lastLifecycleState", "deleted"))
    assert found == [(None, False), ("DROP", True), ("DROP", False)]


def test_the_columns_that_a_dataset_was_made_of(database_url: str) -> None:
    def made_of(*columns: str) -> Json:
        inputs = [{"namespace": "db", "name": "s", "field": name} for name in columns]
        return dataset("d", columnLineage={"fields": {"x": {"inputFields": inputs}}})

    events = [
        happened("COMPLETE", 1, "09:00:00", outputs=[made_of("a")]),
        happened("COMPLETE", 2, "10:00:00", outputs=[made_of("b")]),
        happened("COMPLETE", 3, "11:00:00", outputs=[made_of("c")]),
    ]
    found = asked(database_url, events, over_time(DATASET, "columnLineage"))
    names = [[one["field"] for one in column["inputFields"]] for [column] in found]
    assert names == [["a"], ["b"], ["c"]]
    graphs = asked(
        database_url, events, over_time("/column-lineage", "graph", nodeId="job:tests:job")
    )
    assert [sorted(node["id"][-1] for node in graph) for graph in graphs] == [
        ["a", "x"], ["a", "b", "x"], ["a", "b", "c", "x"],
    ]  # fmt: skip


def test_the_facets_of_a_job(database_url: str) -> None:
    def located_and_described(text: str) -> Json:
        job = located(f"https://example.org/{text}")
        job["facets"]["documentation"] = FACET | {"description": text}
        return {"job": job}

    events = [
        happened("START", number, f"{8 + number:02}:00:00") | located_and_described(text)
        for number, text in enumerate(("old", "new", "newest"), 1)
    ]
    assert asked(database_url, events, over_time(JOB, "description", "location")) == [
        (text, f"https://example.org/{text}") for text in ("old", "new", "newest")
    ]


def test_what_a_job_reads_and_writes(database_url: str) -> None:
    events = [
        happened("START", 1, "09:00:00", inputs=[dataset("a")]),
        happened("RUNNING", 1, "10:00:00", outputs=[dataset("b")]),
        happened("RUNNING", 1, "11:00:00", inputs=[dataset("c")]),
    ]
    found = asked(database_url, events, over_time(JOB, "inputs", "outputs"))
    names = [tuple([one["name"] for one in side] for side in sides) for sides in found]
    assert names == [(["a"], []), (["a"], ["b"]), (["a", "c"], ["b"])]


def test_the_newest_runs_of_a_job_and_their_states(database_url: str) -> None:
    events = [
        happened("START", 1, "09:00:00"),
        happened("COMPLETE", 1, "10:00:00"),
        happened("START", 2, "10:15:00"),
        happened("FAIL", 2, "11:00:00"),
    ]
    found = asked(database_url, events, over_time(JOB, "latestRun", "latestRuns"))
    keys = ("state", "endedAt", "durationMs", "jobVersion")
    shown = [[run["id"], *(run[key] is None for key in keys[1:])] for run, _ in found]
    assert [run["state"] for run, _ in found] == ["RUNNING", "RUNNING", "FAILED"]
    assert shown == [
        [run_id(1), True, True, True],
        [run_id(2), True, True, True],
        [run_id(2), False, False, False],
    ]
    states = [[run["state"] for run in runs] for _, runs in found]
    assert states == [["RUNNING"], ["RUNNING", "COMPLETED"], ["FAILED", "COMPLETED"]]


def test_the_current_version_of_a_job(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "09:00:00") | {"job": located("https://example.org/1")},
        happened("START", 2, "10:00:00") | {"job": located("https://example.org/2")},
        happened("COMPLETE", 2, "11:00:00") | {"job": located("https://example.org/2")},
    ]
    first, between, now = asked(database_url, events, over_time(JOB, "currentVersion"))
    assert first == between != now
    assert now is not None


def test_the_parent_of_a_job(database_url: str) -> None:
    def under(job: str) -> Json:
        parent = {"run": {"runId": run_id(9)}, "job": {"namespace": "tests", "name": job}}
        return {"facets": {"parent": FACET | parent}}

    events = [
        happened("START", 1, "09:00:00"),
        happened("START", 2, "10:00:00") | {"run": {"runId": run_id(2)} | under("flow")},
        happened("START", 3, "11:00:00"),
    ]
    found = asked(database_url, events, over_time(JOB, "parentJobName"))
    assert found == [None, "flow", None]


def test_a_run(database_url: str) -> None:
    events = [
        happened("START", 1, "10:00:00", inputs=[dataset("a")]),
        happened("RUNNING", 1, "10:45:00", inputs=[dataset("b")], outputs=[dataset("c")]),
        happened("COMPLETE", 1, "11:00:00", outputs=[dataset("c")]),
    ]
    keys = ("state", "startedAt", "endedAt", "inputDatasetVersions", "outputDatasetVersions")
    found = asked(database_url, events, over_time(f"/jobs/runs/{run_id(1)}", *keys))
    began, ended = "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"
    times = [run[:3] for run in found]
    assert times == [
        ("NEW", None, None), ("RUNNING", began, None), ("COMPLETED", began, ended),
    ]  # fmt: skip
    names = [
        [[one["datasetVersionId"]["name"] for one in side] for side in run[3:]] for run in found
    ]
    assert names == [[[], []], [["a"], []], [["a", "b"], ["c"]]]


def test_the_edges_of_a_graph_and_what_is_said_of_its_nodes(database_url: str) -> None:
    events = [
        *WRITES[:2],
        happened("FAIL", 4, "11:00:00", inputs=[dataset("s")], outputs=[described("late", "z")]),
    ]

    async def ask(service: Service) -> Any:
        graphs = await over_time("/lineage", "graph", nodeId="dataset:db:d")(service)
        return [
            (
                len(graph),
                [node["data"]["description"] for node in graph if node["id"] == "dataset:db:d"],
                [node["data"]["latestRun"]["state"] for node in graph if node["type"] == "JOB"],
            )
            for graph in graphs
        ]

    assert asked(database_url, events, ask) == [
        (2, ["old"], ["COMPLETED"]), (2, ["new"], ["COMPLETED"]), (3, ["late"], ["FAILED"]),
    ]  # fmt: skip


def test_the_tags_that_people_gave(server: Collector) -> None:
    schema = FACET | {"fields": [{"name": "id", "type": "int"}]}
    output = {"namespace": "when", "name": "d", "facets": {"schema": schema}}
    job = {"namespace": "when", "name": "j"}
    assert server.post(event(job=job, inputs=[], outputs=[output])).status_code == 201
    paths = {
        "dataset": "/api/v1/namespaces/when/datasets/d",
        "job": "/api/v1/namespaces/when/jobs/j",
    }
    for path in paths.values():
        assert server.client.post(f"{path}/tags/gold").status_code == 200
    assert server.client.post(f"{paths['dataset']}/fields/id/tags/KEY").status_code == 200
    given_at = server.entries()[-1]["loggedAt"]
    for path in paths.values():
        assert server.client.delete(f"{path}/tags/gold").is_success
    for path in paths.values():
        found = [
            server.client.get(path, params=when).json()["tags"]
            for when in ({"asOf": "2026-03-02T00:00:00Z"}, {"asOf": given_at}, {})
        ]
        assert found == [[], ["gold"], []]
    for params, tags in (({"asOf": "2026-03-02T00:00:00Z"}, []), ({"asOf": given_at}, ["KEY"])):
        [column] = server.client.get(paths["dataset"], params=params).json()["fields"]
        assert column["tags"] == tags
