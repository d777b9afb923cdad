-- name: bags_of_datasets
-- For each bag that a dataset was ever seen with, when last: one probe a bag, however many runs.
select u.entity, u.dir, u.bag, s.at
from bag_use u cross join lateral (
  select at from sighting s where s.bag_use = u.id and s.at <= $2 order by at desc limit 1) s
where u.entity = any($1::integer[]) and u.dir in ('i', 'o', 'd');

-- name: latest_sightings
-- The five newest reads and the newest write of each dataset, whose facets without history stand in the
-- run: so many along each bag, then of all. Limits are written out, since the plan depends on them.
select e.entity, 'i'::"char" as dir, s.run, s.at
from unnest($1::integer[]) as e (entity) cross join lateral (
  select w.run, w.at from bag_use u cross join lateral (
    select s.run, s.at, r.uuid from sighting s join run r on r.id = s.run
    where s.bag_use = u.id and s.at <= $2
    order by s.at desc, r.uuid desc limit 5) w
  where u.entity = e.entity and u.dir = 'i'
  order by w.at desc, w.uuid desc limit 5) s
union all
select e.entity, 'o', s.run, s.at
from unnest($1::integer[]) as e (entity) cross join lateral (
  select w.run, w.at from bag_use u cross join lateral (
    select s.run, s.at, r.uuid from sighting s join run r on r.id = s.run
    where s.bag_use = u.id and s.at <= $2
    order by s.at desc, r.uuid desc limit 1) w
  where u.entity = e.entity and u.dir = 'o'
  order by w.at desc, w.uuid desc limit 1) s;

-- name: folds_of_runs
-- Runs in full, each once, however many datasets of a page it is the latest of.
select id, fold from run where id = any($1::bigint[]);

-- name: bags_of_jobs
-- As of datasets; what runs show of their job stands on the run.
select u.entity, u.dir, u.bag, s.at
from bag_use u cross join lateral (
  select at from sighting s where s.bag_use = u.id and s.at <= $2 order by at desc limit 1) s
where u.entity = any($1::integer[]) and u.dir = 'd'
union all
select u.entity, u.dir, u.bag, r.at
from bag_use u cross join lateral (
  select max(at) as at from (
    (select first_at as at from run
     where job = u.entity and job_bag = u.bag and io_set is not null and first_at <= $2
     order by first_at desc limit 1)
    union all
    (select first_at from run_job
     where job = u.entity and job_bag = u.bag and first_at <= $2 order by first_at desc limit 1)
  ) as latest) r
where u.entity = any($1::integer[]) and u.dir = 'j' and r.at is not null;

-- name: written_versions
-- The latest confirmed write of each dataset: along its bags, past the runs that did not complete; and
-- those of streaming runs.
select distinct on (c.entity) c.entity, c.uuid, c.at, v.version
from (
  select u.entity, w.run, w.uuid, w.at
  from bag_use u cross join lateral (
    select s.run, s.at, r.uuid from sighting s join run r on r.id = s.run
    where s.bag_use = u.id and r.state = 2 and r.ended_at <= $2
    order by s.at desc, r.uuid desc limit 1) w
  where u.entity = any($1::integer[]) and u.dir = 'o'
  union all
  select d.id, w.run, w.uuid, w.at
  from unnest($1::integer[]) as d (id) cross join lateral stream_writes(d.id, $2, null, $3) w) c
left join named_version v on v.dataset = c.entity and v.run = c.run
order by c.entity, c.at desc, c.uuid desc;

-- name: lifecycles
-- What last became of each dataset, and whether it is gone by it: its latest DROP is later than any
-- confirmed write of another run, and than any CREATE. Datasets that nothing became of have no row.
select w.dataset, l.change, d.at is not null and not exists (
    select from lifecycle c
    where c.dataset = w.dataset and c.change = 'CREATE' and c.at between d.at and $2)
  and not exists (
    select from bag_use u join sighting s on s.bag_use = u.id join run r on r.id = s.run
    where u.entity = w.dataset and u.dir = 'o' and s.at >= d.at and r.state = 2 and r.ended_at <= $2
      and not exists (select from lifecycle x
        where x.run = s.run and x.dataset = w.dataset and x.change = 'DROP'))
  and not exists (
    select from stream_write s
    where s.dataset = w.dataset and s.last_at >= d.at and s.first_at <= $2
      and not exists (select from lifecycle x
        where x.run = s.run and x.dataset = w.dataset and x.change = 'DROP')) as dropped
from unnest($1::integer[]) as w (dataset)
  cross join lateral (
    select c.change
    from (select run, change from lifecycle where dataset = w.dataset and at <= $2
          order by at desc fetch first 1 rows with ties) c
      join run r on r.id = c.run
    order by r.uuid desc limit 1) l
  left join lateral (
    select at from lifecycle where dataset = w.dataset and change = 'DROP' and at <= $2
    order by at desc limit 1) d on true;

