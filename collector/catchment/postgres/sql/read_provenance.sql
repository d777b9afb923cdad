-- name: writers_at_an_instant
-- All runs that had begun by then and wrote these versions: by the name that they gave it ($2), else the
-- one whose own it is ($3), if it gave it no name. A sighting of a run lies between its first and last
-- event, which is how it is found without an index by run.
with wanted as materialized (
  select * from unnest($1::integer[], $2::uuid[], $3::uuid[]) with ordinality
    as p (dataset, hash, derived, n)
), found as (
  select p.n, p.dataset, v.run
  from wanted p join named_version v on v.dataset = p.dataset and v.hash = p.hash
  union all
  select p.n, p.dataset, r.id
  from wanted p join run r on r.uuid = p.derived
  where not exists (select from named_version v where v.dataset = p.dataset and v.hash = p.hash)
    and not exists (select from named_version v where v.run = r.id and v.dataset = p.dataset)
)
select f.n, r.id, r.uuid, s.at, r.first_at,
  r.state = 2 and r.ended_at <= $4 or exists (
    select from stream_write w
    where w.run = r.id and w.dataset = f.dataset and w.first_at <= $4) as confirmed,
  m.name as namespace
from found f
join run r on r.id = f.run and r.first_at <= $4
join job j on j.id = r.job join namespace m on m.id = j.namespace
cross join lateral (
  select s.at from bag_use u join sighting s on s.bag_use = u.id
  where u.entity = f.dataset and u.dir = 'o' and s.at between r.first_at and r.last_at
    and s.run = r.id limit 1) s;

-- name: named_reads
-- The runs that had begun by then and say that they read these versions, by any name of the dataset; no
-- more of each than $4.
select p.n, r.id, r.uuid
from unnest($1::integer[], $2::uuid[]) with ordinality as p (dataset, hash, n)
cross join lateral (
  select r.id, r.uuid from names_of(array[p.dataset], $3) o
    join named_read v on v.dataset = o.name and v.hash = p.hash join run r on r.id = v.run
  where r.first_at <= $3
  order by r.uuid limit $4) r;

-- name: reads_that_may_be_of_writes
-- The runs whose reads may be bound to these writes ($2 when the write began, $3 and $4 its place among
-- others), to be looked at one by one: those that started before a later write was confirmed. Reads are
-- found by when they were named, which may be long after the start, so some are looked for on
-- either side: the $6 nearest. Of the stretch between no more than $7; `cut` says that there are more.
-- What only a facet says is read has no sighting, and is found by the run's io-set.
with writes as materialized (
  select p.n, p.dataset, p.since, least(u.until, $5) as until
  from unnest($1::integer[], $2::timestamptz[], $3::timestamptz[], $4::uuid[]) with ordinality
    as p (dataset, since, at, uuid, n)
  cross join lateral (
    -- A run does not read what it wrote itself; so it is met by its own write, too, if it says that it
    -- ended before it began.
    select min(greatest(r.ended_at, r.started_at)) as until
    from names_of(array[p.dataset], $5) o join bag_use u on u.entity = o.name and u.dir = 'o'
    cross join lateral (
      select s.run, s.at from sighting s where s.bag_use = u.id and s.at >= p.at
      order by s.at fetch first $6 rows with ties) s
    join run r on r.id = s.run
    where r.state = 2 and (s.at, r.uuid) > (p.at, p.uuid)
  ) u
), near as (
  select w.n, s.run, s.cut
  from writes w cross join lateral names_of(array[w.dataset], $5) o
  join bag_use u on u.entity = o.name and u.dir = 'i'
  cross join lateral (
    (select s.run, count(*) over () >= $7 as cut from (
       select run from sighting
       where bag_use = u.id and at between w.since and w.until
       order by at fetch first $7 rows with ties) s)
    union all
    (select run, false from sighting where bag_use = u.id and at > w.until
     order by at fetch first $6 rows with ties)
    union all
    (select run, false from sighting where bag_use = u.id and at < w.since
     order by at desc fetch first $6 rows with ties)) s
  union all
  select w.n, s.id, s.cut
  from writes w cross join lateral names_of(array[w.dataset], $5) o
  join io_member m on m.dataset = o.name and m.dir = 'i' and not m.named
  cross join lateral (
    (select s.id, count(*) over () >= $7 as cut from (
       select r.id from run r where r.io_set = m.io_set and r.first_at <= w.until
       order by r.first_at desc fetch first $7 rows with ties) s)
    union all
    select o.run, false from run_job o where o.io_set = m.io_set) s
)
select e.n, r.id, r.uuid, bool_or(e.cut) as cut
from near e join writes w on w.n = e.n
join run r on r.id = e.run and r.first_at <= $5
  and coalesce(least(r.started_at, $5) between w.since and w.until, true)
group by e.n, r.id, r.uuid;

-- name: skewed_reads
-- Of these reads (who read, from when until when, which version: its name, and the run whose own it would
-- be) those in whose time another version was confirmed. Writes are found by when they were named last: all of that time, up
-- to $8, and the $7 nearest on either side, because a run may end long after it named its outputs.
select p.n
from unnest($1::integer[], $2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::uuid[],
  $6::uuid[]) with ordinality as p (dataset, reader, since, until, hash, derived, n)
where exists (
  select from names_of(array[p.dataset], p.since) o
  join bag_use u on u.entity = o.name and u.dir = 'o' cross join lateral (
    (select run from sighting where bag_use = u.id and at > p.since and at <= p.until
     order by at fetch first $8 rows with ties)
    union all
    (select run from sighting where bag_use = u.id and at <= p.since
     order by at desc fetch first $7 rows with ties)
    union all
    (select run from sighting where bag_use = u.id and at > p.until
     order by at fetch first $7 rows with ties)) s
  join run r on r.id = s.run
  where r.state = 2 and r.ended_at > p.since and r.ended_at <= p.until
    and r.id <> p.reader and r.uuid is distinct from p.derived
    and not exists (select from named_version v
      where v.run = r.id and v.dataset = o.name and v.hash = p.hash));

-- name: known_versions
-- Which of these versions somebody said to have written or read, and had begun by then.
select p.n
from unnest($1::integer[], $2::uuid[]) with ordinality as p (dataset, hash, n)
where exists (select from named_read v join run r on r.id = v.run
    where v.dataset = p.dataset and v.hash = p.hash and r.first_at <= $3);

-- name: datasets_once_models
-- Those that may be models, up to $1; in the order of their keys, which says nothing but is the same
-- whatever came first.
select d.id from model_named m join dataset d on d.id = m.dataset order by d.key limit $1;
