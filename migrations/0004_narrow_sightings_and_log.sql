-- Fewer bytes an event. A sighting names the use of a bag (which entity, in which direction, which bag)
-- by one id instead of three columns; the log says once what an event is about, and does not repeat
-- the part of the body's hash that its key holds.

-- ── uses of bags get ids ───────────────────────────────────────────────────────────────────────

alter table bag_use add column id integer;
with numbered as (
  select entity, dir, bag, row_number() over () - 1 as o from bag_use
), blocks as (
  select n, nextval('row_id') as first from generate_series(0, (select count(*) / 1000 from bag_use)) n
)
update bag_use u set id = blocks.first + numbered.o % 1000
from numbered join blocks on blocks.n = numbered.o / 1000
where u.entity = numbered.entity and u.dir = numbered.dir and u.bag = numbered.bag;

alter table bag_use drop constraint bag_use_pkey;
alter table bag_use add primary key (id);
alter table bag_use add unique (entity, dir, bag);

-- History at run grain: this run read or wrote the dataset and showed this bag of slow facets; or it
-- was declared so (run null). at: see docs/reference/meaning.md. No primary key: the row lock of the
-- run guards it, and the fold knows what stands here.
alter table sighting rename to old_sighting;
create table sighting (
  run bigint,
  at timestamptz not null,
  bag_use integer not null
);
insert into sighting (run, at, bag_use)
select s.run, s.at, u.id from old_sighting s
join bag_use u on u.entity = s.entity and u.dir = s.dir and u.bag = s.bag;
drop table old_sighting;
create index sighting_use on sighting (bag_use, at desc);
create unique index sighting_declared on sighting (bag_use, at) where run is null;

-- ── the narrow log ─────────────────────────────────────────────────────────────────────────────

-- `subject`: the job of a run event or job event, the dataset of a dataset event. `sha256`: where there
-- is a key, the bytes from the eleventh on, because the key ends with the first ten.
-- A row of a run event has no null, so that its header needs no bitmap.
alter table event rename to old_event;
alter table old_event rename constraint event_pkey to old_event_pkey;
drop index event_key;
create table event (
  seq bigint primary key,
  key uuid,
  batch bigint not null,
  at timestamptz,
  run bigint,
  n integer not null,
  subject integer,
  kind smallint not null,
  source smallint not null,
  type smallint,
  sha256 bytea not null
);
insert into event (seq, key, batch, at, run, n, subject, kind, source, type, sha256)
select seq, key, batch, at, run, n, coalesce(job, dataset), kind, source, type,
  case when key is not null then substring(sha256 from 11) else sha256 end
from old_event order by seq;
drop table old_event;
create unique index event_key on event (key) where key is not null;

-- The newest runs of a job come first along the index, ties and runs that never began included.
drop index run_job_started;
create index run_job_started on run (job, started_at desc nulls last, uuid desc);