-- name: lifecycles_of_names
-- The same of datasets with several names ($2, an array each): what became of one became of all. Few are
-- asked for so; for all others it would take a third longer.
select w.dataset, l.change, d.at is not null and not exists (
    select from unnest(w.names) as n (id) join lifecycle c on c.dataset = n.id
    where c.change = 'CREATE' and c.at between d.at and $3)
  and not exists (
    select from unnest(w.names) as n (id) join bag_use u on u.entity = n.id and u.dir = 'o'
      join sighting s on s.bag_use = u.id join run r on r.id = s.run
    where s.at >= d.at and r.state = 2 and r.ended_at <= $3
      and not exists (select from lifecycle x
        where x.run = s.run and x.dataset = any (w.names) and x.change = 'DROP'))
  and not exists (
    select from unnest(w.names) as n (id) join stream_write s on s.dataset = n.id
    where s.last_at >= d.at and s.first_at <= $3
      and not exists (select from lifecycle x
        where x.run = s.run and x.dataset = any (w.names) and x.change = 'DROP')) as dropped
from (
    select dataset, written::integer[] as names from unnest($1::integer[], $2::text[])
      as p (dataset, written)) as w
  cross join lateral (
    -- Of two names that one run changed, the one with the smaller key.
    select c.change
    from unnest(w.names) as n (id) cross join lateral (
        select run, change, at from lifecycle where dataset = n.id and at <= $3
        order by at desc fetch first 1 rows with ties) c
      join run r on r.id = c.run cross join lateral (
        select key from dataset where id = n.id offset 0) k
    order by c.at desc, r.uuid desc, k.key limit 1) l
  left join lateral (
    select max(c.at) as at from unnest(w.names) as n (id) cross join lateral (
      select at from lifecycle where dataset = n.id and change = 'DROP' and at <= $3
      order by at desc limit 1) c) d on true;

-- name: edges_of_some_jobs
-- What jobs read and write; distinct, because each live io-set says it again.
select distinct job, dataset, dir::text from edges_of_jobs($1::integer[], $2);

-- name: latest_runs
-- The newest runs of each job, along the index.
select w.job as wanted, r.*, (select hash from job_version v where v.id = r.job_version) as version
from unnest($1::integer[]) as w (job) cross join lateral (
  select id, uuid, first_at, last_at, started_at, ended_at, nominal_start, nominal_end,
    parent, job_bag, job_version, state, flags
  from run where job = w.job and first_at <= $2
  order by started_at desc nulls last, uuid desc limit $3) r;

-- name: jobs_in_states
-- Of some jobs those whose newest run is in one of these states. Each is looked up: which job is in which
-- state is written nowhere, because every run would have to write it.
select w.job
from unnest($1::integer[]) as w (job) cross join lateral (
  select state from run where run.job = w.job
  order by started_at desc nulls last, uuid desc limit 1) r
where r.state = any($2::smallint[]);

-- name: runs_of_job
-- A page of a job's runs, along the index.
select id, uuid, first_at, last_at, started_at, ended_at, nominal_start, nominal_end, job, state, flags,
  fold, (select hash from job_version v where v.id = run.job_version) as version
from run where job = $1 order by started_at desc nulls last, uuid desc limit $2 offset $3;

-- name: count_runs_of_job
-- How many a page would have without its limit, up to $2.
select count(*) from (select from run where job = $1 limit $2) as counted;

-- name: runs_by_uuid
-- Runs by their ids, with everything.
select id, uuid, first_at, last_at, started_at, ended_at, nominal_start, nominal_end, job, state, flags,
  fold, (select hash from job_version v where v.id = run.job_version) as version
from run where uuid = any($1::uuid[]);

-- name: runs_by_id
-- Parents and roots, and whom they belong to.
select r.id, r.uuid, r.parent, r.root, r.job from run r where r.id = any($1::bigint[]);

-- name: roots_of_runs
-- Up along the parents until one declares its root; where none does, the topmost is it. What comes
-- round to a run already met ends the walk, and so does a bound, because parents are only claimed.
with recursive up (start, run, declared, parent, path) as (
  select id, id, root, parent, array[id] from run where id = any($1::bigint[])
  union all
  select up.start, r.id, r.root, r.parent, up.path || r.id
  from up join run r on r.id = up.parent
  where up.declared is null and r.id <> all (up.path) and cardinality(up.path) < $2
), topmost as (
  select distinct on (start) start, coalesce(declared, nullif(run, start)) as root
  from up order by start, cardinality(path) desc
)
select t.start, r.uuid as root from topmost t join run r on r.id = t.root;
