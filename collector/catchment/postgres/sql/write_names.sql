-- name: ensure_namespaces
-- New ones, and earlier first sights of known ones; in key order, so that writers cannot deadlock.
insert into namespace (id, key, first_at, name)
select * from unnest($1::integer[], $2::uuid[], $3::timestamptz[], $4::text[])
  as new (id, key, first_at, name) order by key
on conflict (key) do update set first_at = excluded.first_at
where namespace.first_at > excluded.first_at;

-- name: find_namespaces
-- Whoever wrote it first gave it its id.
select key, id, first_at from namespace where key = any($1::uuid[]);

-- name: ensure_jobs
-- New ones only, and which they are: each is counted once. In key order, as namespaces.
insert into job (id, key, first_at, name, namespace)
select * from unnest($1::integer[], $2::uuid[], $3::timestamptz[], $4::text[], $5::integer[])
  as new (id, key, first_at, name, namespace) order by key
on conflict (key) do nothing returning key;

-- name: find_jobs
-- Whoever wrote it first gave it its id.
select key, id, first_at from job where key = any($1::uuid[]);

-- name: move_jobs
-- Earlier first sights of known ones, and what stood there: it is counted there no more. Locked in key
-- order before it is compared, so that of two writers each moves it from where the other has put it.
with moved as materialized (
  select j.id, j.first_at as old_at, new.first_at
  from unnest($1::integer[], $2::timestamptz[]) as new (id, first_at) join job j on j.id = new.id
  where j.first_at > new.first_at order by j.key for no key update of j
), written as (
  update job set first_at = moved.first_at from moved where job.id = moved.id
)
select id, old_at from moved;

-- name: ensure_datasets
-- As jobs; a dataset stands for itself until an alias says otherwise.
insert into dataset (id, canon, key, first_at, name, namespace)
select id, id, key, first_at, name, namespace
from unnest($1::integer[], $2::uuid[], $3::timestamptz[], $4::text[], $5::integer[])
  as new (id, key, first_at, name, namespace) order by key
on conflict (key) do nothing returning key;

-- name: find_datasets
-- Whoever wrote it first gave it its id.
select key, id, first_at from dataset where key = any($1::uuid[]);

-- name: ensure_sources
-- As namespaces; what is said of one name by different URIs, or in different namespaces, stands apart.
insert into source (id, key, first_at, name, uri, namespace)
select * from unnest($1::integer[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[],
    $6::integer[])
  as new (id, key, first_at, name, uri, namespace) order by key
on conflict (key) do update set first_at = excluded.first_at
where source.first_at > excluded.first_at;

-- name: find_sources
-- Whoever wrote it first gave it its id.
select key, id, first_at from source where key = any($1::uuid[]);

-- name: move_datasets
-- As jobs.
with moved as materialized (
  select d.id, d.first_at as old_at, new.first_at
  from unnest($1::integer[], $2::timestamptz[]) as new (id, first_at) join dataset d on d.id = new.id
  where d.first_at > new.first_at order by d.key for no key update of d
), written as (
  update dataset set first_at = moved.first_at from moved where dataset.id = moved.id
)
select id, old_at from moved;

-- name: keys_of_jobs
-- Folds name jobs by id; the core knows them by key.
select id, key from job where id = any($1::integer[]);

-- name: keys_of_datasets
-- Folds name datasets by id; the core knows them by key.
select id, key from dataset where id = any($1::integer[]);

-- name: ensure_links
-- As edges.
insert into job_link (origin, destination, kind, output, first_at)
select * from unnest($1::integer[], $2::integer[], $3::smallint[], $4::integer[], $5::timestamptz[])
  as new (origin, destination, kind, output, first_at)
order by origin, destination, kind, output
on conflict (origin, destination, kind, output) do update set first_at = excluded.first_at
where job_link.first_at > excluded.first_at;

-- name: ensure_edges
-- First sights only ever move to earlier; what is not earlier was left out by the caller.
insert into edge (job, dataset, dir, basis, first_at)
select * from unnest($1::integer[], $2::integer[], $3::text[], $4::smallint[], $5::timestamptz[])
  as new (job, dataset, dir, basis, first_at) order by job, dataset, dir, basis
on conflict (job, dataset, dir, basis) do update set first_at = excluded.first_at
where edge.first_at > excluded.first_at;
