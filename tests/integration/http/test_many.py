"""Lists and counts do not grow with what is not on the page: their plans, and what they answer."""

from typing import Any

import asyncpg
import pytest

from catchment.postgres.statements import SQL
from tests.integration.http.conftest import event

PLANS = {
    "list_datasets": ("text, integer, integer", "'a', 9, 0", "dataset_name"),
    "count_datasets": ("text, integer", "'a', 9", "dataset_name"),
    "list_jobs": ("text, integer, integer", "'a', 9, 0", "job_name"),
    "count_jobs": ("text, integer", "'a', 9", "job_name"),
    "list_all_jobs": ("integer, integer, text[]", "9, 0, null", "seen_job_slot"),
    "count_runs_of_job": ("integer, integer", "1, 9", "run_job"),
}


@pytest.mark.parametrize("query", PLANS)
async def test_a_page_is_a_stretch_of_an_index(database_url: str, query: str) -> None:
    types, values, index = PLANS[query]
    connection = await asyncpg.connect(database_url)
    try:
        # In an empty table a scan is cheapest; forbidden, it is left only where no index serves.
        await connection.execute(
            "set enable_seqscan = off; set enable_bitmapscan = off;"
            "set plan_cache_mode = force_generic_plan"
        )
        await connection.execute(f"prepare asked ({types}) as {SQL[query]}")
        plan = await connection.fetch(f"explain execute asked ({values})")
    finally:
        await connection.close()
    lines = [row[0] for row in plan]
    text = "\n".join(lines)
    assert index in text, text
    # Namespaces have no index by name: there are hundreds.
    scanned = [line for line in lines if "Seq Scan" in line and " on namespace" not in line]
    assert scanned == [], text
    # What comes in the order of the index is never sorted as a whole.
    assert [line for line in lines if "Sort  (" in line and "Incremental" not in line] == [], text


def test_jobs_are_listed_by_their_last_event_within_minutes_and_beyond(start: Any) -> None:
    world = start()
    times = {
        "a": "12:00:01", "b": "12:00:03", "c": "12:09:59", "d": "12:10:00", "e": "11:59:59",
        "f": "12:00:03",
    }  # fmt: skip
    for name, time in times.items():
        job = {"namespace": "tests", "name": name}
        sent = event(eventTime=f"2026-03-01T{time}Z", job=job, inputs=[], outputs=[])
        assert world.post(sent).status_code == 201
    # Named once more, later; and once more, earlier.
    for time in ("12:30:00", "10:00:00"):
        job = {"namespace": "tests", "name": "e"}
        sent = event(eventTime=f"2026-03-01T{time}Z", job=job, inputs=[], outputs=[])
        assert world.post(sent).status_code == 201
    pages = [
        world.client.get("/api/v1/jobs", params={"limit": 2, "offset": offset}).json()
        for offset in (0, 2, 4)
    ]
    names = [job["name"] for page in pages for job in page["jobs"]]
    assert names[:3] == ["e", "d", "c"]
    assert set(names[3:5]) == {"b", "f"}
    assert names[5] == "a"
    assert [(page["totalCount"], page["totalCountExact"]) for page in pages] == [(6, True)] * 3
