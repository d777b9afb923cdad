-- Which write a read is bound to, by the name that it was written under: who asks tries all names of the
-- dataset, and takes the best by (known, at, uuid).

-- name: confirmed_writes
-- For each read the latest write by another run that had completed when the reading run began: down
-- along the dataset's bags from that instant, past runs that had not. An event can name an output
-- after its run's end, so the first writes after that instant are looked at, too; a bounded number.
-- Those of streaming runs are confirmed at sight, and stand apart.
select p.n, w.run, w.uuid, m.name as namespace, v.version, 0 as known, w.at
from unnest($1::integer[], $2::bigint[], $3::timestamptz[]) with ordinality
  as p (dataset, reader, started, n)
cross join lateral (
  select c.run, c.uuid, c.job, c.at from (
    select w.* from bag_use u cross join lateral (
      (select s.run, r.uuid, s.at, r.job
       from sighting s join run r on r.id = s.run
       where s.bag_use = u.id and s.at <= p.started and s.run <> p.reader
         and r.state = 2 and r.ended_at <= p.started
       order by s.at desc, r.uuid desc limit 1)
      union all
      (select s.run, r.uuid, s.at, r.job
       from (select run, at from sighting where bag_use = u.id and at > p.started
             order by at fetch first $4 rows with ties) s
         join run r on r.id = s.run
       where s.run <> p.reader and r.state = 2 and r.ended_at <= p.started)) w
    where u.entity = p.dataset and u.dir = 'o'
    union all
    select * from stream_writes(p.dataset, p.started, p.reader, $4)) c
  order by c.at desc, c.uuid desc limit 1) w
join job j on j.id = w.job join namespace m on m.id = j.namespace
left join named_version v on v.run = w.run and v.dataset = p.dataset;

-- name: unconfirmed_writes
-- The same where none was confirmed: the latest write by a run that had begun.
select p.n, w.run, w.uuid, m.name as namespace, v.version, 0 as known, w.at
from unnest($1::integer[], $2::bigint[], $3::timestamptz[]) with ordinality
  as p (dataset, reader, started, n)
cross join lateral (
  select c.run, c.uuid, c.job, c.at from bag_use u cross join lateral (
    (select s.run, r.uuid, s.at, r.job
     from sighting s join run r on r.id = s.run
     where s.bag_use = u.id and s.at <= p.started and s.run <> p.reader
     order by s.at desc, r.uuid desc limit 1)
    union all
    (select s.run, r.uuid, s.at, r.job
     from (select run, at from sighting where bag_use = u.id and at > p.started
           order by at fetch first $4 rows with ties) s
       join run r on r.id = s.run
     where s.run <> p.reader and r.first_at <= p.started)) c
  where u.entity = p.dataset and u.dir = 'o'
  order by c.at desc, c.uuid desc limit 1) w
join job j on j.id = w.job join namespace m on m.id = j.namespace
left join named_version v on v.run = w.run and v.dataset = p.dataset;

-- name: writers_of_read_versions
-- Who wrote the versions that reads name: of several the latest that had completed when the reading run
-- began (a streaming one: that had named it), else the latest that had begun, else the latest; `known`
-- says which. Nobody who had not begun by $5.
select p.n, w.run, w.uuid, m.name as namespace, null as version, w.known, w.at
from unnest($1::integer[], $2::bigint[], $3::timestamptz[], $4::uuid[]) with ordinality
  as p (dataset, reader, started, hash, n)
cross join lateral (
  select v.run, r.uuid, r.job, s.at, case
      when r.state = 2 and r.ended_at <= p.started or exists (
        select from stream_write w
        where w.run = v.run and w.dataset = v.dataset and w.first_at <= p.started) then 2
      when r.first_at <= p.started then 1 else 0 end as known
  from named_version v join run r on r.id = v.run
    cross join lateral (
      select s.at from bag_use u join sighting s on s.bag_use = u.id
      where u.entity = v.dataset and u.dir = 'o' and s.at between r.first_at and r.last_at
        and s.run = r.id limit 1) s
  where v.dataset = p.dataset and v.hash = p.hash and v.run <> p.reader and r.first_at <= $5
  order by known desc, s.at desc, r.uuid desc limit 1) w
join job j on j.id = w.job join namespace m on m.id = j.namespace;
