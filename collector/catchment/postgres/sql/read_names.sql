-- name: datasets_by_key
-- Exact names are found by their key, however long they are. `gone_at`: when a delete took it away that
-- no event of a later time undid. `alone`: no dataset has a second name, so that none need be asked for.
select d.id, d.key, n.name as namespace, d.name, gone.at as gone_at,
  not (select any_aliases()) as alone
from dataset d join namespace n on n.id = d.namespace
  cross join lateral gone_since(d.id, d.key, d.namespace, d.first_at) as gone
where d.key = any($1::uuid[]);

-- name: jobs_by_key
-- As datasets. A job has one name.
select j.id, j.key, n.name as namespace, j.name, gone.at as gone_at, true as alone
from job j join namespace n on n.id = j.namespace
  cross join lateral gone_since(j.id, j.key, j.namespace, j.first_at) as gone
where j.key = any($1::uuid[]);

-- name: names_of_datasets
-- What the walk meets, by name.
select d.id, d.canon, d.key, n.name as namespace, d.name, d.first_at, s.last_at, gone.at as gone_at,
  not (select any_aliases()) as alone
from dataset d join namespace n on n.id = d.namespace left join seen s on s.entity = d.id
  cross join lateral gone_since(d.id, d.key, d.namespace, d.first_at) as gone
where d.id = any($1::integer[]);

-- name: names_of_jobs
-- What the walk meets, by name.
select j.id, j.key, n.name as namespace, j.name, j.first_at, s.last_at, gone.at as gone_at,
  true as alone
from job j join namespace n on n.id = j.namespace left join seen s on s.entity = j.id
  cross join lateral gone_since(j.id, j.key, j.namespace, j.first_at) as gone
where j.id = any($1::integer[]);

-- name: other_names
-- Datasets with several names, and the one that stood for them; most have one.
select n.dataset, n.name, n.canon from names_of($1::integer[], $2) as n
where (select any_aliases()) and n.name <> n.dataset;

-- name: other_names_each
-- The same of each at an instant of its own.
select p.n, n.name
from unnest($1::integer[], $2::timestamptz[]) with ordinality as p (dataset, at, n)
  cross join lateral names_of(array[p.dataset], p.at) as n
where n.name <> p.dataset;

-- name: any_renamed
-- Whether a dataset was ever renamed; if not, all of them had the names they have.
select exists (select from rename);

-- name: any_aliases
-- Whether any dataset has several names; else no names need to be looked for.
select any_aliases();

-- name: list_namespaces
-- By name; a database has hundreds. Those that only a person spoke of are there, too.
with notes as (
  select distinct on (key) key, name, owner, description,
    min(at) over (partition by key) as first_at, at as last_at
  from namespace_note order by key, seq desc
)
select coalesce(n.name, o.name) as name, o.owner, o.description,
  least(n.first_at, o.first_at) as first_at, greatest(s.last_at, n.first_at, o.last_at) as last_at,
  exists (select from deletion x where x.key = coalesce(n.key, o.key)
    and x.at >= greatest(s.last_at, n.first_at, o.last_at)) as hidden
from namespace n left join seen s on s.entity = n.id full join notes o on o.key = n.key
where $1::text is null or coalesce(n.name, o.name) = $1
order by coalesce(n.name, o.name) collate "C" limit $2 offset $3;

-- name: list_datasets
-- By name, along the index; equal beginnings are told apart by the key.
select d.id
from dataset d cross join lateral gone_since(d.id, d.key, d.namespace, d.first_at) as gone
where d.namespace = (select living_namespace($1)) and gone.at is null
order by left(d.name, 256) collate "C", d.key limit $2 offset $3;

-- name: count_datasets
-- How many a list would have without its limit, up to $2. Nothing is asked of a row while there is no
-- delete at all.
select count(*) from (
  select from dataset d
  where d.namespace = (select living_namespace($1))
    and (not (select exists (select from deletion))
      or (select at from gone_since(d.id, d.key, d.namespace, d.first_at)) is null)
  limit $2) as counted;

-- name: list_jobs
-- By name, along the index; of one namespace.
select j.id
from job j cross join lateral gone_since(j.id, j.key, j.namespace, j.first_at) as gone
where j.namespace = (select living_namespace($1)) and gone.at is null
order by left(j.name, 256) collate "C", j.key limit $2 offset $3;

-- name: count_jobs
-- How many a list would have without its limit, up to $2.
select count(*) from (
  select from job j
  where j.namespace = (select living_namespace($1))
    and (not (select exists (select from deletion))
      or (select at from gone_since(j.id, j.key, j.namespace, j.first_at)) is null)
  limit $2) as counted;

-- name: list_all_jobs
-- Of all namespaces, or of those that a caller sees; the one that was named last first. The key makes
-- pages disjoint. Along the index, which is in order but for ten minutes: only within them is sorted,
-- and no further than the page (`offset 0` keeps it from being joined as a whole).
select j.id
from (select entity, job_slot, last_at from seen where job_slot is not null
      order by job_slot desc offset 0) s
  cross join lateral (select id, key, namespace, first_at from job where id = s.entity offset 0) j
  cross join lateral gone_since(j.id, j.key, j.namespace, j.first_at) as gone
where ($3::text[] is null
    or j.namespace in (select id from namespace where name = any($3::text[])))
  and gone.at is null
order by s.job_slot desc, s.last_at desc, j.key limit $1 offset $2;

-- name: count_all_jobs
-- How many a list would have without its limit, up to $2.
select count(*) from (
  select from job j
  where ($1::text[] is null
      or j.namespace in (select id from namespace where name = any($1::text[])))
    and (not (select exists (select from deletion))
      or (select at from gone_since(j.id, j.key, j.namespace, j.first_at)) is null)
  limit $2) as counted;
