-- name: tally_names
-- Names that are new, or seen earlier than before; under the head row, so that nothing deadlocks.
insert into tally as t (at, namespace, starts, completes, fails, aborts, jobs, datasets)
select at, namespace, 0, 0, 0, 0, jobs, datasets
from unnest($1::timestamptz[], $2::integer[], $3::integer[], $4::integer[])
  as new (at, namespace, jobs, datasets)
on conflict (namespace, at) do update set
  jobs = t.jobs + excluded.jobs, datasets = t.datasets + excluded.datasets;

-- name: tally_events
-- A stretch of the log, once for every thousand entries or so: counting them with each batch would
-- have each batch pay for it. Questions count what comes after it themselves.
insert into tally as t (at, namespace, starts, completes, fails, aborts, jobs, datasets)
select date_bin('15 minutes', e.at, 'epoch') as quarter, coalesce(j.namespace, 0),
  count(*) filter (where e.type = 0), count(*) filter (where e.type = 3),
  count(*) filter (where e.type = 5), count(*) filter (where e.type = 4), 0, 0
from event e join job j on j.id = e.subject
where e.seq >= $1 and e.seq < $2 and e.run is not null and e.at >= now() - interval '14 days'
group by grouping sets ((1, j.namespace), (1))
on conflict (namespace, at) do update set
  starts = t.starts + excluded.starts, completes = t.completes + excluded.completes,
  fails = t.fails + excluded.fails, aborts = t.aborts + excluded.aborts;
