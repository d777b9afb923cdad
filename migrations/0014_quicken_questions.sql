-- Each step of the walk looks up what it needs by index, however large the tables are (`offset 0` keeps
-- a lookup a lookup). The statements of a walk are planned once for all steps, so Postgres guessed how
-- many rows a step would find; small tables it scanned at every step of a long chain, large ones it
-- would have joined whole. What a walk costs depends on what it meets, and on nothing else. And what is
-- gone is neither met nor walked through: no path leads over it.

create or replace function edges_of_jobs(jobs integer[], as_of timestamptz)
returns table (job integer, dataset integer, dir "char", io_set integer, named boolean, declared boolean)
language sql stable
as $$
  select j.job, m.dataset, m.dir, s.id, m.named, false
  from unnest(jobs) as j (job)
    cross join lateral (
      select o.id from io_set o
      where o.job = j.job
        and (exists (select from run r
            where r.io_set = o.id and r.bad = any ('{f,t}') and r.first_at <= as_of offset 0)
          or exists (select from run_job r
            where r.io_set = o.id and r.first_at <= as_of offset 0))
      offset 0) as s
    cross join lateral (
      select i.dataset, i.dir, i.named from io_member i where i.io_set = s.id offset 0) as m
  where as_of = 'infinity' or exists (
    select from edge e where e.job = j.job and e.dataset = m.dataset and e.dir = m.dir
      and e.basis < 3 and e.first_at <= as_of offset 0)
  union all
  select j.job, m.dataset, m.dir, m.io_set, m.named, true
  from unnest(jobs) as j (job)
    cross join lateral (select from declared d where d.job = j.job limit 1) as any_at_all
    cross join lateral declared_sets(j.job, as_of) as d
    cross join lateral (
      select i.dataset, i.dir, i.io_set, i.named from io_member i
      where i.io_set = d.in_set and i.dir = 'i' or i.io_set = d.out_set and i.dir = 'o'
      offset 0) as m
$$;

create or replace function lineage_walk(
  start_datasets integer[], start_job integer, way "char", depth integer, nodes_max integer,
  as_of timestamptz)
returns table (job integer, dataset integer, dir "char", level integer)
language plpgsql stable
set plan_cache_mode = force_generic_plan
as $$
declare
  far "char" := case way when 'i' then 'o' else 'i' end;
  frontier integer[] := start_datasets;
  met_datasets integer[] := start_datasets;
  met_jobs integer[] := '{}';
  step integer := 1;
  jobs integer[];
  names integer[];
  near integer[];
  beyond integer[];
  dirs "char"[];
  here integer[];
  deletes boolean := exists (select from deletion where at <= as_of);
begin
  if start_job is not null then
    select array_agg(e.job), array_agg(e.dataset), array_agg(e.dir) into jobs, near, dirs
    from edges_of_jobs(array[start_job], as_of) e where way = 'a' or e.dir = far;
    return query select *, step from unnest(jobs, near, dirs);
    frontier := canonical(case when deletes then present(near, as_of) else near end, '{}');
    met_jobs := array[start_job];
    met_datasets := frontier;
    step := 2;
  end if;
  while step <= depth and cardinality(frontier) > 0
    and cardinality(met_datasets) + cardinality(met_jobs) <= nodes_max
  loop
    names := named_as(frontier);
    if way = 'a' then
      -- A set that names a dataset need not live: only an edge connects.
      jobs := array(select s.job from unnest(names) as n (dataset)
        cross join lateral (
          select m.io_set from io_member m where m.dataset = n.dataset offset 0) as m
        cross join lateral (select o.job from io_set o where o.id = m.io_set offset 0) as s
        except select unnest(met_jobs));
      if deletes then
        jobs := present(jobs, as_of);
      end if;
      select array_agg(e.job), array_agg(e.dataset), array_agg(e.dir) into jobs, beyond, dirs
      from (
        select distinct f.job, f.dataset, f.dir,
          bool_or(n.dataset is not null) over (partition by f.job) as connected
        from edges_of_jobs(jobs, as_of) f
          left join unnest(names) as n (dataset) on n.dataset = f.dataset) as e
      where e.connected;
      return query select *, step from unnest(jobs, beyond, dirs);
    else
      select array_agg(s.job), array_agg(s.dataset), array_agg(s.beyond)
        into jobs, near, beyond from paired_step(names, way, as_of) s;
      if deletes then
        here := present(jobs || beyond, as_of);
        select array_agg(e.job), array_agg(e.dataset), array_agg(e.beyond)
          into jobs, near, beyond from unnest(jobs, near, beyond) as e (job, dataset, beyond)
          where e.job = any (here) and (e.beyond is null or e.beyond = any (here));
      end if;
      return query select e.job, e.dataset, way, step from unnest(jobs, near, beyond)
        as e (job, dataset, beyond) where e.beyond is null;
      return query select e.job, e.dataset, far, step from unnest(jobs, beyond) e (job, dataset)
        where e.dataset is not null;
    end if;
    met_jobs := array(select unnest(met_jobs) union select unnest(jobs));
    frontier := canonical(
      case when deletes then present(beyond, as_of) else beyond end, met_datasets);
    met_datasets := met_datasets || frontier;
    step := step + 1;
  end loop;
