-- name: walk
-- All edges within reach; see the function.
select distinct job, dataset, dir, min(level) over (partition by job, dataset, dir) as level
from lineage_walk($1::integer[], $2::integer, $3::text::"char", $4, $5, $6);

-- name: edge_facts
-- Basis, first and last sight, staleness and confirmation of all edges of these jobs.
with here as materialized (
  select * from edges_of_jobs($1::integer[], $2)
), sets as materialized (
  select io_set,
    greatest(
      (select max(first_at) from run r where r.io_set = s.io_set and not bad and first_at <= $2),
      (select max(first_at) from run r where r.io_set = s.io_set and bad and first_at <= $2),
      (select max(first_at) from run_job r where r.io_set = s.io_set and first_at <= $2)) as last_at,
    exists (select from run r where r.io_set = s.io_set and not bad and first_at <= $2)
      or exists (select from run r
        where r.io_set = s.io_set and bad and first_at <= $2 and ended_at > $2)
      or exists (select from run_job r
        where r.io_set = s.io_set and first_at <= $2 and (not bad or ended_at > $2)) as good
  from (select distinct io_set from here where not declared) s
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
), pairs as materialized (
  select h.job, p.input, p.output, p.basis
  from (select distinct job, io_set from here where not declared) h join io_pair p using (io_set)
), facts as (
  select h.job, h.dataset, h.dir,
    bool_or(h.named and not h.declared) as named, bool_or(h.declared) as declared,
    max(s.last_at) as last_at, coalesce(bool_or(s.good), false) as good,
    exists (select from edge e where e.job = h.job and e.dataset = h.dataset and e.dir = h.dir
      and e.basis = 1 and e.first_at <= $2) as explicit,
    exists (select from pairs p where p.job = h.job and p.basis = 2
      and h.dataset = case h.dir when 'i' then p.input else p.output end) as by_column
  from here h left join sets s on s.io_set = h.io_set and not h.declared
  group by h.job, h.dataset, h.dir
)
select f.job, f.dataset, f.dir,
  case when explicit then 'explicit' when by_column then 'column'
       when named or not declared then 'inputs-outputs' else 'declared' end as basis,
  (select min(first_at) from edge e
   where e.job = f.job and e.dataset = f.dataset and e.dir = f.dir and e.first_at <= $2
     and (e.basis = 0 and f.named or e.basis = 1 or e.basis = 2 and f.by_column
          or e.basis = 3 and f.declared)) as first_at,
  greatest(f.last_at, case when f.declared then (
    select max(at) from declared d join io_member m on m.io_set = d.io_set
    where d.job = f.job and m.dataset = f.dataset and m.dir = f.dir and d.at <= $2) end) as last_at,
  not f.declared and l.io_set is not null and not exists (
    select from io_member m
    where m.io_set = l.io_set and m.dataset = f.dataset and m.dir = f.dir) as stale,
  f.good or f.declared as confirmed
from facts f left join latest l on l.job = f.job;
