"""What real senders do that a naive reader trips over: one test for each trap, in any order."""

from typing import Any

import pytest

from tests.integration.http.test_versions import brief, derived, versions
from tests.integration.http.worlds import FACET, Ask, Json, asked, dataset, happened, run_id
from tests.property.service import Service

JOB = "/namespaces/tests/jobs/job"
DATASET = "/namespaces/db/datasets/d"
D = [dataset("d")]


def run(number: int, *keys: str) -> Ask:
    async def ask(service: Service) -> Any:
        found = await service.get(f"/jobs/runs/{run_id(number)}")
        return [found[key] for key in keys]

    return ask


def edges(node: str, **params: str) -> Ask:
    """(origin, destination, basis, stale, confirmed), names without namespaces."""

    async def ask(service: Service) -> Any:
        graph = await service.get("/lineage", nodeId=node, **params)
        return [
            (
                *(edge[end].rpartition(":")[2] for end in ("origin", "destination")),
                *(edge["basis"], edge["stale"], edge["confirmed"]),
            )
            for found in graph["graph"]
            for edge in found["inEdges"]
        ]

    return ask


def under(parent: str, job: str = "flow", root: str | None = None) -> Json:
    """The `run` of run 1 with a parent."""

    def link(one: str, name: str) -> Json:
        return {"run": {"runId": one}, "job": {"namespace": "tests", "name": name}}

    facet: Json = FACET | link(parent, job)
    if root:
        facet["root"] = link(root, "top")
    return {"run": {"runId": run_id(1), "facets": {"parent": facet}}}


def test_1_events_of_a_run_come_out_of_order(database_url: str) -> None:
    events = [
        happened("START", 1, "10:00:00", inputs=D),
        happened("RUNNING", 1, "10:01:00"),
        happened("COMPLETE", 1, "10:02:00"),
        happened("OTHER", 1, "10:03:00", outputs=[dataset("e")]),
    ]
    keys = ("state", "startedAt", "endedAt", "durationMs", "conflict")
    assert asked(database_url, events, run(1, *keys)) == [
        "COMPLETED", "2026-03-01T10:00:00Z", "2026-03-01T10:02:00Z", 120_000, False,
    ]  # fmt: skip


def test_2_five_starts_and_two_completes_are_one_run(database_url: str) -> None:
    events = [happened("START", 1, f"10:00:0{n}", inputs=D) for n in range(5)]
    events += [happened("COMPLETE", 1, f"10:01:0{n}", outputs=D) for n in range(2)] * 2

    async def ask(service: Service) -> Any:
        page = await service.get(f"{JOB}/runs")
        assert [one["id"] for one in page["runs"]] == [run_id(1)]
        listed = await service.get(f"{DATASET}/versions")
        return listed["totalCount"], await run(1, "startedAt", "endedAt", "conflict")(service)

    assert asked(database_url, events, ask) == (
        1, ["2026-03-01T10:00:00Z", "2026-03-01T10:01:01Z", False],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("COMPLETE", ["COMPLETED", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", True, None]),
        ("START", ["RUNNING", "2026-03-01T10:00:00Z", None, False, None]),
        ("OTHER", ["RUNNING", "2026-03-01T10:00:00Z", None, True, None]),
    ],
)
def test_3_one_event_makes_a_run(database_url: str, kind: str, says: list[Any]) -> None:
    keys = ("state", "startedAt", "endedAt", "startInferred", "durationMs")
    assert asked(database_url, [happened(kind, 1, "10:00:00")], run(1, *keys)) == says


def test_4_lineage_is_there_from_first_sight_though_the_run_never_ends(database_url: str) -> None:
    events = [happened("START", 1, "10:00:00", inputs=D, outputs=[dataset("e")])]
    found = asked(database_url, events, edges("dataset:db:d", direction="downstream"))
    assert found == [
        ("job", "e", "inputs-outputs", False, True), ("d", "job", "inputs-outputs", False, True),
    ]  # fmt: skip
    assert asked(database_url, events, run(1, "state", "endedAt")) == ["RUNNING", None]


def test_5_what_a_failed_run_wrote_is_a_claim(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "09:00:00", outputs=D),
        happened("FAIL", 2, "10:00:00", outputs=[*D, dataset("e")]),
        # A FAIL that names nothing takes nothing away.
        happened("FAIL", 3, "11:00:00"),
    ]

    async def ask(service: Service) -> Any:
        current = (await service.get(DATASET))["currentVersion"]
        return await edges("job:tests:job")(service), brief(await versions()(service)), current

    found, listed, current = asked(database_url, events, ask)
    assert found == [
        ("job", "d", "inputs-outputs", False, True), ("job", "e", "inputs-outputs", True, False),
    ]  # fmt: skip
    assert listed == [(derived(2), [run_id(2)], False), (derived(1), [run_id(1)], True)]
    assert current == derived(1)


