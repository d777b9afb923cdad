-- The walk through the graph, level by level inside the server: one round trip however deep it goes.
-- docs/reference/meaning.md ("Edges", "Pairs") says what a live io-set, a resolved declaration and a
-- pair are. `as_of` is 'infinity' for today. Datasets are canonical ids where a node is meant.

-- Runs under the job they are shown under, and their shares under other jobs.
create view share as
  select id as run, job, io_set, job_bag, first_at, ended_at, state, bad
  from run where io_set is not null
  union all
  select run, job, io_set, job_bag, first_at, ended_at, state, bad from run_job;

-- Whether some run that had begun by then has this io-set. Those of passing states have none.
create function io_set_lives(wanted integer, as_of timestamptz) returns boolean
language sql stable parallel safe as $$
  select exists (select from run where io_set = wanted and bad = false and first_at <= as_of)
      or exists (select from run where io_set = wanted and bad = true and first_at <= as_of)
      or exists (select from run_job where io_set = wanted and first_at <= as_of)
$$;

-- A job's declaration as it holds then: the latest that fills each direction.
create function declared_sets(wanted integer, as_of timestamptz)
returns table (in_set integer, out_set integer)
language sql stable parallel safe as $$
  select
    (select io_set from declared where job = wanted and fills_in and at <= as_of
     order by at desc, hash desc limit 1),
    (select io_set from declared where job = wanted and fills_out and at <= as_of
     order by at desc, hash desc limit 1)
$$;

-- Every edge of these jobs then, with the io-set that gives it: observed ones once for each live
-- io-set, declared ones once. `named`: inputs or outputs name the dataset, not only a facet.
create function edges_of_jobs(jobs integer[], as_of timestamptz)
returns table (job integer, dataset integer, dir "char", io_set integer, named boolean,
  declared boolean)
language sql stable as $$
  select s.job, m.dataset, m.dir, s.id, m.named, false
  from io_set s join io_member m on m.io_set = s.id
  where s.job = any (jobs) and io_set_lives(s.id, as_of)
    and (as_of = 'infinity' or exists (
      select from edge e where e.job = s.job and e.dataset = m.dataset and e.dir = m.dir
        and e.basis < 3 and e.first_at <= as_of))
  union all
  select j.job, m.dataset, m.dir, m.io_set, m.named, true
  from unnest(jobs) as j (job)
    cross join lateral declared_sets(j.job, as_of) as d
    join io_member m on (m.io_set = d.in_set and m.dir = 'i')
                     or (m.io_set = d.out_set and m.dir = 'o')
$$;

-- The jobs that have one of these datasets in the given directions then.
create function jobs_of_datasets(datasets integer[], dirs "char"[], as_of timestamptz)
returns table (job integer, dataset integer, dir "char", io_set integer, named boolean,
  declared boolean)
language sql stable as $$
  select s.job, m.dataset, m.dir, s.id, m.named, false
  from io_member m join io_set s on s.id = m.io_set
  where m.dataset = any (datasets) and m.dir = any (dirs) and io_set_lives(s.id, as_of)
    and (as_of = 'infinity' or exists (
      select from edge e where e.job = s.job and e.dataset = m.dataset and e.dir = m.dir
        and e.basis < 3 and e.first_at <= as_of))
  union all
  select distinct d.job, m.dataset, m.dir, m.io_set, m.named, true
  from io_member m join declared d on d.io_set = m.io_set
    cross join lateral declared_sets(d.job, as_of) as now
  where m.dataset = any (datasets) and m.dir = any (dirs)
    and m.io_set = case m.dir when 'i' then now.in_set else now.out_set end
$$;

