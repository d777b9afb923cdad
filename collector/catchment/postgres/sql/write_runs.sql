-- name: lock_runs
-- Locked in key order before their folds are read: what another writer committed meanwhile is seen.
select id, uuid, fold from run where uuid = any($1::uuid[]) order by uuid for no key update;

-- name: find_runs
-- The ids of parents and roots that an earlier batch named.
select uuid, id from run where uuid = any($1::uuid[]);

-- name: write_runs
-- Runs that are new, runs that changed (all but their identity follows from the fold), and what they
-- saw, in one trip. A run that someone else wrote meanwhile is left alone and not counted: the batch
-- is done again. The fold before says exactly which sighting to move, so that no index is needed.
with given as (
  select * from unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::timestamptz[],
    $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::bigint[],
    $10::bigint[], $11::integer[], $12::integer[], $13::integer[], $14::integer[], $15::smallint[],
    $16::smallint[], $17::bytea[], $18::boolean[])
  as given (id, uuid, first_at, last_at, started_at, ended_at, nominal_start, nominal_end,
    parent, root, job, io_set, job_bag, job_version, state, flags, fold, fresh)
), inserted as (
  insert into run (id, uuid, first_at, last_at, started_at, ended_at, nominal_start, nominal_end,
    parent, root, job, io_set, job_bag, job_version, state, bad, flags, fold)
  select id, uuid, first_at, last_at, started_at, ended_at, nominal_start, nominal_end,
    parent, root, job, io_set, job_bag, job_version, state, state in (3, 4), flags, fold
  from given where fresh order by uuid
  on conflict (uuid) do nothing returning 1
), updated as (
  update run set (first_at, last_at, started_at, ended_at, nominal_start, nominal_end, parent,
      root, job, io_set, job_bag, job_version, state, bad, flags, fold) =
    (given.first_at, given.last_at, given.started_at, given.ended_at, given.nominal_start,
      given.nominal_end, given.parent, given.root, given.job, given.io_set, given.job_bag,
      given.job_version, given.state, given.state in (3, 4), given.flags, given.fold)
  from given where run.id = given.id and not given.fresh
), sighted as (
  insert into sighting (bag_use, run, at)
  select * from unnest($19::integer[], $20::bigint[], $21::timestamptz[])
    as new (bag_use, run, at) order by bag_use, at
), moved as (
  update sighting set bag_use = new.bag_use, at = new.at
  from unnest($22::integer[], $23::bigint[], $24::timestamptz[], $25::integer[], $26::timestamptz[])
    as new (bag_use, run, at, old_use, old_at)
  where sighting.bag_use = new.old_use and sighting.at = new.old_at and sighting.run = new.run
)
select count(*) from inserted;

-- name: delete_run_jobs
-- The shares of other jobs are written anew when a run's events come under several.
delete from run_job where run = any($1::bigint[]);

-- name: insert_run_jobs
-- A second job's share of a run.
insert into run_job (run, job, io_set, job_bag, first_at, ended_at, state, bad)
select * from unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::timestamptz[],
  $6::timestamptz[], $7::smallint[], $8::boolean[])
  as new (run, job, io_set, job_bag, first_at, ended_at, state, bad);

-- name: insert_declared_sightings
-- What declarations say; those that come again change nothing.
insert into sighting (bag_use, at)
select * from unnest($1::integer[], $2::timestamptz[]) as new (bag_use, at) order by bag_use, at
on conflict (bag_use, at) where run is null do nothing;

-- name: delete_named_versions
-- Versions follow from the fold: what it no longer says goes.
delete from named_version using unnest($1::integer[], $2::uuid[], $3::bigint[])
  as old (dataset, hash, run)
where named_version.dataset = old.dataset and named_version.hash = old.hash
  and named_version.run = old.run;

-- name: insert_named_versions
-- Several runs may write one version.
insert into named_version (dataset, hash, run, version)
select * from unnest($1::integer[], $2::uuid[], $3::bigint[], $4::text[])
  as new (dataset, hash, run, version)
on conflict do nothing;

-- name: delete_named_reads
-- As versions written.
delete from named_read using unnest($1::integer[], $2::uuid[], $3::bigint[])
  as old (dataset, hash, run)
where named_read.dataset = old.dataset and named_read.hash = old.hash
  and named_read.run = old.run;

-- name: insert_named_reads
-- Who read which version by its name, to be found from the version.
insert into named_read (dataset, hash, run)
select * from unnest($1::integer[], $2::uuid[], $3::bigint[]) as new (dataset, hash, run)
on conflict do nothing;

-- name: insert_declared
-- All declarations are kept; which one holds is asked when it is asked.
insert into declared (job, at, hash, io_set, fills_in, fills_out)
select * from unnest($1::integer[], $2::timestamptz[], $3::uuid[], $4::integer[], $5::boolean[],
  $6::boolean[]) as new (job, at, hash, io_set, fills_in, fills_out) order by job, at, hash
on conflict do nothing;

-- name: delete_stream_writes
-- They follow from the fold: what it says now is written anew.
delete from stream_write where run = any($1::bigint[]);

-- name: insert_stream_writes
-- Writes that nobody waits for to be confirmed.
insert into stream_write (run, dataset, first_at, last_at)
select * from unnest($1::bigint[], $2::integer[], $3::timestamptz[], $4::timestamptz[])
  as new (run, dataset, first_at, last_at);

-- name: delete_lifecycles
-- They follow from the fold: a run that failed after all has changed nothing.
delete from lifecycle where run = any($1::bigint[]);

-- name: insert_lifecycles
-- What became of datasets by runs that completed.
insert into lifecycle (run, dataset, at, change)
select * from unnest($1::bigint[], $2::integer[], $3::timestamptz[], $4::text[])
  as new (run, dataset, at, change);

-- name: delete_renames
-- They follow from the fold; answers whose names they joined.
delete from rename where run = any($1::bigint[]) returning dataset;

-- name: insert_renames
-- What datasets were called before runs that completed.
insert into rename (run, dataset, previous, at)
select * from unnest($1::bigint[], $2::integer[], $3::integer[], $4::timestamptz[])
  as new (run, dataset, previous, at);

-- name: delete_snapshots
-- They follow from the fold: the latest is written anew.
delete from snapshot where run = any($1::bigint[]);

-- name: insert_snapshots
-- The latest of each run and job; ids of datasets as the text of an array, because arrays of arrays are
-- rectangles.
insert into snapshot (run, job, at, io_set, inputs, outputs)
select run, job, at, io_set, inputs::integer[], outputs::integer[]
from unnest($1::bigint[], $2::integer[], $3::timestamptz[], $4::integer[], $5::text[], $6::text[])
  as new (run, job, at, io_set, inputs, outputs);