end
$$;

create or replace function paired_step(datasets integer[], near "char", as_of timestamptz)
returns table (job integer, dataset integer, beyond integer)
language sql stable
as $$
  with observed as materialized (
    select s.job, n.dataset, m.io_set, m.named and not s.explicit as crosses
    from unnest(datasets) as n (dataset)
      cross join lateral (
        select i.io_set, i.named from io_member i
        where i.dataset = n.dataset and i.dir = near offset 0) as m
      cross join lateral (
        select o.job, o.explicit from io_set o where o.id = m.io_set offset 0) as s
    where (exists (select from run r
          where r.io_set = m.io_set and r.bad = any ('{f,t}') and r.first_at <= as_of offset 0)
        or exists (select from run_job r
          where r.io_set = m.io_set and r.first_at <= as_of offset 0))
      and (as_of = 'infinity' or exists (
        select from edge e where e.job = s.job and e.dataset = n.dataset and e.dir = near
          and e.basis < 3 and e.first_at <= as_of offset 0))
  ), declarations as materialized (
    select j.job, m.dataset, m.named, d.in_set, d.out_set
    from (select distinct o.job from unnest(datasets) as n (dataset)
        cross join lateral (
          select i.io_set from io_member i
          where i.dataset = n.dataset and i.dir = near offset 0) as i
        cross join lateral (
          select d.job from declared d where d.io_set = i.io_set offset 0) as o) as j
      cross join lateral declared_sets(j.job, as_of) as d
      cross join lateral (
        select i.dataset, i.named from io_member i
        where i.io_set = case near when 'i' then d.in_set else d.out_set end and i.dir = near
        offset 0) as m
    where m.dataset = any (datasets)
  ), observed_pairs as (
    select o.job, o.dataset, f.dataset as beyond
    from observed o cross join lateral (
      select i.dataset from io_member i
      where i.io_set = o.io_set and i.dir = case near when 'i' then 'o'::"char" else 'i' end
        and i.named offset 0) as f
    where o.crosses
    union all
    select o.job, o.dataset, p.beyond
    from observed o cross join lateral (
      select case near when 'i' then q.output else q.input end as beyond from io_pair q
      where q.io_set = o.io_set and case near when 'i' then q.input else q.output end = o.dataset
      offset 0) as p
  ), declared_pairs as (
    select d.job, d.dataset, far.dataset as beyond
    from declarations d
      join io_set i on i.id = coalesce(d.in_set, d.out_set)
      join io_set o on o.id = coalesce(d.out_set, d.in_set)
      join io_member far on far.io_set = case near when 'i' then d.out_set else d.in_set end
        and far.dir = case near when 'i' then 'o'::"char" else 'i' end
    where not i.explicit and not o.explicit and d.named and far.named
      or exists (
        select from io_pair p where p.io_set in (d.in_set, d.out_set)
          and p.input = case near when 'i' then d.dataset else far.dataset end
          and p.output = case near when 'i' then far.dataset else d.dataset end)
  )
  select o.job, o.dataset, null::integer from observed o
  union select d.job, d.dataset, null::integer from declarations d
  union select d.job, d.dataset, d.beyond from declared_pairs d
  union select o.job, o.dataset, o.beyond from observed_pairs o
  where as_of = 'infinity' or exists (
    select from edge e where e.job = o.job and e.dataset = o.beyond
      and e.dir = case near when 'i' then 'o'::"char" else 'i' end
      and e.basis < 3 and e.first_at <= as_of offset 0)
$$;

-- Where datasets lie, as their dataSource facets say; as namespaces, but for each namespace of datasets
-- and each URI apart, so that what a caller may not see can be left out. Last sights are in `seen`.
create table source (
  id integer primary key,
  namespace integer not null,
  key uuid not null unique,
  first_at timestamptz not null,
  name text not null,
  uri text not null
);
create index source_name on source using hash (name);

-- All that is said of sources, by datasets, by namespaces that have some, and by people, whose word is
-- nobody's namespace: rows of one name are one source. Whether a namespace has datasets is asked of
-- their index: the first one, if there is any.
create view source_said as
  select s.name, s.uri, s.first_at, coalesce(e.last_at, s.first_at) as last_at, n.name as namespace,
    null::text as type, null::text as description
  from source s join namespace n on n.id = s.namespace left join seen e on e.entity = s.id
  union all
  select n.name, '', n.first_at, coalesce(e.last_at, n.first_at), n.name, null, null
  from namespace n left join seen e on e.entity = n.id
  where (select d.id from dataset d where d.namespace = n.id
    order by left(d.name, 256) collate "C", d.key limit 1) is not null
  union all
  select w.* from (
    select distinct on (key) name, coalesce(url, ''), min(at) over (partition by key), at, null::text,
      type, description
    from source_note order by key, seq desc) as w;

-- Which jobs were named last, without sorting all: an index by when, but to ten minutes, so that a job
-- that is named again within them moves no index. Datasets and namespaces are not in it.
alter table seen add column job_slot integer;
update seen set job_slot = floor(extract(epoch from last_at) / 600)
from job where job.id = seen.entity;
create index seen_job_slot on seen (job_slot desc) where job_slot is not null;