-- One step along true paths: from datasets through the jobs that read them (dir 'i') to what those
-- write from them, or the other way round (dir 'o'). `beyond` is null where nothing is paired.
create function paired_step(datasets integer[], near "char", as_of timestamptz)
returns table (job integer, dataset integer, beyond integer)
language sql stable as $$
  with near_edges as materialized (
    select * from jobs_of_datasets(datasets, array[near], as_of)
  ), observed as (
    select n.job, n.dataset, far.dataset as beyond
    from near_edges n
      join io_set s on s.id = n.io_set and not s.explicit
      join io_member far on far.io_set = n.io_set and far.dir <> near and far.named
    where not n.declared and n.named
    union
    select n.job, n.dataset, case near when 'i' then p.output else p.input end
    from near_edges n
      join io_pair p on p.io_set = n.io_set
        and case near when 'i' then p.input else p.output end = n.dataset
    where not n.declared
  ), declared_pairs as (
    select n.job, n.dataset, far.dataset as beyond
    from near_edges n
      cross join lateral declared_sets(n.job, as_of) as d
      join io_set i on i.id = coalesce(d.in_set, d.out_set)
      join io_set o on o.id = coalesce(d.out_set, d.in_set)
      join io_member far on far.dir <> near
        and far.io_set = case near when 'i' then d.out_set else d.in_set end
    where n.declared
      and (not i.explicit and not o.explicit and n.named and far.named
        or exists (
          select from io_pair p where p.io_set in (d.in_set, d.out_set)
            and p.input = case near when 'i' then n.dataset else far.dataset end
            and p.output = case near when 'i' then far.dataset else n.dataset end))
  ), beyond as (
    select * from observed
    where as_of = 'infinity' or exists (
      select from edge e where e.job = observed.job and e.dataset = observed.beyond
        and e.dir = case near when 'i' then 'o'::"char" else 'i'::"char" end
        and e.basis < 3 and e.first_at <= as_of)
    union
    select * from declared_pairs
  )
  select n.job, n.dataset, b.beyond
  from (select distinct near_edges.job, near_edges.dataset from near_edges) n
    left join beyond b on b.job = n.job and b.dataset = n.dataset
$$;

-- The canonical ids of these datasets, less those already met.
create function canonical(datasets integer[], met integer[]) returns integer[]
language sql stable as $$
  select coalesce(array_agg(distinct canon), '{}') from dataset
  where id = any (datasets) and canon <> all (met)
$$;

-- All names of these nodes: what the walk meets is verbatim.
create function named_as(canons integer[]) returns integer[]
language sql stable as $$
  select array_agg(id) from (
    select id from dataset where id = any (canons)
    union select id from dataset where canon = any (canons) and canon <> id) as names
$$;

-- The whole walk. Answers the edges met (job, dataset, dir; datasets verbatim), some of them more
-- than once, each with the number of jobs from the start. way: 'i' downstream, 'o' upstream, 'a'
-- everything connected. Stops after `depth` jobs, or once more than `nodes_max` nodes were met: the
-- level that went over is given whole, and the caller cuts it by name.
create function lineage_walk(start_datasets integer[], start_job integer, way "char",
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
    if way = 'a' then
      select array_agg(distinct e.job) into jobs
      from jobs_of_datasets(named_as(frontier), '{i,o}', as_of) e where e.job <> all (met_jobs);
      met_jobs := met_jobs || coalesce(jobs, '{}');
      select array_agg(e.job), array_agg(e.dataset), array_agg(e.dir) into jobs, beyond, dirs
      from edges_of_jobs(jobs, as_of) e;
      return query select *, step from unnest(jobs, beyond, dirs);
    else
      select array_agg(s.job), array_agg(s.dataset), array_agg(s.beyond)
        into jobs, near, beyond from paired_step(named_as(frontier), way, as_of) s;
      return query 
        select distinct e.job, e.dataset, way, step from unnest(jobs, near) e (job, dataset);
      return query select e.job, e.dataset, far, step from unnest(jobs, beyond) e (job, dataset)
        where e.dataset is not null;
      met_jobs := array(select distinct j from unnest(met_jobs || jobs) j);
    end if;
    frontier := canonical(beyond, met_datasets);
    met_datasets := met_datasets || frontier;
    step := step + 1;
  end loop;
end
$$;
