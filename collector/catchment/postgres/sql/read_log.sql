-- name: list_entries
-- The log in its order, to be followed. What it is about is a job or a dataset: ids are of one kind.
select e.seq, e.kind, b.logged_at, e.at, e.type, e.source, e.key, e.sha256,
  r.uuid as run, jn.name as job_namespace, j.name as job, dn.name as dataset_namespace,
  d.name as dataset, p.problems
from event e
  join batch b on b.id = e.batch
  left join run r on r.id = e.run
  left join job j on j.id = e.subject left join namespace jn on jn.id = j.namespace
  left join dataset d on d.id = e.subject left join namespace dn on dn.id = d.namespace
  left join event_problem p on p.batch = e.batch and p.n = e.n
where e.seq > $1 and ($2::smallint[] is null or e.kind = any($2))
order by e.seq limit $3;

-- name: blob_of_entry
-- The blob that holds an entry's bytes is the one with the greatest first number not beyond it.
select b.n as first, b.dict, b.bodies, e.n
from event e cross join lateral (
  select n, dict, bodies from event_body
  where batch = e.batch and n <= e.n order by n desc limit 1) b
where e.seq = $1;

-- name: list_dead_letters
-- What could not be used, in the order of the log.
select d.seq, d.reason, d.source, d.detail, d.sha256, d.count, b.logged_at
from dead_letter d join event e on e.seq = d.seq join batch b on b.id = e.batch
where d.seq > $1 order by d.seq limit $2;

-- name: next_seq
-- How far the log has come.
select n from head;
