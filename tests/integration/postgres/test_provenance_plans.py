"""Provenance and models among many runs: what their questions may touch."""

import pytest

from tests.integration.postgres.plans import require_indexes

KEY, ONE, AT = "'{00000000-0000-0000-0000-000000000001}'", "'{30001}'", "'{2026-01-01}'"
QUESTIONS = [
    ("writers_at_an_instant", "integer[], uuid[], uuid[], timestamptz",
     f"{ONE}, {KEY}, {KEY}, 'infinity'", ["named_version", "run_uuid_key", "sighting_use"]),
    ("named_reads", "integer[], uuid[], timestamptz, integer", f"{ONE}, {KEY}, 'infinity', 100",
     ["named_read_pkey", "run_pkey"]),
    ("reads_that_may_be_of_writes",
     "integer[], timestamptz[], timestamptz[], uuid[], timestamptz, integer, integer",
     f"{ONE}, {AT}, {AT}, {KEY}, 'infinity', 100, 1000",
     ["sighting_use", "run_pkey", "io_member_pkey", "run_io_set", "run_job_set"]),
    ("skewed_reads",
     "integer[], bigint[], timestamptz[], timestamptz[], uuid[], uuid[], integer, integer",
     f"{ONE}, '{{1}}', {AT}, {AT}, {KEY}, {KEY}, 20, 100", ["sighting_use", "run_pkey"]),
    ("known_versions", "integer[], uuid[], timestamptz", f"{ONE}, {KEY}, 'infinity'",
     ["named_read_pkey", "run_pkey"]),
    ("datasets_once_models", "integer", "10001", ["dataset_pkey"]),
]  # fmt: skip
# Many runs of one job, each a read and a write of one of many datasets; few of them models.
WORLD = """
insert into namespace (id, key, first_at, name)
  values (1, md5('ns')::uuid, 'epoch'::timestamptz, 'ns');
insert into job (id, namespace, key, first_at, name)
  values (2, 1, md5('j')::uuid, 'epoch'::timestamptz, 'job');
insert into dataset (id, namespace, canon, key, first_at, name)
  select n, 1, n, md5('d' || n)::uuid, 'epoch'::timestamptz, 'dataset ' || n
  from generate_series(30000, 50000) n;
insert into model_named select id from dataset where id % 1000 = 0;
insert into io_set (id, hash, job, explicit)
  select n, md5('s' || n)::uuid, 2, false from generate_series(60000, 80000) n;
insert into io_member (io_set, dataset, dir, named)
  select id, id - 30000, dir::"char", id % 100 > 0 from io_set, unnest('{i,o}'::text[]) dir;
insert into run (id, uuid, first_at, last_at, started_at, ended_at, job, io_set, state, bad, flags,
    fold)
  select n, md5('r' || n)::uuid, t, t, t, t, 2, 60000 + n % 20000, 2, false, 0, ''
  from generate_series(1, 40000) n, lateral (
    select '2026-01-01'::timestamptz + n * interval '1 second' as t) t;
insert into bag_use (id, entity, dir, bag)
  select 100000 + 2 * id + (dir = 'o')::integer, id, dir::"char", 1
  from dataset, unnest('{i,o}'::text[]) dir;
insert into sighting (bag_use, run, at)
  select 100000 + 2 * (30000 + id % 20000) + side, id, first_at
  from run, generate_series(0, 1) side;
insert into named_version (dataset, hash, run, version)
  select 30000 + id % 20000, md5('v' || id)::uuid, id, 'v' || id from run where id % 2 = 0;
insert into named_read (dataset, hash, run)
  select 30000 + id % 20000, md5('v' || id)::uuid, id from run where id % 2 = 0;
insert into run_job (run, job, io_set, first_at, state, bad)
  select id, 2, io_set, first_at, 2, false from run where id % 3 = 0;
"""


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_no_large_table_is_scanned_for_provenance(database_url: str, mode: str) -> None:
    tables = (
        "run",
        "dataset",
        "sighting",
        "named_version",
        "named_read",
        "io_member",
        "bag_use",
        "run_job",
        "io_set",
    )
    await require_indexes(database_url, WORLD, mode, QUESTIONS, tables)
