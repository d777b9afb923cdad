-- Today's schema, for reading. Generated from the migrations by `make schema`; do not edit.

-- Functions are in order of name, and may call later ones, and ask tables that come after them.
set check_function_bodies = off;

create extension pg_trgm;

create sequence batch_id as bigint start 1 increment 1 minvalue 1 maxvalue 9223372036854775807 cache 1;
create sequence row_id as bigint start 1 increment 1000 minvalue 1 maxvalue 9223372036854775807 cache 1;
create sequence run_id as bigint start 1 increment 1000 minvalue 1 maxvalue 9223372036854775807 cache 1;

CREATE OR REPLACE FUNCTION public.any_aliases()
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select (select min(canon) from dataset where canon <> id) is not null
$function$;

CREATE OR REPLACE FUNCTION public.declared_sets(wanted integer, as_of timestamp with time zone)
 RETURNS TABLE(in_set integer, out_set integer)
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select
    (select io_set from declared where job = wanted and fills_in and at <= as_of
     order by at desc, hash desc limit 1),
    (select io_set from declared where job = wanted and fills_out and at <= as_of
     order by at desc, hash desc limit 1)
$function$;

CREATE OR REPLACE FUNCTION public.declared_step(datasets integer[], near "char", as_of timestamp with time zone)
 RETURNS TABLE(job integer, dataset integer, beyond integer)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.derived_step(datasets integer[], way "char", as_of timestamp with time zone)
 RETURNS TABLE(output integer, source integer)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.edges_of_jobs(jobs integer[], as_of timestamp with time zone)
 RETURNS TABLE(job integer, dataset integer, dir "char", io_set integer, named boolean, declared boolean)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.facet_form(facet text, body bytea)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
