-- name: list_entries
-- The log in its order, to be followed. What it is about is a job or a dataset: ids are of one kind.
select e.seq, e.kind, b.logged_at, e.at, e.type, e.source, e.key, e.sha256,
  r.uuid as run, jn.name as job_namespace, j.name as job, dn.name as dataset_namespace,
  d.name as dataset, p.problems
from event e
  join batch b on b.id = e.batch
  left join run r on r.id = e.run
  left join job j on j.id = e.subject left join namespace jn on jn.id = j.namespace
  left join dataset d on d.id = e.subject left join namespace dn on dn.id = d.namespace
  left join event_problem p on p.batch = e.batch and p.n = e.n
where e.seq > $1 and ($2::smallint[] is null or e.kind = any($2))
order by e.seq limit $3;

-- name: entries_by_seq
-- As list_entries, of entries that were picked before: one query for both would get one plan for both.
select e.seq, e.kind, b.logged_at, e.at, e.type, e.source, e.key, e.sha256,
  r.uuid as run, jn.name as job_namespace, j.name as job, dn.name as dataset_namespace,
  d.name as dataset, p.problems
from event e
  join batch b on b.id = e.batch
  left join run r on r.id = e.run
  left join job j on j.id = e.subject left join namespace jn on jn.id = j.namespace
  left join dataset d on d.id = e.subject left join namespace dn on dn.id = d.namespace
  left join event_problem p on p.batch = e.batch and p.n = e.n
where e.seq = any($1::bigint[])
order by e.seq;

-- name: seqs_of_subjects
-- The next entries about some jobs or datasets: along the index of each, and the first of them all.
select e.seq from unnest($1::integer[]) as s (subject) cross join lateral (
  select seq from event
  where subject = s.subject and seq > $2 and ($3::smallint[] is null or kind = any($3))
  order by seq limit $4) e
order by e.seq limit $4;

-- name: seqs_of_run
-- The same of one run; its jobs are known, so that the log needs no index by run.
select e.seq from unnest($1::integer[]) as s (subject) cross join lateral (
  select seq from event
  where subject = s.subject and run = $5 and seq > $2 and ($3::smallint[] is null or kind = any($3))
  order by seq limit $4) e
order by e.seq limit $4;

-- name: seqs_about_dataset
-- The same of a dataset: its own events, those of runs whose io-set has it (under whatever job), and the
-- JobEvents that declare it (of one job and instant, both if there are two). Where such runs are few,
-- they are given; where they are many, most events of these jobs are theirs, and few are looked at in
-- vain. `offset 0`: asked for each, or the planner would hash all runs for a page of a hundred.
select e.seq from unnest($1::integer[]) as s (subject) cross join lateral (
  select seq from event o
  where subject = s.subject and seq > $2 and ($3::smallint[] is null or kind = any($3))
    and (s.subject = $5 or o.run = any($7::bigint[])
      or $7::bigint[] is null and (
        exists (select from run r where r.id = o.run and r.io_set = any($6::integer[]) offset 0)
        or exists (select from run_job r
          where r.run = o.run and r.io_set = any($6::integer[]) offset 0))
      or o.run is null and exists (select from declared d
        where d.job = s.subject and d.at = o.at and d.io_set = any($6::integer[]) offset 0))
  order by seq limit $4) e
order by e.seq limit $4;

-- name: io_sets_of_dataset
-- What was read and written together with a dataset, and by which job.
select distinct s.id, s.job from io_member m join io_set s on s.id = m.io_set where m.dataset = $1;

-- name: some_runs_of_io_sets
-- Which runs have one of these io-sets, if they are few: no more are looked at
-- than the limit, which says how many are.
(select id from run where io_set = any($1::integer[]) limit $2)
union all
(select run from run_job where io_set = any($1::integer[]) limit $2)
limit $2;

-- name: jobs_beside_io_sets
-- The other jobs of runs that came under several and have one of these io-sets under one of them.
-- Such runs are few, so it begins with them.
select r.job from run_job j join run r on r.id = j.run where j.io_set = any($1::integer[])
union
select j.job from run_job j join run r on r.id = j.run where r.io_set = any($1::integer[])
union
select o.job from run_job j join run_job o on o.run = j.run where j.io_set = any($1::integer[]);

-- name: jobs_of_run
-- The jobs that a run's events came under.
select id as run, job from run where uuid = $1 and job is not null
union
select r.id, j.job from run r join run_job j on j.run = r.id where r.uuid = $1;

-- name: blob_of_entry
-- The blob that holds an entry's bytes is the one with the greatest first number not beyond it.
select b.n as first, b.dict, b.bodies, e.n
from event e cross join lateral (
  select n, dict, bodies from event_body
  where batch = e.batch and n <= e.n order by n desc limit 1) b
where e.seq = $1;

-- name: list_dead_letters
-- What could not be used, in the order of the log.
select d.seq, d.reason, d.source, d.detail, d.sha256, d.count, b.logged_at
from dead_letter d join event e on e.seq = d.seq join batch b on b.id = e.batch
where d.seq > $1 order by d.seq limit $2;

-- name: next_seq
-- How far the log has come.
select n from head;

-- name: list_producers
-- Who made events, in all namespaces or in some; the one seen last first.
select uri, sum(events)::bigint as events, max(last_at) as last_at, sum(problems)::bigint as problems
from producer
where $1::text[] is null or namespace in (select id from namespace where name = any ($1))
group by key, uri order by max(last_at) desc, key limit $2 offset $3;

-- name: last_logged
-- Nothing was logged later, whatever the clocks say.
select logged_at from head;
