-- What only some runs have, each in a table of its own, so that all others pay nothing for it. Their rows
-- follow from the run's fold: they are written anew when it changes.

-- Writes of streaming runs, confirmed at sight: the first and the last naming.
create table stream_write (
  run bigint not null,
  dataset integer not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (run, dataset)
);
create index stream_write_dataset on stream_write (dataset, last_at desc);

-- What became of datasets at the end of runs that completed. Of a RENAME what the dataset was before.
create table lifecycle (
  run bigint not null,
  dataset integer not null,
  at timestamptz not null,
  change text not null,
  previous_namespace text,
  previous_name text,
  primary key (run, dataset)
);
create index lifecycle_dataset on lifecycle (dataset, at desc);
create index lifecycle_dropped on lifecycle (dataset, at desc) where change = 'DROP';

-- The latest snapshot that a run gave under one job: all that it read and wrote by then. `io_set` is
-- what the run has there in all.
create table snapshot (
  run bigint not null,
  job integer not null,
  at timestamptz not null,
  io_set integer not null,
  inputs integer[] not null,
  outputs integer[] not null,
  primary key (run, job)
);
create index snapshot_job on snapshot (job, at desc);

-- The latest write by a streaming run (but not by `reader`) that was seen by an instant; of those named
-- again after it, the first `late` are looked at.
create function stream_writes(wanted integer, seen_by timestamptz, reader bigint, late bigint)
returns table (run bigint, uuid uuid, at timestamptz, job integer)
language sql stable
as $$
  (select w.run, r.uuid, w.last_at, r.job
   from (select s.run, s.last_at from stream_write s
         where s.dataset = wanted and s.last_at <= seen_by and s.run is distinct from reader
         order by s.last_at desc fetch first 1 rows with ties) w
     join run r on r.id = w.run
   order by w.last_at desc, r.uuid desc limit 1)
  union all
  (select w.run, r.uuid, w.last_at, r.job
   from (select s.run, s.first_at, s.last_at from stream_write s
         where s.dataset = wanted and s.last_at > seen_by and s.run is distinct from reader
         order by s.last_at fetch first late rows with ties) w
     join run r on r.id = w.run
   where w.first_at <= seen_by
   order by w.last_at desc, r.uuid desc limit 1)
$$;

-- What says of a job which of its edges still hold, as of then: its run that completed last, or that gave
-- a snapshot last. Where the run gave one, `inputs` and `outputs` are all of it that holds.
create function latest_sets(jobs integer[], as_of timestamptz)
returns table (job integer, io_set integer, inputs integer[], outputs integer[])
language sql stable
as $$
  select distinct on (c.job) c.job, c.io_set, c.inputs, c.outputs from (
    select j.job, r.io_set, r.ended_at as at, r.uuid, s.inputs, s.outputs
    from unnest(jobs) as j (job)
      cross join lateral (
        select run.id, run.io_set, run.ended_at, run.uuid from run
        where run.job = j.job and run.state = 2 and run.ended_at <= as_of
        order by run.ended_at desc, run.uuid desc limit 1) r
      left join snapshot s on s.run = r.id and s.job = j.job
    union all
    select o.job, o.io_set, o.ended_at, r.uuid, s.inputs, s.outputs
    from unnest(jobs) as j (job)
      cross join lateral (
        select i.job, i.run, i.io_set, i.ended_at from run_job i
        where i.job = j.job and i.state = 2 and i.ended_at <= as_of offset 0) o
      join run r on r.id = o.run
      left join snapshot s on s.run = o.run and s.job = o.job
    union all
    select s.job, s.io_set, s.at, r.uuid, s.inputs, s.outputs
    from unnest(jobs) as j (job)
      cross join lateral (
        select i.* from snapshot i where i.job = j.job and i.at <= as_of
        order by i.at desc fetch first 1 rows with ties) s
      join run r on r.id = s.run
  ) as c order by c.job, c.at desc, c.uuid desc
$$;
