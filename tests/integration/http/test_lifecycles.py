"""What becomes of datasets as a whole: dropped, created again, flagged; in any order of events."""

from typing import Any

import asyncpg
import pytest

from catchment.postgres.statements import SQL
from tests.integration.http.test_versions import DATASET
from tests.integration.http.worlds import Json, asked, dataset, happened, typed
from tests.property.service import Service


def became(change: str, name: str = "d", **members: Any) -> list[Json]:
    return [dataset(name, lifecycleStateChange={"lifecycleStateChange": change} | members)]


def shown(*times: str) -> Any:
    """(lastLifecycleState, deleted) of d at these times and now."""

    async def ask(service: Service) -> Any:
        found = []
        for at in (*times, None):
            one = await service.get(DATASET, asOf=at and f"2026-03-01T{at}Z")
            found.append((one["lastLifecycleState"], one["deleted"]))
        return found

    return ask


D = [dataset("d")]
WRITTEN = happened("COMPLETE", 1, "10:00:00", outputs=D)
DROPPED = happened("COMPLETE", 2, "11:00:00", outputs=became("DROP"))


def test_a_drop_shows_from_the_end_of_its_run(database_url: str) -> None:
    events = [
        WRITTEN,
        happened("START", 2, "10:30:00", outputs=became("DROP")),
        happened("COMPLETE", 2, "11:00:00"),
        # Named once more after its end: it is the drop's own word.
        happened("OTHER", 2, "11:30:00", outputs=became("drop")),
    ]
    found = asked(database_url, events, shown("10:59:59", "11:00:00"))
    assert found == [(None, False), ("DROP", True), ("DROP", True)]


@pytest.mark.parametrize("end", ["FAIL", "ABORT"])
def test_a_change_acts_only_while_its_run_is_completed(database_url: str, end: str) -> None:
    found = asked(database_url, [WRITTEN, DROPPED, happened(end, 2, "12:00:00")], shown())
    assert found == [(None, False)]
    running = happened("START", 2, "11:00:00", outputs=became("DROP"))
    assert asked(database_url, [WRITTEN, running], shown()) == [(None, False)]


def test_dropped_iff_the_latest_drop_is_later_than_the_latest_write_or_create(
    database_url: str,
) -> None:
    again = happened("COMPLETE", 3, "12:00:00", outputs=D)
    failed = happened("FAIL", 4, "12:30:00", outputs=D)
    dropped = happened("COMPLETE", 5, "13:00:00", outputs=became("DROP"))
    created = happened("COMPLETE", 6, "14:00:00", outputs=became("CREATE"))
    events = [WRITTEN, DROPPED, again, failed, dropped, created]
    found = asked(database_url, events, shown("11:00:00", "12:00:00", "13:00:00"))
    assert found == [("DROP", True), ("DROP", False), ("DROP", True), ("CREATE", False)]
    # What did not come about says nothing against the drop.
    assert asked(database_url, [WRITTEN, DROPPED, failed], shown()) == [("DROP", True)]


def test_of_a_drop_and_a_write_at_one_instant_the_write_stands(database_url: str) -> None:
    write = happened("COMPLETE", 3, "11:00:00", outputs=D)
    assert asked(database_url, [DROPPED, write], shown()) == [("DROP", False)]


def test_a_create_counts_at_the_end_of_its_run(database_url: str) -> None:
    create = [
        happened("START", 3, "10:00:00", outputs=became("CREATE")),
        happened("COMPLETE", 3, "12:00:00"),
    ]
    found = asked(database_url, [DROPPED, *create], shown("11:00:00"))
    assert found == [("DROP", True), ("CREATE", False)]


def test_a_stream_that_still_writes_has_the_dataset(database_url: str) -> None:
    stream = [
        happened("START", 3, "10:00:00", outputs=D) | {"job": typed("STREAMING")},
        happened("RUNNING", 3, "11:30:00", outputs=D) | {"job": typed("STREAMING")},
    ]
    assert asked(database_url, [DROPPED, *stream[:1]], shown()) == [("DROP", True)]
    assert asked(database_url, [DROPPED, *stream], shown()) == [("DROP", False)]


def test_dropped_datasets_stay_in_lists_and_in_the_graph_flagged(database_url: str) -> None:
    events = [WRITTEN, DROPPED, happened("COMPLETE", 3, "10:00:00", outputs=[dataset("e")])]

    async def ask(service: Service) -> Any:
        page = await service.get("/namespaces/db/datasets")
        listed = [(one["name"], one["lastLifecycleState"], one["deleted"])
                  for one in page["datasets"]]  # fmt: skip
        graph = await service.get("/lineage", nodeId="dataset:db:d")
        drawn = {node["id"]: node["data"].get("lastLifecycleState") for node in graph["graph"]}
        versions = await service.get(f"{DATASET}/versions")
        states = [one["lifecycleState"] for one in versions["versions"]]
        return listed, drawn["dataset:db:d"], drawn["dataset:db:e"], states

    listed, drawn, other, states = asked(database_url, events, ask)
    assert listed == [("d", "DROP", True), ("e", None, False)]
    assert (drawn, other) == ("DROP", None)
    assert states == ["DROP", None]


def test_what_is_no_change_changes_nothing(database_url: str) -> None:
    events = [happened("COMPLETE", 2, "11:00:00", outputs=became("VANISH"))]
    assert asked(database_url, events, shown()) == [(None, False)]


async def test_no_table_is_scanned_for_what_became_of_datasets(database_url: str) -> None:
    questions = {
        "lifecycles": ("integer[], timestamptz", "'{1}', 'infinity'", "lifecycle_dataset"),
        "lifecycles_of_names": (
            "integer[], text[], timestamptz", "'{1}', '{\"{1}\"}', 'infinity'", "lifecycle_dataset"
        ),
        "written_versions": (
            "integer[], timestamptz, bigint", "'{1}', 'infinity', 9", "stream_write_dataset"
        ),
        "confirmed_writes": (
            "integer[], bigint[], timestamptz[], bigint", "'{1}', '{1}', '{now}', 9",
            "stream_write_dataset",
        ),
        "edge_facts": ("integer[], timestamptz", "'{1}', 'infinity'", "snapshot_job"),
    }  # fmt: skip
    connection = await asyncpg.connect(database_url)
    try:
        # In an empty table a scan is cheapest; forbidden, it is left only where no index serves.
        await connection.execute(
            "set enable_seqscan = off; set plan_cache_mode = force_generic_plan"
        )
        for query, (types, given, index) in questions.items():
            await connection.execute(f"prepare {query} ({types}) as {SQL[query]}")
            plan = await connection.fetch(f"explain execute {query} ({given})")
            text = "\n".join(row[0] for row in plan)
            assert index in text, text
            assert "Seq Scan" not in text, text
    finally:
        await connection.close()
