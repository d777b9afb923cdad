-- What people say of names through the API: deletes, tags, and a few words about namespaces and sources.
-- Each row is the effect of one control entry of the log (`seq`); all are kept, the latest holds, so
-- that yesterday can still be asked for. Names are found by their natural keys: a mark may come
-- before anything that it is about, and holds all the same.
create table deletion (
  key uuid not null,
  seq bigint not null,
  at timestamptz not null,
  primary key (key, seq)
);

-- A tag given to, or taken from, a dataset, a job or (by its dotted path) a column of a dataset.
create table tag_mark (
  key uuid not null,
  seq bigint not null,
  at timestamptz not null,
  given boolean not null,
  field text,
  tag text not null,
  primary key (key, seq)
);

create table tag_note (
  seq bigint primary key,
  at timestamptz not null,
  name text not null,
  description text
);

create table namespace_note (
  key uuid not null,
  seq bigint not null,
  at timestamptz not null,
  name text not null,
  owner text,
  description text,
  primary key (key, seq)
);

create table source_note (
  key uuid not null,
  seq bigint not null,
  at timestamptz not null,
  name text not null,
  type text,
  url text,
  description text,
  primary key (key, seq)
);

-- The list of all tags reads what was emitted, too: few of the facets are of this name.
create index facet_tags on facet (id) where name = 'tags';

-- Of these jobs and datasets those that were not gone then: deleted, or with their namespace, and not
-- named since by any event of a later time.
create function present(nodes integer[], as_of timestamptz) returns integer[]
language sql stable as $$
  select array_agg(n.id) from (
    select j.id, j.key, s.key as space, j.first_at
    from job j join namespace s on s.id = j.namespace where j.id = any (nodes)
    union all
    select d.id, d.key, s.key, d.first_at
    from dataset d join namespace s on s.id = d.namespace where d.id = any (nodes)
  ) as n left join seen on seen.entity = n.id
  where not exists (select from deletion x
    where x.key in (n.key, n.space) and x.at <= as_of
      and x.at >= coalesce(seen.last_at, n.first_at))
$$;

-- All jobs and datasets that are gone today: from the few deletes, not from the many names.
create view gone as
  with dead as (select key, max(at) as at from deletion group by key)
  select j.id, j.namespace, true as is_job
  from dead x join job j on j.key = x.key left join seen on seen.entity = j.id
  where x.at >= coalesce(seen.last_at, j.first_at)
  union
  select j.id, j.namespace, true
  from dead x join namespace s on s.key = x.key join job j on j.namespace = s.id
    left join seen on seen.entity = j.id
  where x.at >= coalesce(seen.last_at, j.first_at)
  union
  select d.id, d.namespace, false
  from dead x join dataset d on d.key = x.key left join seen on seen.entity = d.id
  where x.at >= coalesce(seen.last_at, d.first_at)
  union
  select d.id, d.namespace, false
  from dead x join namespace s on s.key = x.key join dataset d on d.namespace = s.id
    left join seen on seen.entity = d.id
  where x.at >= coalesce(seen.last_at, d.first_at);

-- The walk as before, but what is gone is neither met nor walked through: no path leads over it.
create or replace function lineage_walk(start_datasets integer[], start_job integer, way "char",
  depth integer, nodes_max integer, as_of timestamptz)
returns table (job integer, dataset integer, dir "char", level integer)
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
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
      jobs := array(select s.job from io_member m join io_set s on s.id = m.io_set
        where m.dataset = any (names) except select unnest(met_jobs));
      if deletes then
        jobs := present(jobs, as_of);
      end if;
      with edges as materialized (
        select distinct e.job, e.dataset, e.dir from edges_of_jobs(jobs, as_of) e
      )
      select array_agg(e.job), array_agg(e.dataset), array_agg(e.dir) into jobs, beyond, dirs
      from edges e where e.job in (
        select c.job from edges c join unnest(names) as n (dataset) on n.dataset = c.dataset);
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
