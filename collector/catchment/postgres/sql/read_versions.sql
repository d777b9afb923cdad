-- name: writes_of_dataset
-- The next writes of a dataset under these names of it, newest first: a stretch of each of their bags, then
-- the newest of all.
-- `with ties`: whole instants only, so that the next stretch begins before the last one, and what is
-- of one instant is put in order by whoever asks.
select s.run, r.uuid, s.at, u.entity as dataset, v.hash as named
from bag_use u cross join lateral (
  select run, at from sighting where bag_use = u.id and at < $2
  order by at desc fetch first $3 rows with ties) s
join run r on r.id = s.run
left join named_version v on v.run = s.run and v.dataset = u.entity
where u.entity = any($1::integer[]) and u.dir = 'o'
order by s.at desc fetch first $3 rows with ties;

-- name: count_versions_of_dataset
-- How many a page would have without its limit: a write each, all writes of a named version one, under
-- whatever names. No more writes are counted than $2, for they grow with the runs.
with writes as materialized (
  select count(*) as n from (
    select from bag_use u join sighting s on s.bag_use = u.id
    where u.entity = any($1::integer[]) and u.dir = 'o' limit $2) as counted
)
select n, case when n < $2 then (
  select count(*) - count(distinct hash) from named_version where dataset = any($1::integer[])) else 0 end as again
from writes;

-- name: writers_of_versions
-- All writes of some named versions, under these names of their dataset. A sighting of a run lies between its first and last event, which
-- is how it is found without an index by run.
select v.hash, v.dataset, r.id, r.uuid, s.at, r.state, r.flags, n.name as namespace
from named_version v
join run r on r.id = v.run
join job j on j.id = r.job join namespace n on n.id = j.namespace
cross join lateral (
  select s.at from bag_use u join sighting s on s.bag_use = u.id
  where u.entity = v.dataset and u.dir = 'o' and s.at between r.first_at and r.last_at
    and s.run = r.id limit 1) s
where v.dataset = any($1::integer[]) and v.hash = any($2::uuid[]);

-- name: whole_runs
-- Runs by id, with everything.
select id, uuid, first_at, last_at, started_at, ended_at, nominal_start, nominal_end, parent, root,
  job, io_set, job_bag, job_version, state, flags, fold,
  (select hash from job_version v where v.id = run.job_version) as version
from run where id = any($1::bigint[]);

-- name: versions_of_job
-- The versions that a run of the job has, newest first: by when the first run with it started. One that
-- only passed while its run's events came in has none. Of each the latest run, which shows what it is.
select v.hash, f.started_at as first_at, l.id as run
from job_version v cross join lateral (
  select started_at from run where job_version = v.id
  order by started_at limit 1) f
cross join lateral (
  select id from run where job_version = v.id
  order by started_at desc, uuid desc limit 1) l
where v.job = $1 and ($2::uuid is null or v.hash = $2)
order by f.started_at desc, v.hash desc limit $3 offset $4;

-- name: count_versions_of_job
-- How many a page would have without its limit. `limit`: one look for each, never all runs at once.
select count(*)
from job_version v cross join lateral (select from run where job_version = v.id limit 1) r
where v.job = $1;

-- name: current_versions_of_jobs
-- The version of each job's newest run that had ended by then, or that is streaming.
select w.job, v.hash
from unnest($1::integer[]) as w (job) cross join lateral (
  select job_version from run
  where job = w.job and job_version is not null
    and (ended_at <= $2 or flags & 4 <> 0 and started_at <= $2)
  order by started_at desc nulls last, uuid desc limit 1) r
join job_version v on v.id = r.job_version;
