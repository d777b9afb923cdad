-- name: confirmed_writes
-- For each read the latest write by another run that had completed when the reading run began: down
-- along the dataset's bags from that instant, past runs that had not. An event can name an output
-- after its run's end, so the first writes after that instant are looked at, too; a bounded number.
-- Those of streaming runs are confirmed at sight, and stand apart. What was written under any name of the
-- dataset counts; `dataset` is the one that it was written under.
select p.n, w.run, w.uuid, m.name as namespace, v.version, w.dataset
from unnest($1::integer[], $2::bigint[], $3::timestamptz[]) with ordinality
  as p (dataset, reader, started, n)
cross join lateral (
  select c.run, c.uuid, c.job, c.dataset from (
    select o.name as dataset, w.*
    from names_of(array[p.dataset], 'infinity') o join bag_use u on u.entity = o.name and u.dir = 'o'
    cross join lateral (
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
    union all
    select o.name, s.* from names_of(array[p.dataset], 'infinity') o
      cross join lateral stream_writes(o.name, p.started, p.reader, $4) s) c
  order by c.at desc, c.uuid desc, (select key from dataset where id = c.dataset) limit 1) w
join job j on j.id = w.job join namespace m on m.id = j.namespace
left join named_version v on v.run = w.run and v.dataset = w.dataset;

-- name: unconfirmed_writes
-- The same where none was confirmed: the latest write by a run that had begun.
select p.n, w.run, w.uuid, m.name as namespace, v.version, w.dataset
from unnest($1::integer[], $2::bigint[], $3::timestamptz[]) with ordinality
  as p (dataset, reader, started, n)
cross join lateral (
  select c.run, c.uuid, c.job, o.name as dataset
  from names_of(array[p.dataset], 'infinity') o join bag_use u on u.entity = o.name and u.dir = 'o'
  cross join lateral (
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
  order by c.at desc, c.uuid desc, (select key from dataset where id = o.name) limit 1) w
join job j on j.id = w.job join namespace m on m.id = j.namespace
left join named_version v on v.run = w.run and v.dataset = w.dataset;

-- name: writers_of_read_versions
-- Who wrote the versions that reads name: of several the latest that had completed when the reading run
-- began (a streaming one: that had named it), else the latest that had begun, else the latest.
select p.n, w.run, w.uuid, m.name as namespace, null as version, w.dataset
from unnest($1::integer[], $2::bigint[], $3::timestamptz[], $4::uuid[]) with ordinality
  as p (dataset, reader, started, hash, n)
cross join lateral (
  select v.run, r.uuid, r.job, v.dataset
  from names_of(array[p.dataset], 'infinity') o
    join named_version v on v.dataset = o.name and v.hash = p.hash join run r on r.id = v.run
    cross join lateral (
      select s.at from bag_use u join sighting s on s.bag_use = u.id
      where u.entity = v.dataset and u.dir = 'o' and s.at between r.first_at and r.last_at
        and s.run = r.id limit 1) s
  where v.run <> p.reader
  order by r.state = 2 and r.ended_at <= p.started or exists (
      select from stream_write w
      where w.run = v.run and w.dataset = v.dataset and w.first_at <= p.started) desc,
    r.first_at <= p.started desc, s.at desc, r.uuid desc,
    (select key from dataset where id = v.dataset) limit 1) w
join job j on j.id = w.job join namespace m on m.id = j.namespace;
