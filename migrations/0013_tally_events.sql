-- Figures of a start page, without reading the log or the names: a day may have a million of either.
-- One row a namespace and quarter of an hour of event time (the offset of every time zone is a multiple
-- of one). Of events: the namespace of their job; of names: the quarter of their first sight, so that an
-- earlier sight moves a name to an earlier row. Namespace 0: all of them. The row at infinity has all
-- names of the namespace, whenever first seen. Moments of more than 14 days before an event came are
-- left out, since nobody asks for the counts of so long ago: what is loaded from archives costs nothing.
-- Events are counted a stretch of 1,024 entries of the log at a time; whoever asks counts the rest.
create table tally (
  at timestamptz not null,
  namespace integer not null,
  starts integer not null,
  completes integer not null,
  fails integer not null,
  aborts integer not null,
  jobs integer not null,
  datasets integer not null,
  primary key (namespace, at)
) with (fillfactor = 50);

with counted (at, namespace, type, what) as (
  select e.at, j.namespace, e.type, 'event'
  from event e join job j on j.id = e.subject
  where e.run is not null and e.at >= now() - interval '14 days'
    and e.seq < (select n - n % 1024 from head)
  union all select first_at, namespace, null, 'job' from job
  union all select first_at, namespace, null, 'dataset' from dataset
), placed as (
  select date_bin('15 minutes', at, 'epoch') as at, namespace, type, what
  from counted where at >= now() - interval '14 days'
  union all select 'infinity', namespace, type, what
  from counted where what <> 'event'
)
insert into tally (at, namespace, starts, completes, fails, aborts, jobs, datasets)
select at, coalesce(namespace, 0),
  count(*) filter (where type = 0), count(*) filter (where type = 3),
  count(*) filter (where type = 5), count(*) filter (where type = 4),
  count(*) filter (where what = 'job'), count(*) filter (where what = 'dataset')
from placed group by grouping sets ((at, namespace), (at));
