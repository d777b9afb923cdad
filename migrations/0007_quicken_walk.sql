-- The walk asks each thing once. Whether an io-set lives is asked for the sets of the jobs that a step
-- comes to, no more for every dataset that led there; only jobs that ever declared something are asked
-- for their declaration; and what was met is taken away in sets, for an array is searched from its
-- beginning for every row.

-- `bad` stands between two columns of the index, so its two values are named.
create or replace function edges_of_jobs(jobs integer[], as_of timestamptz)
returns table (job integer, dataset integer, dir "char", io_set integer, named boolean, declared boolean)
language sql stable as $$
  select s.job, m.dataset, m.dir, s.id, m.named, false
  from io_set s join io_member m on m.io_set = s.id
  where s.job = any (jobs)
    and (exists (select from run r
        where r.io_set = s.id and r.bad = any ('{f,t}') and r.first_at <= as_of)
      or exists (select from run_job r where r.io_set = s.id and r.first_at <= as_of))
    and (as_of = 'infinity' or exists (
      select from edge e where e.job = s.job and e.dataset = m.dataset and e.dir = m.dir
        and e.basis < 3 and e.first_at <= as_of))
  union all
  select j.job, m.dataset, m.dir, m.io_set, m.named, true
  from (select distinct d.job from declared d where d.job = any (jobs)) as j
    cross join lateral declared_sets(j.job, as_of) as d
    join io_member m on (m.io_set = d.in_set and m.dir = 'i')
                     or (m.io_set = d.out_set and m.dir = 'o')
$$;

create or replace function paired_step(datasets integer[], near "char", as_of timestamptz)
returns table (job integer, dataset integer, beyond integer)
language sql stable as $$
  with observed as materialized (
    select s.job, m.dataset, s.id as io_set, m.named and not s.explicit as crosses
    from io_member m join io_set s on s.id = m.io_set
    where m.dataset = any (datasets) and m.dir = near
      and (exists (select from run r
          where r.io_set = s.id and r.bad = any ('{f,t}') and r.first_at <= as_of)
        or exists (select from run_job r where r.io_set = s.id and r.first_at <= as_of))
      and (as_of = 'infinity' or exists (
        select from edge e where e.job = s.job and e.dataset = m.dataset and e.dir = m.dir
          and e.basis < 3 and e.first_at <= as_of))
  ), declarations as materialized (
    select j.job, m.dataset, m.named, d.in_set, d.out_set
    from (select distinct d.job from declared d join io_member m on m.io_set = d.io_set
        where m.dataset = any (datasets) and m.dir = near) as j
      cross join lateral declared_sets(j.job, as_of) as d
      join io_member m on m.io_set = case near when 'i' then d.in_set else d.out_set end
        and m.dir = near and m.dataset = any (datasets)
  ), observed_pairs as (
    select o.job, o.dataset, far.dataset as beyond
    from observed o join io_member far on far.io_set = o.io_set
      and far.dir = case near when 'i' then 'o'::"char" else 'i' end and far.named
    where o.crosses
    union all
    select o.job, o.dataset, case near when 'i' then p.output else p.input end
    from observed o join io_pair p on p.io_set = o.io_set
      and case near when 'i' then p.input else p.output end = o.dataset
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
      and e.basis < 3 and e.first_at <= as_of)
$$;

create or replace function canonical(datasets integer[], met integer[]) returns integer[]
language sql stable as $$
  select coalesce(array_agg(canon), '{}') from (
    select canon from dataset where id = any (datasets) except select unnest(met)) as found
$$;

create or replace function lineage_walk(start_datasets integer[], start_job integer, way "char",
  depth integer, nodes_max integer, as_of timestamptz)
returns table (job integer, dataset integer, dir "char", level integer)
language plpgsql stable as $$
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
begin
  if start_job is not null then
    select array_agg(e.job), array_agg(e.dataset), array_agg(e.dir) into jobs, near, dirs
    from edges_of_jobs(array[start_job], as_of) e where way = 'a' or e.dir = far;
    return query select *, step from unnest(jobs, near, dirs);
    frontier := canonical(near, '{}');
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
      return query select e.job, e.dataset, way, step from unnest(jobs, near, beyond)
        as e (job, dataset, beyond) where e.beyond is null;
      return query select e.job, e.dataset, far, step from unnest(jobs, beyond) e (job, dataset)
        where e.dataset is not null;
    end if;
    met_jobs := array(select unnest(met_jobs) union select unnest(jobs));
    frontier := canonical(beyond, met_datasets);
    met_datasets := met_datasets || frontier;
    step := step + 1;
  end loop;
end
$$;

drop function jobs_of_datasets(integer[], "char"[], timestamptz);