begin
  -- Taking JSON apart here takes more than in proportion to its size, and a batch waits for it.
  if facet not in ('schema', 'documentation', 'tags') or octet_length(body) > 131072 then
    return null;
  end if;
  return (
    select search_form(string_agg(distinct value #>> '{}', ' '))
    from jsonb_path_query(convert_from(body, 'UTF8')::jsonb, '
      $.** ? (@.type() == "object").keyvalue() ? (@.key == "name" || @.key == "description"
        || @.key == "key" || @.key == "value").value ? (@.type() == "string")') as value);
exception when others then
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.gone_since(entity integer, key uuid, namespace integer, first_at timestamp with time zone)
 RETURNS TABLE(at timestamp with time zone)
 LANGUAGE sql
 STABLE
AS $function$
  select min(x.at) from deletion x
  where x.key in (gone_since.key, (select s.key from namespace s where s.id = gone_since.namespace))
    and x.at >= coalesce(
      (select s.last_at from seen s where s.entity = gone_since.entity), gone_since.first_at)
$function$;

CREATE OR REPLACE FUNCTION public.handed_on(jobs integer[], way "char", outputs integer[], as_of timestamp with time zone)
 RETURNS TABLE(job integer, output integer)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.latest_sets(jobs integer[], as_of timestamp with time zone)
 RETURNS TABLE(job integer, io_set integer, inputs integer[], outputs integer[])
 LANGUAGE sql
 STABLE
AS $function$
  select distinct on (c.job) c.job, c.io_set, c.inputs, c.outputs from (
    select j.job, r.io_set, r.ended_at as at, r.uuid, s.inputs, s.outputs
    from unnest(jobs) as j (job)
      cross join lateral (
        select run.id, run.io_set, run.ended_at, run.uuid from run
        where run.job = j.job and run.state = 2 and run.ended_at <= as_of
        order by run.ended_at desc, run.uuid desc limit 1) r
      left join snapshot s on s.run = r.id and s.job = j.job
    union all
    select o.job, o.io_set, o.ended_at, r.uuid, s.inputs, s.outputs
    from unnest(jobs) as j (job)
      cross join lateral (
        select i.job, i.run, i.io_set, i.ended_at from run_job i
        where i.job = j.job and i.state = 2 and i.ended_at <= as_of offset 0) o
      join run r on r.id = o.run
      left join snapshot s on s.run = o.run and s.job = o.job
    union all
    select s.job, s.io_set, s.at, r.uuid, s.inputs, s.outputs
    from unnest(jobs) as j (job)
      cross join lateral (
        select i.* from snapshot i where i.job = j.job and i.at <= as_of
        order by i.at desc fetch first 1 rows with ties) s
      join run r on r.id = s.run
  ) as c order by c.job, c.at desc, c.uuid desc
$function$;

CREATE OR REPLACE FUNCTION public.lineage_held(wanted integer, as_of timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
 STABLE
AS $function$
  select s.hash from lineage_said s where s.entity = wanted and s.at <= as_of
  order by s.at desc, s.stands desc, s.hash desc limit 1
$function$;

CREATE OR REPLACE FUNCTION public.lineage_walk(start_datasets integer[], start_job integer, way "char", depth integer, nodes_max integer, as_of timestamp with time zone, aliases boolean)
 RETURNS TABLE(job integer, dataset integer, dir "char", level integer)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.living_namespace(wanted text)
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$
  select n.id from namespace n left join seen s on s.entity = n.id
  where n.name = wanted and not exists (
    select from deletion x where x.key = n.key and x.at >= coalesce(s.last_at, n.first_at))
$function$;

CREATE OR REPLACE FUNCTION public.names_of(datasets integer[], as_of timestamp with time zone)
 RETURNS TABLE(dataset integer, name integer, canon integer)
 LANGUAGE sql
 STABLE
AS $function$
  select i.id, n.id, c.canon
  from unnest(datasets) as i (id)
    cross join lateral (select canon from dataset where id = i.id offset 0) as c
    cross join lateral (
      select c.canon as id
      union all select d.id from dataset d where d.canon = c.canon and d.canon <> d.id offset 0) as n
  where not exists (select from rename where at > as_of) or not renamed_since(c.canon, as_of)
  union all
  select n.dataset, n.name, n.canon
  from names_then(array(
      select d.canon from dataset d
      where d.id = any (datasets) and renamed_since(d.canon, as_of)), as_of) as n
  where exists (select from rename where at > as_of) and n.dataset = any (datasets)
$function$;

CREATE OR REPLACE FUNCTION public.names_then(canons integer[], as_of timestamp with time zone)
 RETURNS TABLE(dataset integer, name integer, canon integer)
 LANGUAGE sql
 STABLE
AS $function$
  with recursive member as materialized (
    select d.id, n.name as namespace, d.name
    from dataset d join namespace n on n.id = d.namespace where d.canon = any (canons)
  ), renamed as materialized (
    select r.dataset, r.previous, max(r.at) as at
    from member m join rename r on r.dataset = m.id where r.at <= as_of
    group by r.dataset, r.previous
  ), claim as materialized (
    select a.dataset, a.other, a.is_table from member m join alias a on a.dataset = m.id
    where (select count(*) from (
      select from alias c where c.other = a.other and c.is_table = a.is_table limit 101) as c) <= 100
  ), tie as materialized (
    select c.dataset as one, c.other from claim c where c.is_table
    union select c.other, c.dataset from claim c where c.is_table
    union select r.dataset, r.previous from renamed r
    union select r.previous, r.dataset from renamed r
  ), near (one, other) as (
    select m.id, m.id from member m
    union select n.one, t.other from near n join tie t on t.one = n.other
  ), owned as materialized (
    select c.other as place, min(c.dataset) as owner
    from claim c join (select one, min(other) as least from near group by one) g on g.one = c.dataset
    where not c.is_table group by c.other having count(distinct g.least) = 1
  ), joined (one, other) as (
    select m.id, m.id from member m
    union select j.one, t.other from joined j join (
      select one, other from tie
      union all select place, owner from owned
      union all select owner, place from owned) as t on t.one = j.other
  ), place as (
    select distinct c.other from claim c where not c.is_table
  ), given_up as (
    select l.previous as id
    from (select previous, max(at) as at from renamed group by previous) l
      left join (select dataset, max(at) as at from renamed group by dataset) t on t.dataset = l.previous
    where t.at is null or l.at > t.at
  ), ranked as (
    select m.id, row_number() over (order by
      exists (select from given_up g where g.id = m.id),
      case when exists (select from claim c where c.other = m.id and c.is_table) then 0
        when exists (select from place p where p.other = m.id) then 2 else 1 end,
      m.namespace collate "C", m.name collate "C") as rank
    from member m
  )
  select j.one, j.other, first_value(j.other) over (partition by j.one order by r.rank)
  from joined j join ranked r on r.id = j.other
$function$;

CREATE OR REPLACE FUNCTION public.observed_step(datasets integer[], near "char", as_of timestamp with time zone)
 RETURNS TABLE(job integer, dataset integer, beyond integer)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.present(nodes integer[], as_of timestamp with time zone)
 RETURNS integer[]
 LANGUAGE sql
 STABLE
AS $function$
  select array_agg(n.id) from (
    select id, key, namespace, first_at from job where id = any (nodes)
    union all
    select id, key, namespace, first_at from dataset where id = any (nodes)
  ) as n cross join lateral gone_since(n.id, n.key, n.namespace, n.first_at) as gone
  where gone.at is null or gone.at > as_of
$function$;

CREATE OR REPLACE FUNCTION public.renamed_since(canonical integer, as_of timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select exists (select from rename r where r.dataset = canonical and r.at > as_of)
    or exists (
      select from dataset d join rename r on r.dataset = d.id
      where d.canon = canonical and d.canon <> d.id and r.at > as_of)
$function$;

CREATE OR REPLACE FUNCTION public.search_form(given text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
  select ' ' || trim(regexp_replace(
    replace(encode(convert_to(lower(left(given, 65536)), 'UTF8'), 'escape'), '\', ''),
    '[^a-z0-9]+', ' ', 'g'))
$function$;

CREATE OR REPLACE FUNCTION public.search_rank(name text, form text, asked text, begins text[])
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case
    when lower(name) = asked then 0
    when starts_with(lower(name), asked) then 1
    when form like all (begins) then 2
    else 3 end
$function$;

CREATE OR REPLACE FUNCTION public.stream_writes(wanted integer, seen_by timestamp with time zone, reader bigint, late bigint)
 RETURNS TABLE(run bigint, uuid uuid, at timestamp with time zone, job integer)
 LANGUAGE sql
 STABLE
AS $function$
  (select w.run, r.uuid, w.last_at, r.job
   from (select s.run, s.last_at from stream_write s
         where s.dataset = wanted and s.last_at <= seen_by and s.run is distinct from reader
         order by s.last_at desc fetch first 1 rows with ties) w
     join run r on r.id = w.run
   order by w.last_at desc, r.uuid desc limit 1)
  union all
  (select w.run, r.uuid, w.last_at, r.job
   from (select s.run, s.first_at, s.last_at from stream_write s
         where s.dataset = wanted and s.last_at > seen_by and s.run is distinct from reader
         order by s.last_at fetch first late rows with ties) w
     join run r on r.id = w.run
   where w.first_at <= seen_by
   order by w.last_at desc, r.uuid desc limit 1)
$function$;

create table alias (
  dataset integer not null,
  other integer not null,
  is_table boolean not null,
  constraint alias_pkey PRIMARY KEY (dataset, other, is_table)
);

create table api_key (
  id text not null,
  hash bytea not null,
  name text not null,
  scopes text[] not null,
  namespaces text[] not null,
  created_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint api_key_pkey PRIMARY KEY (id)
);

create table bag (
  id integer not null,
  hash uuid not null,
  facets integer[] not null,
  constraint bag_pkey PRIMARY KEY (id),
  constraint bag_hash_key UNIQUE (hash)
);

create table bag_use (
  entity integer not null,
  bag integer not null,
  dir "char" not null,
  id integer not null,
  constraint bag_use_pkey PRIMARY KEY (id),
  constraint bag_use_entity_dir_bag_key UNIQUE (entity, dir, bag)
);

create table batch (
  id bigint not null,
  first_seq bigint not null,
  entries integer not null,
  logged_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  constraint batch_pkey PRIMARY KEY (id)
);

create table colset (
  id integer not null,
  hash uuid not null,
  body bytea not null,
  constraint colset_pkey PRIMARY KEY (id),
  constraint colset_hash_key UNIQUE (hash)
);

create table control (
  seq bigint not null,
  at timestamp with time zone not null,
  body jsonb not null,
  constraint control_pkey PRIMARY KEY (seq)
);

create table dataset (
  id integer not null,
  namespace integer not null,
  canon integer not null,
  key uuid not null,
  first_at timestamp with time zone not null,
  name text not null,
  form text generated always as (search_form(name)) stored not null,
  constraint dataset_pkey PRIMARY KEY (id),
  constraint dataset_key_key UNIQUE (key)
);

create table dead_letter (
  sha256 bytea not null,
  seq bigint not null,
  count bigint not null,
  source smallint not null,
  reason text not null,
  detail jsonb not null,
  body bytea not null,
  constraint dead_letter_pkey PRIMARY KEY (sha256),
  constraint dead_letter_seq_key UNIQUE (seq)
);

create table declared (
  job integer not null,
  at timestamp with time zone not null,
  hash uuid not null,
  io_set integer not null,
  fills_in boolean not null,
  fills_out boolean not null,
  constraint declared_pkey PRIMARY KEY (job, at, hash)
);

create table declared_link (
  job integer not null,
  hash uuid not null,
  origin integer not null,
  destination integer not null,
  output integer not null,
  constraint declared_link_pkey PRIMARY KEY (job, hash, origin, destination, output)
);

create table deletion (
  key uuid not null,
  seq bigint not null,
  at timestamp with time zone not null,
  constraint deletion_pkey PRIMARY KEY (key, seq)
);

create table derivation (
  output integer not null,
  hash uuid not null,
  source integer not null,
  colset integer,
  constraint derivation_pkey PRIMARY KEY (output, hash, source)
);

create table edge (
  job integer not null,
  dataset integer not null,
  dir "char" not null,
  basis smallint not null,
  first_at timestamp with time zone not null,
  constraint edge_pkey PRIMARY KEY (job, dataset, dir, basis)
);

create table event (
  seq bigint not null,
  key uuid,
  batch bigint not null,
  at timestamp with time zone,
  run bigint,
  n integer not null,
  subject integer,
  kind smallint not null,
  source smallint not null,
  type smallint,
  sha256 bytea not null,
  constraint event_pkey PRIMARY KEY (seq)
);

create table event_body (
  batch bigint not null,
  n integer not null,
  dict smallint not null,
  bodies bytea not null,
  constraint event_body_pkey PRIMARY KEY (batch, n)
) partition by RANGE (batch);

create table event_problem (
  batch bigint not null,
  n integer not null,
  problems jsonb not null,
  constraint event_problem_pkey PRIMARY KEY (batch, n)
);

create table facet (
  id integer not null,
  hash uuid not null,
  deleted boolean not null,
  name text not null,
  body bytea not null,
  form text generated always as (facet_form(name, body)) stored,
  constraint facet_pkey PRIMARY KEY (id),
  constraint facet_hash_key UNIQUE (hash)
);

create table head (
  one boolean default true not null,
  n bigint not null,
  logged_at timestamp with time zone not null,
  graph_epoch integer not null,
  rules integer not null,
  constraint head_pkey PRIMARY KEY (one),
  constraint head_one_check CHECK (one)
) with (fillfactor=10);

create table io_member (
  dataset integer not null,
  io_set integer not null,
  dir "char" not null,
  named boolean not null,
  constraint io_member_pkey PRIMARY KEY (dataset, dir, io_set)
);

create table io_pair (
  io_set integer not null,
  output integer not null,
  input integer not null,
  colset integer,
  basis smallint not null,
  constraint io_pair_pkey PRIMARY KEY (io_set, output, input, basis)
);

create table io_set (
  id integer not null,
  job integer not null,
  hash uuid not null,
  explicit boolean not null,
  constraint io_set_pkey PRIMARY KEY (id),
  constraint io_set_hash_key UNIQUE (hash)
);

create table job (
  id integer not null,
  namespace integer not null,
  key uuid not null,
  first_at timestamp with time zone not null,
  name text not null,
  form text generated always as (search_form(name)) stored not null,
  constraint job_pkey PRIMARY KEY (id),
  constraint job_key_key UNIQUE (key)
);

create table job_link (
  origin integer not null,
  destination integer not null,
  kind smallint not null,
  output integer not null,
  first_at timestamp with time zone not null,
  constraint job_link_pkey PRIMARY KEY (origin, destination, kind, output)
);

create table job_version (
  id integer not null,
  job integer not null,
  hash uuid not null,
  constraint job_version_pkey PRIMARY KEY (id),
  constraint job_version_hash_key UNIQUE (hash)
);

create table lifecycle (
  run bigint not null,
  dataset integer not null,
  at timestamp with time zone not null,
  change text not null,
  constraint lifecycle_pkey PRIMARY KEY (run, dataset)
);

create table lineage_said (
  entity integer not null,
  at timestamp with time zone not null,
  stands boolean not null,
  hash uuid not null,
  constraint lineage_said_pkey PRIMARY KEY (entity, at, stands, hash)
);

create table mention (
  facet integer not null,
  entity integer not null,
  key uuid not null,
  constraint mention_pkey PRIMARY KEY (facet, key)
);

create table model_named (
  dataset integer not null,
  constraint model_named_pkey PRIMARY KEY (dataset)
);

create table named_read (
  dataset integer not null,
  run bigint not null,
  hash uuid not null,
  constraint named_read_pkey PRIMARY KEY (dataset, hash, run)
);

create table named_version (
  dataset integer not null,
  run bigint not null,
  hash uuid not null,
  version text not null,
  constraint named_version_pkey PRIMARY KEY (dataset, hash, run)
);

create table namespace (
  id integer not null,
  key uuid not null,
  first_at timestamp with time zone not null,
  name text not null,
  constraint namespace_pkey PRIMARY KEY (id),
  constraint namespace_key_key UNIQUE (key)
);

create table namespace_note (
  key uuid not null,
  seq bigint not null,
  at timestamp with time zone not null,
  name text not null,
  owner text,
  description text,
  constraint namespace_note_pkey PRIMARY KEY (key, seq)
);

create table producer (
  key uuid not null,
  namespace integer not null,
  events bigint not null,
  problems bigint not null,
  last_at timestamp with time zone not null,
  uri text not null,
  constraint producer_pkey PRIMARY KEY (key, namespace)
) with (fillfactor=50);

create table rename (
  run bigint not null,
  dataset integer not null,
  previous integer not null,
  at timestamp with time zone not null,
  constraint rename_pkey PRIMARY KEY (run, dataset)
);

create table rename_said (
  dataset integer not null,
  previous integer not null,
  constraint rename_said_pkey PRIMARY KEY (dataset, previous)
);

create table run (
  id bigint not null,
  uuid uuid not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  nominal_start timestamp with time zone,
  nominal_end timestamp with time zone,
  parent bigint,
  root bigint,
  job integer,
  io_set integer,
  job_bag integer,
  job_version integer,
  state smallint not null,
  bad boolean not null,
  flags smallint not null,
  fold bytea not null,
  constraint run_pkey PRIMARY KEY (id),
  constraint run_uuid_key UNIQUE (uuid)
) with (autovacuum_vacuum_scale_factor=0.02);

create table run_job (
  run bigint not null,
  job integer not null,
  io_set integer not null,
  job_bag integer,
  first_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  state smallint not null,
  bad boolean not null,
  constraint run_job_pkey PRIMARY KEY (run, job)
);

create table seen (
  entity integer not null,
  last_at timestamp with time zone not null,
  job_slot integer,
  constraint seen_pkey PRIMARY KEY (entity)
) with (fillfactor=50);

create table sighting (
  run bigint,
  at timestamp with time zone not null,
  bag_use integer not null
) with (autovacuum_vacuum_scale_factor=0.02);

create table snapshot (
  run bigint not null,
  job integer not null,
  at timestamp with time zone not null,
  io_set integer not null,
  inputs integer[] not null,
  outputs integer[] not null,
  constraint snapshot_pkey PRIMARY KEY (run, job)
);

create table source (
  id integer not null,
  namespace integer not null,
  key uuid not null,
  first_at timestamp with time zone not null,
  name text not null,
  uri text not null,
  constraint source_pkey PRIMARY KEY (id),
  constraint source_key_key UNIQUE (key)
);

create table source_note (
  key uuid not null,
  seq bigint not null,
  at timestamp with time zone not null,
  name text not null,
  type text,
  url text,
  description text,
  constraint source_note_pkey PRIMARY KEY (key, seq)
);

create table stream_write (
  run bigint not null,
  dataset integer not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  constraint stream_write_pkey PRIMARY KEY (run, dataset)
);

create table tag_mark (
  key uuid not null,
  seq bigint not null,
  at timestamp with time zone not null,
  given boolean not null,
  field text,
  tag text not null,
  constraint tag_mark_pkey PRIMARY KEY (key, seq)
);

create table tag_note (
  seq bigint not null,
  at timestamp with time zone not null,
  name text not null,
  description text,
  constraint tag_note_pkey PRIMARY KEY (seq)
);

create table tally (
  at timestamp with time zone not null,
  namespace integer not null,
  starts integer not null,
  completes integer not null,
  fails integer not null,
  aborts integer not null,
  jobs integer not null,
  datasets integer not null,
  constraint tally_pkey PRIMARY KEY (namespace, at)
) with (fillfactor=50);

create table event_body_default partition of event_body DEFAULT;

CREATE INDEX alias_other ON public.alias USING btree (other, is_table, dataset);
CREATE INDEX dataset_alias ON public.dataset USING btree (canon) WHERE (canon <> id);
CREATE INDEX dataset_begins ON public.dataset USING btree ("left"(lower(name), 256) COLLATE "C", key);
CREATE INDEX dataset_form ON public.dataset USING gin (form gin_trgm_ops) WITH (gin_pending_list_limit='256');
CREATE INDEX dataset_name ON public.dataset USING btree (namespace, "left"(name, 256) COLLATE "C", key);
CREATE INDEX declared_set ON public.declared USING btree (io_set);
CREATE INDEX declared_link_destination ON public.declared_link USING btree (destination);
CREATE INDEX declared_link_origin ON public.declared_link USING btree (origin);
CREATE INDEX derivation_source ON public.derivation USING btree (source);
CREATE INDEX edge_dataset ON public.edge USING btree (dataset, basis, job);
CREATE UNIQUE INDEX event_key ON public.event USING btree (key) WHERE (key IS NOT NULL);
CREATE INDEX event_of_no_run ON public.event USING btree (key) WHERE (run IS NULL);
CREATE INDEX event_subject ON public.event USING btree (subject, seq) WHERE (subject IS NOT NULL);
CREATE INDEX facet_form ON public.facet USING gin (form gin_trgm_ops) WITH (gin_pending_list_limit='256') WHERE (form IS NOT NULL);
CREATE INDEX facet_searched ON public.facet USING btree (hash) WHERE (form IS NOT NULL);
CREATE INDEX facet_tags ON public.facet USING btree (id) WHERE (name = 'tags'::text);
CREATE INDEX io_member_set ON public.io_member USING btree (io_set, dir) INCLUDE (dataset, named);
CREATE INDEX io_pair_input ON public.io_pair USING btree (input, io_set);
CREATE INDEX io_set_job ON public.io_set USING btree (job);
CREATE INDEX job_begins ON public.job USING btree ("left"(lower(name), 256) COLLATE "C", key);
CREATE INDEX job_form ON public.job USING gin (form gin_trgm_ops) WITH (gin_pending_list_limit='256');
CREATE INDEX job_name ON public.job USING btree (namespace, "left"(name, 256) COLLATE "C", key);
CREATE INDEX job_link_destination ON public.job_link USING btree (destination, kind, output);
CREATE INDEX job_link_flow ON public.job_link USING btree (origin) WHERE (kind = 1);
CREATE INDEX job_version_job ON public.job_version USING btree (job);
CREATE INDEX lifecycle_dataset ON public.lifecycle USING btree (dataset, at DESC);
CREATE INDEX lifecycle_dropped ON public.lifecycle USING btree (dataset, at DESC) WHERE (change = 'DROP'::text);
CREATE INDEX mention_entity ON public.mention USING btree (entity);
CREATE INDEX named_version_run ON public.named_version USING btree (run, dataset);
CREATE INDEX rename_at ON public.rename USING btree (at);
CREATE INDEX rename_dataset ON public.rename USING btree (dataset, previous, at);
CREATE INDEX rename_previous ON public.rename USING btree (previous, dataset, at);
CREATE INDEX rename_said_previous ON public.rename_said USING btree (previous);
CREATE INDEX run_io_set ON public.run USING btree (io_set, bad, first_at);
CREATE INDEX run_job_bag ON public.run USING btree (job, job_bag, first_at DESC);
CREATE INDEX run_job_ended ON public.run USING btree (job, ended_at DESC) WHERE (state = 2);
CREATE INDEX run_job_started ON public.run USING btree (job, started_at DESC NULLS LAST, uuid DESC);
CREATE INDEX run_job_version ON public.run USING btree (job_version, started_at) WHERE (job_version IS NOT NULL);
CREATE INDEX run_parent ON public.run USING btree (parent) WHERE (parent IS NOT NULL);
CREATE INDEX run_job_job ON public.run_job USING btree (job);
CREATE INDEX run_job_set ON public.run_job USING btree (io_set, bad, first_at) INCLUDE (ended_at);
CREATE INDEX seen_job_slot ON public.seen USING btree (job_slot DESC) WHERE (job_slot IS NOT NULL);
CREATE UNIQUE INDEX sighting_declared ON public.sighting USING btree (bag_use, at) WHERE (run IS NULL);
CREATE INDEX sighting_use ON public.sighting USING btree (bag_use, at DESC);
CREATE INDEX snapshot_job ON public.snapshot USING btree (job, at DESC);
CREATE INDEX source_name ON public.source USING hash (name);
CREATE INDEX stream_write_dataset ON public.stream_write USING btree (dataset, last_at DESC);

create view named as
 SELECT job.id,
    true AS is_job,
    job.namespace,
    job.key,
    job.first_at,
    job.name,
    job.form
   FROM job
UNION ALL
 SELECT dataset.id,
    false AS is_job,
    dataset.namespace,
    dataset.key,
    dataset.first_at,
    dataset.name,
    dataset.form
   FROM dataset;

create view share as
 SELECT run.id AS run,
    run.job,
    run.io_set,
    run.job_bag,
    run.first_at,
    run.ended_at,
    run.state,
    run.bad
   FROM run
  WHERE run.io_set IS NOT NULL
UNION ALL
 SELECT run_job.run,
    run_job.job,
    run_job.io_set,
    run_job.job_bag,
    run_job.first_at,
    run_job.ended_at,
    run_job.state,
    run_job.bad
   FROM run_job;

create view source_said as
 SELECT s.name,
    s.uri,
    s.first_at,
    COALESCE(e.last_at, s.first_at) AS last_at,
    n.name AS namespace,
    NULL::text AS type,
    NULL::text AS description
   FROM source s
     JOIN namespace n ON n.id = s.namespace
     LEFT JOIN seen e ON e.entity = s.id
UNION ALL
 SELECT n.name,
    ''::text AS uri,
    n.first_at,
    COALESCE(e.last_at, n.first_at) AS last_at,
    n.name AS namespace,
    NULL::text AS type,
    NULL::text AS description
   FROM namespace n
     LEFT JOIN seen e ON e.entity = n.id
  WHERE (( SELECT d.id
           FROM dataset d
          WHERE d.namespace = n.id
          ORDER BY ("left"(d.name, 256) COLLATE "C"), d.key
         LIMIT 1)) IS NOT NULL
UNION ALL
 SELECT w.name,
    w."coalesce" AS uri,
    w.min AS first_at,
    w.at AS last_at,
    w.text AS namespace,
    w.type,
    w.description
   FROM ( SELECT DISTINCT ON (source_note.key) source_note.name,
            COALESCE(source_note.url, ''::text) AS "coalesce",
            min(source_note.at) OVER (PARTITION BY source_note.key) AS min,
            source_note.at,
            NULL::text AS text,
            source_note.type,
            source_note.description
           FROM source_note
          ORDER BY source_note.key, source_note.seq DESC) w;
