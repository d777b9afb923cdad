"""How long a search takes among a million names: the real command on an embedded server of its own.

    python -m benchmarks.search [--names 1000000] [--data-dir DIR]

Names, columns and descriptions are written with SQL, for only reading is measured. In halves of
the names stand words that the other half has not, so that the worst of what may be asked is there
too. With `--data-dir` the world is kept, and found again.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
import httpx
import uvloop

from benchmarks.ingest import cpu_s, serving

ROUNDS = 15
QUESTIONS = (
    ("a word in every name", {"q": "table"}),
    ("the same, 100 hits", {"q": "table", "limit": "100", "sort": "NAME"}),
    ("a word in half of them, never first", {"q": "mart"}),
    ("a part of a word in half of them", {"q": "yment", "limit": "100"}),
    ("one letter, none begins with it", {"q": "q"}),
    ("one letter, half begin with it", {"q": "w", "limit": "100"}),
    ("two letters", {"q": "ta", "limit": "100"}),
    ("a digit", {"q": "7", "limit": "100"}),
    ("one name", {"q": "table_0123456"}),
    ("a number", {"q": "123456"}),
    ("two words", {"q": "mart 1234", "limit": "100"}),
    ("two words, each in half, never both", {"q": "orders payments"}),
    ("nothing", {"q": "zzyzx"}),
    ("nothing, of common parts", {"q": "tabletable"}),
    ("nothing, of two common parts", {"q": "ordersmart"}),
    ("a column of one in a thousand", {"q": "column_77", "limit": "100"}),
    ("a column of every dataset that has some", {"q": "customer_id", "limit": "100"}),
    ("a word of a description", {"q": "described 4711"}),
    ("a name and a column", {"q": "payments customer_id", "limit": "100"}),
    ("in a small namespace", {"q": "table", "namespace": "small"}),
    ("in a large namespace", {"q": "mart", "namespace": "db://17", "limit": "100"}),
    ("since a day, none", {"q": "table", "after": "2030-01-01"}),
    ("jobs only", {"q": "table", "filter": "JOB", "limit": "100"}),
)

# Every tenth name is a job; datasets have a schema of their own, one in ten a description too.
WORLD = """
create or replace function pg_temp.id(text) returns uuid language sql immutable
  as 'select md5($1)::uuid';
insert into namespace (id, key, first_at, name)
  select n, pg_temp.id('ns' || n), timestamptz 'epoch', 'db://' || n from generate_series(1, 49) n
  union all select 50, pg_temp.id('small'), timestamptz 'epoch', 'small';
create temporary table named as
  select 1000 + n as id, case when n % 5000 = 0 then 50 else 1 + n % 49 end as namespace,
    pg_temp.id('n' || n) as key, '2026-01-01'::timestamptz + n * interval '1 second' as first_at,
    case when n % 2 = 0 then 'analytics.orders.' else 'warehouse.payments.' end
      || (array['raw', 'mart', 'stage', 'mart'])[1 + n % 4] || '.table_' || lpad(n::text, 7, '0')
      as name, n
  from generate_series(1, {names}) n;
insert into job (id, namespace, key, first_at, name)
  select id, namespace, key, first_at, name from named where n % 10 = 0;
insert into dataset (id, namespace, canon, key, first_at, name)
  select id, namespace, id, key, first_at, name from named where n % 10 <> 0;
insert into seen (entity, last_at) select id, first_at + interval '1 day' from named;
insert into facet (id, hash, deleted, name, body)
  select 10000000 + n, pg_temp.id('f' || n), false, 'schema', convert_to('{{"fields":['
    || '{{"name":"customer_id","type":"bigint"}},{{"name":"column_' || n % 1000
    || '","type":"text"}},{{"name":"amount_' || n || '","type":"numeric"}}]}}', 'UTF8')
  from named where n % 5 = 1;
insert into facet (id, hash, deleted, name, body)
  select 20000000 + n, pg_temp.id('d' || n), false, 'documentation',
    convert_to('{{"description":"Orders of day ' || n || ' as described in ' || n % 9999 || '"}}',
      'UTF8')
  from named where n % 10 = 1;
insert into bag (id, hash, facets)
  select 30000000 + n, pg_temp.id('b' || n), case when n % 10 = 1
    then array[10000000 + n, 20000000 + n] else array[10000000 + n] end
  from named where n % 5 = 1;
insert into bag_use (id, entity, dir, bag)
  select 40000000 + n, id, 'd', 30000000 + n from named where n % 5 = 1;
insert into sighting (run, at, bag_use)
  select null, first_at, 40000000 + n from named where n % 5 = 1;
insert into mention (facet, entity, key)
  select unnest(case when n % 10 = 1 then array[10000000 + n, 20000000 + n]
    else array[10000000 + n] end), id, key from named where n % 5 = 1;
"""


SIZES = """
select relname, pg_relation_size(oid) as bytes from pg_class
where relname ~ '^(job|dataset)_(form|begins)$|^facet_(form|searched)$|^mention'
  and relnamespace = 'public'::regnamespace
"""


async def _make(dsn: str, names: int) -> None:
    connection = await asyncpg.connect(dsn)
    if not await connection.fetchval("select exists (select from namespace)"):
        await connection.execute(WORLD.format(names=names))
        await connection.execute("vacuum analyze")
    for row in await connection.fetch(SIZES):
        sys.stdout.write(f"{row['relname']:<24}{row['bytes'] / 1e6:>8.1f} MB\n")
    await connection.close()


async def _measure(data_dir: Path, names: int) -> None:
    with serving(data_dir) as (pid, port):
        await _make(f"postgresql://catchment@/catchment?host={data_dir}/postgres/socket", names)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            for name, params in QUESTIONS:
                waits, before = [], cpu_s(pid, data_dir)
                for _ in range(ROUNDS):
                    begun = time.perf_counter()
                    answer = await client.get("/api/v1/search", params=params)
                    waits.append((time.perf_counter() - begun) * 1_000)
                    answer.raise_for_status()
                ours, theirs = (
                    (b - a) * 1_000 / ROUNDS
                    for a, b in zip(before, cpu_s(pid, data_dir), strict=True)
                )
                found = answer.json()
                waits.sort()
                sys.stdout.write(
                    f"{name:<42}{found['totalCount']:>5} hits  p50 {waits[ROUNDS // 2]:>7.1f} ms  "
                    f"worst {waits[-1]:>7.1f} ms  CPU ms: {ours:>5.1f} + {theirs:>5.1f}"
                    f"{'  cut' if found.get('truncated') else ''}\n"
                )
                sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--data-dir", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="catchment-bench-") as folder:
        # As root the server runs as another user, who must come through here.
        Path(folder).chmod(0o755)
        uvloop.run(_measure(given.data_dir or Path(folder) / "data", given.names))


if __name__ == "__main__":
    main()
