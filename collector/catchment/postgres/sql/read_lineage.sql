-- name: walk
-- All edges within reach; see the function.
select distinct job, dataset, dir, min(level) over (partition by job, dataset, dir) as level
from lineage_walk($1::integer[], $2::integer, $3::text::"char", $4, $5, $6);

-- name: edge_facts
-- Basis, first and last sight, staleness and confirmation of all edges of these jobs. Everything is
-- joined in sets: a look-up for each edge made this the slowest part of an answer.
with here as materialized (
  select * from edges_of_jobs($1::integer[], $2)
), sets as materialized (
  select s.io_set, greatest(fine.at, bad.at, other.at) as last_at,
    fine.at is not null
      or $2 < 'infinity' and exists (select from run r
        where r.io_set = s.io_set and bad and first_at <= $2 and ended_at > $2)
      or other.at is not null and exists (select from run_job r
        where r.io_set = s.io_set and first_at <= $2 and (not bad or ended_at > $2)) as good
  from (select distinct io_set from here where not declared) s
    cross join lateral (select max(first_at) as at from run r
      where r.io_set = s.io_set and not bad and first_at <= $2) fine
    cross join lateral (select max(first_at) as at from run r
      where r.io_set = s.io_set and bad and first_at <= $2) bad
    cross join lateral (select max(first_at) as at from run_job r
      where r.io_set = s.io_set and first_at <= $2) other
), latest as materialized (
  select j.job, l.io_set from unnest($1::integer[]) as j (job) cross join lateral (
    select io_set from (
      (select io_set, ended_at, uuid from run
       where run.job = j.job and state = 2 and ended_at <= $2
       order by ended_at desc, uuid desc limit 1)
      union all
      (select s.io_set, s.ended_at, r.uuid from run_job s join run r on r.id = s.run
       where s.job = j.job and s.state = 2 and s.ended_at <= $2
       order by s.ended_at desc, r.uuid desc limit 1)
    ) as completed order by ended_at desc, uuid desc limit 1) l
), columns as materialized (
  select distinct h.job, ends.dataset, ends.dir
  from (select distinct job, io_set from here where not declared) h
    join io_pair p on p.io_set = h.io_set and p.basis = 2
    cross join lateral (values (p.input, 'i'::"char"), (p.output, 'o'::"char"))
      as ends (dataset, dir)
), firsts as materialized (
  select job, dataset, dir,
    min(first_at) filter (where basis = 0) as named_at,
    min(first_at) filter (where basis = 1) as explicit_at,
    min(first_at) filter (where basis = 2) as column_at,
    min(first_at) filter (where basis = 3) as declared_at
  from edge where job = any($1::integer[]) and first_at <= $2 group by job, dataset, dir
), facts as materialized (
  select h.job, h.dataset, h.dir,
    bool_or(h.named and not h.declared) as named, bool_or(h.declared) as declared,
    max(s.last_at) as last_at, coalesce(bool_or(s.good), false) as good
  from here h left join sets s on s.io_set = h.io_set and not h.declared
  group by h.job, h.dataset, h.dir
)
select f.job, f.dataset, f.dir,
  case when e.explicit_at is not null then 'explicit' when c.job is not null then 'column'
       when named or not declared then 'inputs-outputs' else 'declared' end as basis,
  coalesce(
    least(case when f.named then e.named_at end, e.explicit_at,
      case when c.job is not null then e.column_at end,
      case when f.declared then e.declared_at end),
    least(e.named_at, e.column_at)) as first_at,
  greatest(f.last_at, case when f.declared then (
    select max(at) from declared d join io_member m on m.io_set = d.io_set
    where d.job = f.job and m.dataset = f.dataset and m.dir = f.dir and d.at <= $2) end) as last_at,
  not f.declared and l.io_set is not null and not exists (
    select from io_member m
    where m.io_set = l.io_set and m.dataset = f.dataset and m.dir = f.dir) as stale,
  f.good or f.declared as confirmed
from facts f
  left join firsts e on e.job = f.job and e.dataset = f.dataset and e.dir = f.dir
  left join columns c on c.job = f.job and c.dataset = f.dataset and c.dir = f.dir
  left join latest l on l.job = f.job;
