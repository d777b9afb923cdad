-- What datasets say of their other names. A claim is never taken back, and has no time: it says what
-- something is, not when. Who stands for whom after all claims is kept in `dataset.canon`.
drop table alias;
create table alias (
  dataset integer not null,
  other integer not null,
  is_table boolean not null,
  primary key (dataset, other, is_table)
);
create index alias_other on alias (other, is_table, dataset);

-- Links between jobs: data handed over without a dataset (kind 1; into one output of the destination, or 0
-- for all of them), and control (kind 2). As edges they are never taken back.
drop table job_edge;
create table job_link (
  origin integer not null,
  destination integer not null,
  kind smallint not null,
  output integer not null,
  first_at timestamptz not null,
  primary key (origin, destination, kind, output)
);
create index job_link_destination on job_link (destination, kind, output);
create index job_link_flow on job_link (origin) where kind = 1;

-- A chain of a hundred jobs is a hundred steps, and each of them joined all that might be an edge. Rows of
-- `edge` say it at once: what a run named stays an edge, whatever comes later. Only a job with edges that
-- a facet alone makes, or a declaration, is asked which of them hold; and names are looked up only where
-- a dataset has several.
create index edge_dataset on edge (dataset, basis, job);

-- All names of these datasets then, their own among them.
create function names_of(datasets integer[], as_of timestamptz)
returns table (dataset integer, name integer)
language sql stable
as $$
  select i.id, n.id
  from unnest(datasets) as i (id)
    cross join lateral (select canon from dataset where id = i.id offset 0) as c
    cross join lateral (
      select c.canon as id
      union all select d.id from dataset d where d.canon = c.canon and d.canon <> d.id offset 0) as n
$$;

-- Whether any dataset has several names. By the order of the index, so that it is used: any row is
-- guessed to be one, and there may be none.
create function any_aliases() returns boolean
language sql stable
as $$
  select (select min(canon) from dataset where canon <> id) is not null
$$;

-- True pairs of datasets and what lies beyond them, of what runs did and of what is declared; the latter
-- is asked only where something is.
create function observed_step(datasets integer[], near "char", as_of timestamptz)
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
  )
  select o.job, o.dataset, null::integer from observed o
  union select o.job, o.dataset, o.beyond from observed_pairs o
  where as_of = 'infinity' or exists (
    select from edge e where e.job = o.job and e.dataset = o.beyond
      and e.dir = case near when 'i' then 'o'::"char" else 'i' end
      and e.basis < 3 and e.first_at <= as_of offset 0)
$$;