def test_6_a_run_under_two_jobs_is_one_run_and_each_job_has_its_edges(database_url: str) -> None:
    events = [
        happened("START", 1, "10:00:00", "flow.job", inputs=D),
        happened("COMPLETE", 1, "10:01:00", "job", outputs=[dataset("e")]),
    ]

    async def ask(service: Service) -> Any:
        told = await run(1, "job", "conflict", "state")(service)
        pages = [await service.get(f"/namespaces/tests/jobs/{job}/runs")
                 for job in ("job", "flow.job")]  # fmt: skip
        sides = [await service.get(f"/namespaces/tests/jobs/{job}") for job in ("job", "flow.job")]
        names = [[one["name"] for one in side["inputs"] + side["outputs"]] for side in sides]
        return told, [len(page["runs"]) for page in pages], names

    told, runs, names = asked(database_url, events, ask)
    assert told == [{"namespace": "tests", "name": "job"}, True, "COMPLETED"]
    assert (runs, names) == ([1, 0], [["e"], ["d"]])


def test_7_a_parent_is_only_claimed(database_url: str) -> None:
    keys = ("parentRun", "rootRun")
    unseen = [
        happened("START", 1, "10:00:00") | under(run_id(2)),
        # Absent in a later event, it is not removed.
        happened("COMPLETE", 1, "10:01:00"),
    ]
    assert asked(database_url, unseen, run(1, *keys)) == [run_id(2), run_id(2)]
    assert asked(database_url, unseen, run(2, "state", "parentRun")) == ["NEW", None]
    changed = [*unseen, happened("OTHER", 1, "10:02:00") | under(run_id(3))]
    assert asked(database_url, changed, run(1, *keys)) == [run_id(3), run_id(3)]
    itself = [happened("START", 1, "10:00:00") | under(run_id(1))]
    assert asked(database_url, itself, run(1, *keys)) == [run_id(1), None]
    rooted = [happened("START", 1, "10:00:00") | under(run_id(2), root=run_id(4))]
    assert asked(database_url, rooted, run(1, *keys)) == [run_id(2), run_id(4)]

    async def by_its_own_name(service: Service) -> Any:
        [parent] = await run(1, "parentRun")(service)
        return (await service.get("/jobs/runs/PARENT-RUN-2"))["id"] == parent

    odd = [happened("START", 1, "10:00:00") | under("PARENT-RUN-2")]
    assert asked(database_url, odd, by_its_own_name) is True


def test_8_a_run_reads_the_version_before_the_one_that_it_writes(database_url: str) -> None:
    merges = [happened("COMPLETE", n, f"1{n}:00:00", inputs=D, outputs=D) for n in (1, 2)]

    async def ask(service: Service) -> Any:
        walk = await service.get("/runlineage/upstream", runId=run_id(2))
        inputs = [(one["run"]["id"], one["inputs"][0]["version"]) for one in walk["runs"]]
        ways = [await edges("dataset:db:d", direction=way)(service)
                for way in ("upstream", "downstream", "both")]  # fmt: skip
        return inputs, ways

    inputs, ways = asked(database_url, merges, ask)
    assert inputs == [(run_id(2), derived(1)), (run_id(1), None)]
    for found in ways:
        assert sorted(edge[:2] for edge in found) == [("d", "job"), ("job", "d")]


def with_columns(*names: str) -> list[Json]:
    return [dataset("d", schema={"fields": [{"name": name} for name in names]})]


def test_9_of_schemas_in_one_run_the_latest_wins_and_is_its_own(database_url: str) -> None:
    events = [
        happened("START", 1, "10:00:00", outputs=with_columns("a", "b", "c")),
        happened("COMPLETE", 1, "10:01:00", outputs=with_columns("a")),
        happened("COMPLETE", 2, "11:00:00", "other", outputs=with_columns("a", "b", "c", "d")),
    ]

    async def ask(service: Service) -> Any:
        page = await service.get(f"{DATASET}/versions")
        shown = [[one["name"] for one in version["fields"]] for version in page["versions"]]
        return shown, [one["name"] for one in (await service.get(DATASET))["fields"]]

    shown, now = asked(database_url, events, ask)
    assert (shown, now) == ([["a", "b", "c", "d"], ["a"]], ["a", "b", "c", "d"])


@pytest.mark.parametrize("empty", [{"inputs": [], "outputs": []}, {}])
def test_10_empty_and_absent_arrays_say_nothing(database_url: str, empty: Json) -> None:
    bare = happened("COMPLETE", 1, "10:01:00")
    del bare["inputs"], bare["outputs"]
    events = [
        happened("START", 1, "10:00:00", inputs=D, outputs=[dataset("e")]),
        bare | empty,
        # A JobEvent with empty arrays takes no declaration back, either.
        {key: value for key, value in bare.items() if key not in ("run", "eventType")} | empty,
    ]
    found = asked(database_url, events, edges("job:tests:job"))
    assert sorted(edge[:2] for edge in found) == [("d", "job"), ("job", "e")]
    assert not any(stale for *_, stale, _ in found)


def test_11_what_a_job_event_declares_stands_beside_what_runs_showed(database_url: str) -> None:
    declared = happened("COMPLETE", 1, "12:00:00", inputs=[dataset("planned")])
    del declared["run"], declared["eventType"]
    events = [
        happened("COMPLETE", 1, "10:00:00", inputs=D),
        happened("COMPLETE", 2, "11:00:00", inputs=[dataset("e")]),
        declared,
    ]
    assert asked(database_url, events, edges("job:tests:job")) == [
        ("d", "job", "inputs-outputs", True, True),
        ("e", "job", "inputs-outputs", False, True),
        ("planned", "job", "declared", False, True),
    ]
