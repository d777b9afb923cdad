"""Search among many names: what its questions may touch, and that each way finds what is right."""

from uuid import UUID

import asyncpg
import pytest

from catchment.postgres.connect import open_read_pool
from catchment.postgres.read.search import FEW_NAMES_MAX, Rank, Scope, Search
from catchment.postgres.statements import SQL
from tests.integration.postgres.plans import require_indexes

PLACES = "boolean[], integer[], timestamptz, timestamptz"
EVERYWHERE = "'{t,f}', null, null, null"
LIMITED = "'{t,f}', '{1,2}', '2026-01-01', '2026-02-01'"
WORDS, GIVEN = "text[], text[], text, text[]", "'{%abc%}', '{}', 'abc', '{% abc%}'"
QUESTIONS = [
    ("search_few", f"{WORDS}, {PLACES}, integer", f"{GIVEN}, {LIMITED}, 10", ["job_name"]),
    ("search_extent_of_spaces", "integer, integer[]", "10001, '{1}'", ["job_name", "dataset_name"]),
    ("search_beginning", f"text, {PLACES}, integer, integer", f"'abc', {EVERYWHERE}, 8000, 10",
     ["Merge Append", "job_begins", "dataset_begins"]),
    ("search_common", f"{WORDS}, {PLACES}, integer, integer", f"{GIVEN}, {LIMITED}, 8000, 10",
     ["Merge Append", "job_key_key", "dataset_key_key", "seen_pkey"]),
    ("search_rare", f"{WORDS}, {PLACES}, text, text, text, integer, integer",
     f"{GIVEN}, {EVERYWHERE}, '%abc%', '%abc%', '%abc%', 2000, 10", ["job_form", "dataset_form"]),
    ("search_facets_common", "text[], integer, integer", "'{%abc%}', 8000, 10",
     ["facet_searched"]),
    ("search_facets_rare", "text[], text, text, text, integer",
     "'{%abc%}', '%abc%', '%abc%', '%abc%', 10", ["facet_form"]),
    ("search_mentions", f"integer[], {PLACES}, integer, integer", f"'{{1}}', {LIMITED}, 1000, 10",
     ["mention_pkey", "job_pkey", "dataset_pkey"]),
]  # fmt: skip
# Enough for an index to be worth while.
WORLD = """
insert into namespace (id, key, first_at, name)
  select n, md5('ns' || n)::uuid, 'epoch'::timestamptz, 'ns' || n from generate_series(1, 50) n;
insert into job (id, namespace, key, first_at, name)
  select n, 1 + n % 50, md5('j' || n)::uuid, 'epoch'::timestamptz, 'job ' || n
  from generate_series(1000, 21000) n;
insert into dataset (id, namespace, canon, key, first_at, name)
  select n, 1 + n % 50, n, md5('d' || n)::uuid, 'epoch'::timestamptz, 'dataset ' || n
  from generate_series(30000, 50000) n;
insert into seen (entity, last_at) select id, first_at from named;
insert into facet (id, hash, deleted, name, body)
  select n, md5('f' || n)::uuid, false, 'documentation',
    convert_to('{"description":"about ' || n || '"}', 'UTF8')
  from generate_series(60000, 80000) n;
insert into mention (facet, entity, key)
  select f.id, d.id, d.key from facet f join dataset d on d.id = f.id - 30000;
"""


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_no_table_is_scanned_for_a_search(database_url: str, mode: str) -> None:
    tables = ("job", "dataset", "seen", "facet", "mention")
    await require_indexes(database_url, WORLD, mode, QUESTIONS, tables)


async def test_a_sample_reads_some_blocks_only(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(WORLD)
        await connection.execute("vacuum analyze")
        types, given = "text[], text[], text[], real, real", "'{%1%}', '{% 1%}', '{%1%}', 5, 5"
        await connection.execute(f"prepare q ({types}) as {SQL['search_sample']}")
        plan = await connection.fetch(f"explain (analyze, timing off) execute q ({given})")
        text = "\n".join(row[0] for row in plan)
        assert "Sample Scan on job" in text
        assert "Seq Scan" not in text
    finally:
        await connection.close()


async def test_every_way_to_search_finds_the_best(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(WORLD)
    await connection.execute("vacuum analyze")
    rows = await connection.fetch("select id, is_job, namespace, key, name from named")
    await connection.close()
    assert len(rows) > FEW_NAMES_MAX
    pool = await open_read_pool(database_url, connections_max=2, statement_timeout_ms=30_000)
    try:
        search = Search(pool)
        for q, scope, limit in [
            ("4711", Scope(), 50),  # rare
            ("set 4712 DATA", Scope(), 50),  # a common word and a rare one
            ("ob 2000", Scope(), 50),  # a short word, at the beginning of none
            ("jo 1999", Scope(), 50),
            ("ataset", Scope(), 50),  # common
            ("ataset", Scope(is_job=(True,)), 50),
            ("dataset 4", Scope(), 50),  # beginnings
            ("7", Scope(spaces=(3,)), 50),  # few
            ("nowhere", Scope(), 50),
        ]:
            found = await search.names(await search.words(q), scope, limit)
            ids = [hit.id for hit in found.hits]
            right = _right(rows, q.lower().split(), scope)
            assert len(ids) == min(limit, len(right)), q
            assert set(ids) <= right.keys(), q
            assert [hit.rank for hit in found.hits] == sorted(right.values())[: len(ids)], q
            if len(right) > limit and min(right.values()) >= Rank.WORDS_BEGIN:
                assert ids == sorted(right, key=lambda row_id: _key(rows, row_id))[:limit], q
    finally:
        await pool.close()


def _right(rows: list[asyncpg.Record], words: list[str], scope: Scope) -> dict[int, Rank]:
    """What is to be found, looked for in the simplest way."""
    right = {}
    for row in rows:
        parts = row["name"].split()
        here = scope.spaces is None or row["namespace"] in scope.spaces
        begins = [any(part.startswith(word) for part in parts) for word in words]
        holds = [
            begin if len(word) < 3 else word in row["name"]
            for word, begin in zip(words, begins, strict=True)
        ]
        if here and row["is_job"] in scope.is_job and all(holds):
            rank = Rank.WORDS_BEGIN if all(begins) else Rank.INSIDE
            asked = " ".join(words)
            if row["name"].startswith(asked):
                rank = Rank.EXACT if row["name"] == asked else Rank.BEGINS
            right[row["id"]] = rank
    return right


def _key(rows: list[asyncpg.Record], row_id: int) -> UUID:
    return UUID(str(next(row["key"] for row in rows if row["id"] == row_id)))