create function declared_step(datasets integer[], near "char", as_of timestamptz)
returns table (job integer, dataset integer, beyond integer)
language sql stable
as $$
  with declarations as materialized (
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
  select d.job, d.dataset, null::integer from declarations d
  union select d.job, d.dataset, d.beyond from declared_pairs d
$$;

drop function paired_step;

drop function lineage_walk;
drop function canonical;
drop function named_as;

-- Whom these jobs hand data to ('i'), get it from ('o'), or both ('a'), with the one output of the
-- receiver that it is for, 0 for all. `outputs`: the only ones that what is handed to them is asked
-- for; null for all.
create function handed_on(jobs integer[], way "char", outputs integer[], as_of timestamptz)
returns table (job integer, output integer)
language sql stable
as $$
  select l.destination, l.output
  from unnest(jobs) as j (job) cross join lateral (
    select destination, output from job_link
    where origin = j.job and kind = 1 and first_at <= as_of offset 0) as l
  where way <> 'o'
  union
  select l.origin, 0
  from unnest(jobs) as j (job) cross join lateral (
    select origin, output from job_link
    where destination = j.job and kind = 1 and first_at <= as_of offset 0) as l
  where way <> 'i' and (outputs is null or l.output = 0 or l.output = any (outputs))
$$;

-- Everything within reach, by the names under which it was said; a row without a dataset is a job that
-- was reached from another one. All names of a dataset are one on the way if `aliases`. Data that jobs
-- hand over without a dataset leads on to all of the other job, or to the output that it is for.
create function lineage_walk(
  start_datasets integer[], start_job integer, way "char", depth integer, nodes_max integer,
  as_of timestamptz, aliases boolean)
returns table (job integer, dataset integer, dir "char", level integer)
language plpgsql stable
set plan_cache_mode = force_generic_plan
as $$
declare
  far "char" := case way when 'i' then 'o' else 'i' end;
  joined boolean := aliases and any_aliases();
  frontier integer[] := start_datasets;
  met integer[];
  met_jobs integer[] := '{}';
  nodes integer := cardinality(start_datasets);
  step integer := 1;
  jobs integer[];
  near integer[];
  beyond integer[];
  dirs "char"[];
  here integer[];
  outputs integer[];
  handed integer[] := '{}';
  met_handed bigint[] := '{}';
  doubtful integer[];
  deletes boolean := exists (select from deletion where at <= as_of);
  -- As aliases: along an index, because there may be none.
  handing boolean := (select min(origin) from job_link where kind = 1) is not null;
  declaring boolean := exists (select from declared);
begin
  if start_job is not null then
    select array_agg(e.job), array_agg(e.dataset), array_agg(e.dir) into jobs, near, dirs
    from edges_of_jobs(array[start_job], as_of) e where way = 'a' or e.dir = far;
    return query select *, step from unnest(jobs, near, dirs);
    frontier := array(select distinct unnest(near));
    met_jobs := array[start_job];
    if handing then
      select array_agg(h.job), array_agg(h.output) into handed, outputs
      from handed_on(met_jobs, way, null, as_of) h;
    end if;
    nodes := cardinality(frontier);
    step := 2;
  end if;
  if joined then
    frontier := array(select distinct name from names_of(frontier, as_of));
  end if;
  if deletes then
    frontier := present(frontier, as_of);
  end if;
  met := frontier;
  while step <= depth and (cardinality(frontier) > 0 or cardinality(handed) > 0)
    and nodes + cardinality(met_jobs) <= nodes_max
  loop
    if deletes and handing then
      handed := array(
        select case when h.job = any (present(handed, as_of)) then h.job end
        from unnest(handed) with ordinality as h (job, n) order by h.n);
    end if;
    if handing then
      return query select distinct h.job, null::integer, null::"char", step
        from unnest(handed) as h (job) where h.job is not null;
    end if;
    if way = 'a' then
      jobs := array((select e.job from unnest(frontier) as n (dataset)
        cross join lateral (
          select edge.job from edge where edge.dataset = n.dataset and edge.first_at <= as_of
          offset 0) as e
        union all select unnest(handed))
        except select unnest(met_jobs));
      if deletes then
        jobs := present(jobs, as_of);
      end if;
      select array_agg(e.job), array_agg(e.dataset), array_agg(e.dir),
          array_agg(e.job) filter (where not e.observed)
        into jobs, beyond, dirs, doubtful
        from (
          select e.job, e.dataset, e.dir, min(e.basis) = 0 as observed
          from unnest(jobs) as j (job) cross join lateral (
            select edge.job, edge.dataset, edge.dir, edge.basis from edge
            where edge.job = j.job and edge.first_at <= as_of offset 0) as e
          group by e.job, e.dataset, e.dir) as e;
      if doubtful is not null then
        select array_agg(e.job), array_agg(e.dataset), array_agg(e.dir) into jobs, beyond, dirs
        from (
          select f.job, f.dataset, f.dir,
            f.job = any (handed)
              or bool_or(f.dataset = any (frontier)) over (partition by f.job) as connected
          from (
            select * from unnest(jobs, beyond, dirs) as u (job, dataset, dir)
            where u.job <> all (doubtful)
            union select d.job, d.dataset, d.dir from edges_of_jobs(doubtful, as_of) d) as f) as e
        where e.connected;
      end if;
      return query select *, step from unnest(jobs, beyond, dirs);
      met_jobs := met_jobs || array(select distinct unnest(jobs));
    else
      if declaring and exists (
        select from edge e where e.dataset = any (frontier) and e.basis = 3)
      then
        select array_agg(s.job), array_agg(s.dataset), array_agg(s.beyond)
          into jobs, near, beyond from (
            select * from observed_step(frontier, way, as_of)
            union select * from declared_step(frontier, way, as_of)) as s;
      else
        select array_agg(s.job), array_agg(s.dataset), array_agg(s.beyond)
          into jobs, near, beyond from observed_step(frontier, way, as_of) s;
      end if;
      if handing then
        select array_agg(e.job), array_agg(e.dataset), array_agg(e.beyond)
          into jobs, near, beyond from (
            select * from unnest(jobs, near, beyond)
            union all
            select e.job, null, e.dataset
            from edges_of_jobs(array(select distinct unnest(handed)), as_of) e
            where e.dir = far and exists (
              select from unnest(handed, outputs) as h (job, output)
              where h.job = e.job and h.output in (0, e.dataset))) as e (job, dataset, beyond);
      end if;
      if deletes then
        here := present(jobs || beyond, as_of);
        select array_agg(e.job), array_agg(e.dataset), array_agg(e.beyond)
          into jobs, near, beyond from unnest(jobs, near, beyond) as e (job, dataset, beyond)
          where e.job = any (here) and (e.beyond is null or e.beyond = any (here));
      end if;
      return query select e.job, e.dataset, way, step from unnest(jobs, near, beyond)
        as e (job, dataset, beyond) where e.beyond is null and e.dataset is not null;
      return query select e.job, e.dataset, far, step from unnest(jobs, beyond) e (job, dataset)
        where e.dataset is not null;
      met_jobs := array(select unnest(met_jobs) union select unnest(jobs));
    end if;
    if handing then
      met_handed := met_handed || array(
        select h.job::bigint << 32 | h.output from unnest(handed, outputs) as h (job, output)
        where h.job is not null);
      select coalesce(array_agg(h.job), '{}'), array_agg(h.output) into handed, outputs
      from (
        -- Whoever was handed on as a whole is asked for all that was handed to it.
        select * from handed_on(jobs, way, case when way = 'o' then frontier end, as_of)
        union select * from handed_on(handed, way, null, as_of)) as h
      where h.job is not null and h.job::bigint << 32 | h.output <> all (met_handed)
        and (way <> 'a' or h.job <> all (met_jobs));
    end if;
    frontier := array(select unnest(beyond) except select unnest(met));
    nodes := nodes + cardinality(frontier);
    if joined then
      frontier := array(
        select name from names_of(frontier, as_of) except select unnest(met));
    end if;
    if deletes then
      frontier := present(frontier, as_of);
    end if;
    met := met || frontier;
    step := step + 1;
  end loop;
end
$$;
