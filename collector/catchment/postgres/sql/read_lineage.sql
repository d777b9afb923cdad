-- name: walk
-- All edges within reach, by each of these ways, under the names that were emitted; see the function:
-- with dir 'd' from `dataset` straight to another one, which stands as `job`.
select w.job, w.dataset, w.dir::text, min(w.level) as level
from unnest($3::text[]) as way
  cross join lateral lineage_walk($1::integer[], $2::integer, way::"char", $4, $5, $6, $7) as w
group by w.job, w.dataset, w.dir;

-- name: links_among_jobs
-- What one of these jobs hands to another, and what waits for what.
-- Of those that are declared then, the first of the declarations that said so counts.
select l.origin, l.destination, l.kind, min(l.first_at)
from unnest($1::integer[]) as j (job) cross join lateral (
  select origin, destination, kind, first_at from job_link
  where origin = j.job and first_at <= $2
  union all
  select d.origin, d.destination, 1, (
      select min(s.at) from declared_link o
        join lineage_said s on s.entity = o.job and s.hash = o.hash and s.stands and s.at <= $2
      where o.job = d.job and o.origin = d.origin and o.destination = d.destination
        and o.output = d.output)
  from declared_link d
  where d.origin = j.job and d.hash = lineage_held(d.job, $2) offset 0) as l
where l.destination = any ($1::integer[])
group by l.origin, l.destination, l.kind;

-- name: derivation_facts
-- Since when, and until when last, it is said of these datasets what they are made of, by what is said
-- then.
select d.output, d.source, min(s.at), max(s.at)
from unnest($1::integer[]) as n (dataset)
  join derivation d on d.output = n.dataset and d.hash = lineage_held(n.dataset, $2)
  join derivation o on o.output = d.output and o.source = d.source
  join lineage_said s on s.entity = o.output and s.hash = o.hash and s.stands and s.at <= $2
group by d.output, d.source;

-- name: edge_facts
-- Basis, first and last sight, staleness and confirmation of all edges of these jobs. Everything is
-- gathered in sets: a look-up for each edge made this the slowest part of an answer. `seen` has a row
-- for each thing that speaks of an edge: a live io-set, a column pair of one, the declaration. Pairs
-- alone (they have no `last_at`) make no edge.
with shares as materialized (
  select io_set, max(first_at) as at, bool_or(not bad or ended_at > $2) as good
  from run_job where job = any($1::integer[]) and first_at <= $2 group by io_set
), sets as materialized (
  select s.id, s.job, greatest(fine.at, bad.at, o.at) as last_at,
    fine.at is not null or coalesce(o.good, false)
      or $2 < 'infinity' and exists (select from run r
        where r.io_set = s.id and bad and first_at <= $2 and ended_at > $2) as good
  from io_set s
    cross join lateral (select max(first_at) as at from run r
      where r.io_set = s.id and not bad and first_at <= $2) fine
    cross join lateral (select max(first_at) as at from run r
      where r.io_set = s.id and bad and first_at <= $2) bad
    left join shares o on o.io_set = s.id
  where s.job = any($1::integer[]) and coalesce(fine.at, bad.at, o.at) is not null
), latest as materialized (
  select * from latest_sets($1::integer[], $2)
), seen as (
  select s.job, m.dataset, m.dir, m.named, false as mapped, false as declared, s.last_at, s.good,
    l.io_set <> s.id or coalesce(
      m.dataset <> all (case m.dir when 'i' then l.inputs else l.outputs end), false) as other
  from sets s join io_member m on m.io_set = s.id left join latest l on l.job = s.job
  where $2 = 'infinity' or exists (
    select from edge e where e.job = s.job and e.dataset = m.dataset and e.dir = m.dir
      and e.basis < 3 and e.first_at <= $2)
  union all
  select s.job, ends.dataset, ends.dir, false, true, false, null, false, null
  from sets s join io_pair p on p.io_set = s.id and p.basis = 2
    cross join lateral (values (p.input, 'i'::"char"), (p.output, 'o'::"char"))
      as ends (dataset, dir)
  union all
  select j.job, m.dataset, m.dir, false, false, true, (
      select max(at) from declared d join io_member n on n.io_set = d.io_set
      where d.job = j.job and n.dataset = m.dataset and n.dir = m.dir and d.at <= $2), true, false
  from (select distinct job from declared where job = any($1::integer[])) as j
    cross join lateral declared_sets(j.job, $2) as d
    join io_member m on (m.io_set = d.in_set and m.dir = 'i')
                     or (m.io_set = d.out_set and m.dir = 'o')
), facts as materialized (
  select job, dataset, dir, bool_or(named) as named, bool_or(mapped) as mapped,
    bool_or(declared) as declared, max(last_at) as last_at, bool_or(good) as confirmed,
    bool_and(other) as stale
  from seen group by job, dataset, dir having max(last_at) is not null
), firsts as materialized (
  select job, dataset, dir,
    min(first_at) filter (where basis = 0) as named_at,
    min(first_at) filter (where basis = 1) as explicit_at,
    min(first_at) filter (where basis = 2) as column_at,
    min(first_at) filter (where basis = 3) as declared_at
  from edge where job = any($1::integer[]) and first_at <= $2 group by job, dataset, dir
)
select f.job, f.dataset, f.dir::text,
  case when e.explicit_at is not null then 'explicit' when f.mapped then 'column'
       when f.named or not f.declared then 'inputs-outputs' else 'declared' end as basis,
  first.at as first_at, greatest(first.at, f.last_at) as last_at,
  coalesce(f.stale, false) as stale, f.confirmed
from facts f
  left join firsts e on e.job = f.job and e.dataset = f.dataset and e.dir = f.dir
  cross join lateral (select coalesce(
    least(case when f.named then e.named_at end, e.explicit_at,
      case when f.mapped then e.column_at end,
      case when f.declared then e.declared_at end),
    least(e.named_at, e.column_at)) as at) as first;
