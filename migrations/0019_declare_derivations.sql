-- What is declared about where data comes from without a run or a job that does it. The facet `lineage`
-- of a job, in a JobEvent, and of a dataset, in a DatasetEvent, replaces what it said before: all are
-- kept, and which one holds is asked when it is asked. What events said before this migration is not here;
-- links between jobs that JobEvents declared until then stand in `job_link`, as if runs had shown them.

-- That an entity (job or dataset) had this facet. One that `stands` is no tombstone.
create table lineage_said (
  entity integer not null,
  at timestamptz not null,
  stands boolean not null,
  hash uuid not null,
  primary key (entity, at, stands, hash)
);

-- What the facet with this hash states when it stands on this dataset: what that is made of, and how their
-- columns map, if it says so.
create table derivation (
  output integer not null,
  hash uuid not null,
  source integer not null,
  colset integer,
  primary key (output, hash, source)
);
create index derivation_source on derivation (source);

-- What the facet with this hash states when it stands on this job: data that one job hands to another,
-- into one output of it, or 0 for all.
create table declared_link (
  job integer not null,
  hash uuid not null,
  origin integer not null,
  destination integer not null,
  output integer not null,
  primary key (job, hash, origin, destination, output)
);
create index declared_link_origin on declared_link (origin);
create index declared_link_destination on declared_link (destination);

-- The facet that holds then.
create function lineage_held(wanted integer, as_of timestamptz) returns uuid
language sql stable
as $$
  select s.hash from lineage_said s where s.entity = wanted and s.at <= as_of
  order by s.at desc, s.stands desc, s.hash desc limit 1
$$;

-- What these datasets are made of then ('o'), what is made of them ('i'), or both ('a').
create function derived_step(datasets integer[], way "char", as_of timestamptz)
returns table (output integer, source integer)
language sql stable
as $$
  select d.output, d.source
  from unnest(datasets) as n (dataset)
    cross join lateral (
      select i.output, i.source, i.hash from derivation i where i.output = n.dataset offset 0) as d
  where way <> 'i' and d.hash = lineage_held(d.output, as_of)
  union
  select d.output, d.source
  from unnest(datasets) as n (dataset)
    cross join lateral (
      select i.output, i.source, i.hash from derivation i where i.source = n.dataset offset 0) as d
  where way <> 'o' and d.hash = lineage_held(d.output, as_of)
$$;

-- Whom these jobs hand data to ('i'), get it from ('o'), or both ('a'), with the one output of the
-- receiver that it is for, 0 for all. `outputs`: the only ones that what is handed to them is asked
-- for; null for all. What runs showed, and what is declared then, by whichever job.
create or replace function handed_on(jobs integer[], way "char", outputs integer[], as_of timestamptz)
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
  union
  select l.destination, l.output
  from unnest(jobs) as j (job) cross join lateral (
    select i.* from declared_link i where i.origin = j.job offset 0) as l
  where way <> 'o' and l.hash = lineage_held(l.job, as_of)
  union
  select l.origin, 0
  from unnest(jobs) as j (job) cross join lateral (
    select i.* from declared_link i where i.destination = j.job offset 0) as l
  where way <> 'i' and (outputs is null or l.output = 0 or l.output = any (outputs))
    and l.hash = lineage_held(l.job, as_of)
$$;

-- Everything within reach, by the names under which it was said; a row without a dataset is a job that
-- was reached from another one, and in one with dir 'd' `job` is no job but a dataset that says it was
-- made of `dataset`. All names of a dataset are one on the way if `aliases`. Data that jobs hand over
-- without a dataset leads on to all of the other job, or to the output that it is for.
create or replace function lineage_walk(
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
  handing boolean := (select min(origin) from job_link where kind = 1) is not null
    or exists (select from declared_link);
  declaring boolean := exists (select from declared);
  deriving boolean := exists (select from derivation);
  made integer[];
  made_of integer[];
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
    if deriving then
      select array_agg(d.output), array_agg(d.source) into made, made_of
      from derived_step(frontier, way, as_of) d;
      if deletes then
        here := present(made || made_of, as_of);
        select array_agg(e.output), array_agg(e.source) into made, made_of
        from unnest(made, made_of) as e (output, source)
        where e.output = any (here) and e.source = any (here);
      end if;
      return query select e.output, e.source, 'd'::"char", step
        from unnest(made, made_of) as e (output, source);
      beyond := beyond || case when way <> 'o' then made end || case when way <> 'i' then made_of end;
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
