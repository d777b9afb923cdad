-- name: newest_run_events
-- A page of run events by eventTime: along the index of keys, which begin with it. `at` cuts within the
-- first and last millisecond. With namespaces: only events of jobs there.
select e.seq, e.batch, e.n from event e
where e.key >= $1 and e.key < $2 and e.at >= $3 and e.at < $4 and e.run is not null
  and ($5::text[] is null or exists (
    select from job j join namespace n on n.id = j.namespace
    where j.id = e.subject and n.name = any($5)))
order by e.key desc limit $6 offset $7;

-- name: oldest_run_events
-- The same from the other end.
select e.seq, e.batch, e.n from event e
where e.key >= $1 and e.key < $2 and e.at >= $3 and e.at < $4 and e.run is not null
  and ($5::text[] is null or exists (
    select from job j join namespace n on n.id = j.namespace
    where j.id = e.subject and n.name = any($5)))
order by e.key limit $6 offset $7;

-- name: count_run_events
-- All that were ever stored: the head row knows how many entries there are, and the others are few.
select n - (select count(*) from event where run is null) from head;

-- name: count_events_between
-- Events of all types in a stretch of whole milliseconds: from the index of keys alone.
select count(*) from (select from event where key >= $1 and key < $2 limit $3) as counted;

-- name: count_events_of_no_run_between
-- What of it is no run event; they have an index of their own.
select count(*) from event where run is null and key >= $1 and key < $2;

-- name: count_run_events_beside
-- Run events of one millisecond that lie outside of a stretch that begins or ends within it.
select count(*) from event
where key >= $1 and key < $2 and run is not null and (at < $3 or at >= $4);

-- name: count_run_events_of_some
-- Run events of jobs in some namespaces.
select count(*) from (
  select from event e
  where e.key >= $1 and e.key < $2 and e.at >= $3 and e.at < $4 and e.run is not null
    and e.subject in (
      select j.id from job j join namespace n on n.id = j.namespace where n.name = any($5))
  limit $6) as counted;

-- name: blobs_of_entries
-- The blobs that hold the bytes of some entries, each once.
select b.batch, b.n, b.bodies
from (
  select distinct w.batch, f.n
  from unnest($1::bigint[], $2::integer[]) as w (batch, n) cross join lateral (
    select n from event_body where batch = w.batch and n <= w.n order by n desc limit 1) f) as held
join event_body b on b.batch = held.batch and b.n = held.n;
