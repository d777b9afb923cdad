-- name: lock_runs
-- Locked in key order before their folds are read: what another writer committed meanwhile is seen.
select id, uuid, fold from run where uuid = any($1::uuid[]) order by uuid for no key update;

-- name: find_runs
-- The ids of parents and roots that an earlier batch named.
select uuid, id from run where uuid = any($1::uuid[]);

-- name: insert_runs
-- A run that someone else wrote meanwhile is left alone and not returned: the batch is done again.
insert into run (id, uuid, first_at, last_at, started_at, ended_at, nominal_start, nominal_end,
  parent, root, job, io_set, job_bag, job_version, state, bad, flags, fold)
select * from unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::timestamptz[],
  $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::bigint[],
  $10::bigint[], $11::integer[], $12::integer[], $13::integer[], $14::integer[], $15::smallint[],
  $16::boolean[], $17::smallint[], $18::bytea[])
  as new (id, uuid, first_at, last_at, started_at, ended_at, nominal_start, nominal_end,
    parent, root, job, io_set, job_bag, job_version, state, bad, flags, fold)
order by uuid
on conflict (uuid) do nothing returning id;

-- name: update_runs
-- Everything but the identity follows from the fold.
update run set (first_at, last_at, started_at, ended_at, nominal_start, nominal_end, parent, root,
    job, io_set, job_bag, job_version, state, bad, flags, fold) =
  (new.first_at, new.last_at, new.started_at, new.ended_at, new.nominal_start, new.nominal_end,
    new.parent, new.root, new.job, new.io_set, new.job_bag, new.job_version, new.state, new.bad,
    new.flags, new.fold)
from unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::timestamptz[],
  $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::bigint[],
  $10::bigint[], $11::integer[], $12::integer[], $13::integer[], $14::integer[], $15::smallint[],
  $16::boolean[], $17::smallint[], $18::bytea[])
  as new (id, uuid, first_at, last_at, started_at, ended_at, nominal_start, nominal_end,
    parent, root, job, io_set, job_bag, job_version, state, bad, flags, fold)
where run.id = new.id;

-- name: delete_run_jobs
-- The shares of other jobs are written anew when a run's events come under several.
delete from run_job where run = any($1::bigint[]);

-- name: insert_run_jobs
-- A second job's share of a run.
insert into run_job (run, job, io_set, job_bag, first_at, ended_at, state, bad)
select * from unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::timestamptz[],
  $6::timestamptz[], $7::smallint[], $8::boolean[])
  as new (run, job, io_set, job_bag, first_at, ended_at, state, bad);

-- name: insert_sightings
-- What runs saw for the first time, and what declarations say (those again change nothing).
insert into sighting (run, at, entity, bag, dir)
select * from unnest($1::bigint[], $2::timestamptz[], $3::integer[], $4::integer[], $5::text[])
  as new (run, at, entity, bag, dir) order by entity, bag, at
on conflict (entity, bag, at) where run is null do nothing;

-- name: move_sightings
-- The fold before says exactly which row to look for, so that no other index is needed.
update sighting set at = new.at, bag = new.bag
from unnest($1::bigint[], $2::timestamptz[], $3::integer[], $4::integer[], $5::text[],
  $6::timestamptz[], $7::integer[]) as new (run, at, entity, bag, dir, old_at, old_bag)
where sighting.entity = new.entity and sighting.dir = new.dir::"char" and sighting.bag = new.old_bag
  and sighting.at = new.old_at and sighting.run = new.run;

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

-- name: insert_declared
-- All declarations are kept; which one holds is asked when it is asked.
insert into declared (job, at, hash, io_set, fills_in, fills_out)
select * from unnest($1::integer[], $2::timestamptz[], $3::uuid[], $4::integer[], $5::boolean[],
  $6::boolean[]) as new (job, at, hash, io_set, fills_in, fills_out) order by job, at, hash
on conflict do nothing;
