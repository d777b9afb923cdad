-- name: column_pairs
-- What facets say of columns, for the pairs of everything within $2 jobs of some datasets ($4: 'o' up
-- from them as outputs, 'i' down from them as inputs), or for the pairs of one job ($6). Datasets are names
-- as they were emitted; what is beyond them is looked for under all its names if $7. Several steps
-- in one trip, because a trip costs more than a step; which columns they lead to is for the caller to
-- say, who has the mappings decoded. `near` comes in order of steps, so that its limit keeps what is
-- nearest and ends the recursion. A row without a job is of a dataset that says itself what it was made
-- of (`derivation`: where nobody says so, one look for all), and one without an input names a dataset
-- whose pairs are all here.
-- Liveness, declarations and what the latest completed run has are as in the walk of the graph.
-- `offset 0`: by index for each of them. How many a recursion gives is always guessed far too high, and
-- for so many a scan of all runs or datasets would seem cheaper.
with recursive near (dataset, step) as (
  select dataset, 1 from unnest($1::integer[]) as start (dataset)
  union
  select f.id, n.step + 1
  from near n
    cross join lateral (
      select p.input as far from io_member m join io_pair p
          on p.io_set = m.io_set and p.output = m.dataset and p.colset is not null
        where $4::text = 'o' and m.dataset = n.dataset and m.dir = 'o'
      union all
      select p.output from io_pair p
        where $4::text = 'i' and p.input = n.dataset and p.colset is not null
      union all
      select d.source from derivation d
        where $4::text = 'o' and exists (select from derivation)
          and d.output = n.dataset and d.colset is not null
      union all
      select d.output from derivation d
        where $4::text = 'i' and exists (select from derivation)
          and d.source = n.dataset and d.colset is not null) as p
    cross join lateral (
      select p.far as id
      union all
      select o.name from names_of(array[p.far], $3) o where $7::boolean and o.name <> p.far) f
  where n.step < $2::integer
), reached as materialized (
  select distinct dataset from (
    select dataset from near limit greatest($5::integer, cardinality($1::integer[]))) as nearest
), stated as materialized (
  select s.job, p.io_set, p.output, p.input, p.colset
  from reached n
    cross join lateral (
      select p.* from io_member m join io_pair p
          on p.io_set = m.io_set and p.output = m.dataset and p.colset is not null
        where $4::text = 'o' and m.dataset = n.dataset and m.dir = 'o'
      union all
      select p.* from io_pair p
        where $4::text = 'i' and p.input = n.dataset and p.colset is not null) as p
    cross join lateral (select job from io_set where id = p.io_set offset 0) s
  union all
  select s.job, p.io_set, p.output, p.input, p.colset
  from io_set s join io_pair p on p.io_set = s.id
  where s.job = $6::integer and p.colset is not null
), live as materialized (
  select io_set from (select distinct io_set from stated) as s
  where exists (select from run r
      where r.io_set = s.io_set and r.bad = any ('{f,t}') and r.first_at <= $3 offset 0)
    or exists (select from run_job r where r.io_set = s.io_set and r.first_at <= $3 offset 0)
), jobs as materialized (
  select distinct job from stated
), latest as materialized (
  select * from latest_sets(array(select job from jobs), $3)
), found as (
  select s.job, s.output, s.input, s.colset, coalesce(l.io_set = s.io_set
    and (l.inputs is null or s.input = any (l.inputs) and s.output = any (l.outputs)), true) as holds
  from stated s join live using (io_set) left join latest l on l.job = s.job
  where $3 = 'infinity' or (
    exists (select from edge e where e.job = s.job and e.dataset = s.output and e.dir = 'o'
      and e.basis < 3 and e.first_at <= $3)
    and exists (select from edge e where e.job = s.job and e.dataset = s.input and e.dir = 'i'
      and e.basis < 3 and e.first_at <= $3))
  union
  select s.job, s.output, s.input, s.colset, true
  from (select job from jobs j where exists (select from declared d where d.job = j.job)) as j
    cross join lateral declared_sets(j.job, $3) as d
    join stated s on s.job = j.job and s.io_set in (d.in_set, d.out_set)
  where exists (select from io_member m
      where m.io_set = d.out_set and m.dir = 'o' and m.dataset = s.output)
    and exists (select from io_member m
      where m.io_set = d.in_set and m.dir = 'i' and m.dataset = s.input)
)
select job, output, input, colset, holds from found
union all
select null, d.output, d.source, d.colset, true
from reached n cross join lateral (
  select d.* from derivation d
    where $4::text = 'o' and d.output = n.dataset and d.colset is not null
  union all
  select d.* from derivation d
    where $4::text = 'i' and d.source = n.dataset and d.colset is not null) as d
where exists (select from derivation) and d.hash = lineage_held(d.output, $3)
union all
select null, dataset, null, null, null from reached;

-- name: colsets_by_id
-- Column mappings as they were stored; content-addressed, so that they may be kept decoded.
select id, body from colset where id = any($1::integer[]);

-- name: writers_of_named_version
-- Who wrote a version that a facet named: any of them was there when it was.
select r.uuid from named_version v join run r on r.id = v.run
where v.dataset = $1 and v.version = $2;
