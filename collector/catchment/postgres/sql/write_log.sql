-- name: next_row_ids
-- Ids come a thousand at a time, so that a new entity costs no round trip of its own.
select nextval('row_id') from generate_series(1, $1::integer);

-- name: next_run_ids
-- Runs have their own sequence: they outgrow 32 bits, the ids of all else do not.
select nextval('run_id') from generate_series(1, $1::integer);

-- name: open_batch
-- Everything that a batch must know first, in one trip: which events the log has already (the caller
-- compares the whole hash), the batch's id (bodies carry it, because the seq is not known until the
-- end), and its runs, locked in key order before their folds are read. With repeats among the events
-- no run is locked: the caller leaves them out and asks again. The epoch is for caches to be cleared
-- before they are used; it is compared again when the head row is taken.
with repeats as materialized (
  select key, seq, sha256 from event where key = any($1::uuid[])
), locked as (
  select id, uuid, fold from run
  where uuid = any($2::uuid[]) and not exists (select from repeats)
  order by uuid for no key update
)
select 'repeat' as what, seq as id, key as uuid, sha256 as bytes from repeats
union all select 'run', id, uuid, fold from locked
union all select 'epoch', graph_epoch, null, null from head
union all select 'batch', nextval('batch_id'), null, null;

-- name: find_dead
-- Which of these bytes are a dead letter already.
select sha256, seq from dead_letter where sha256 = any($1::bytea[]);

-- name: count_dead
-- How many distinct dead letters are kept; they have a bound.
select count(*) from dead_letter;

-- name: insert_problems
-- What was wrong with entries that were accepted all the same.
insert into event_problem (batch, n, problems)
select $1, n, problems::jsonb from unnest($2::integer[], $3::text[]) as new (n, problems);

-- name: append_batch
-- The last statement of a batch: takes the head row, numbers the entries, writes the narrow log, the
-- bodies, the last sights and the counts of producers (which move with every batch; under the head row
-- they cannot deadlock).
with taken as (
  update head
  set n = n + cardinality($3::uuid[]), logged_at = greatest(clock_timestamp(), logged_at)
  returning n - cardinality($3::uuid[]) as first_seq, logged_at, graph_epoch
), entries as (
  insert into event (seq, key, batch, at, run, n, subject, kind, source, type, sha256)
  select first_seq + o - 1, key, $1, at, run, o - 1, subject, kind, source, type, sha256
  from taken, unnest($3::uuid[], $4::timestamptz[], $5::bigint[], $6::integer[], $7::smallint[],
                     $8::smallint[], $9::smallint[], $10::bytea[])
    with ordinality as new (key, at, run, subject, kind, source, type, sha256, o)
), batches as (
  insert into batch (id, first_seq, entries, logged_at, received_at)
  select $1, first_seq, cardinality($3::uuid[]), logged_at, $2 from taken
), bodies as (
  insert into event_body (batch, n, dict, bodies)
  select $1, n, 0, bodies from unnest($13::integer[], $14::bytea[]) as new (n, bodies)
), sights as (
  insert into seen (entity, last_at, job_slot)
  select entity, last_at, case when is_job then floor(extract(epoch from last_at) / 600) end
  from unnest($11::integer[], $12::timestamptz[], $15::boolean[]) as new (entity, last_at, is_job)
  on conflict (entity) do update set last_at = excluded.last_at, job_slot = excluded.job_slot
  where seen.last_at < excluded.last_at
), producers as (
  insert into producer (key, uri, namespace, events, problems, last_at)
  select new.* from taken, unnest($16::uuid[], $17::text[], $18::integer[], $19::bigint[],
                                  $20::bigint[], $21::timestamptz[])
    as new (key, uri, namespace, events, problems, last_at)
  on conflict (key, namespace) do update set
    events = producer.events + excluded.events, problems = producer.problems + excluded.problems,
    last_at = greatest(producer.last_at, excluded.last_at)
)
select first_seq, logged_at, graph_epoch from taken;

-- name: insert_dead
-- The first of its kind; the body is kept whole, for a second try after a fix.
insert into dead_letter (sha256, seq, count, source, reason, detail, body)
values ($1, $2, $3, $4, $5, $6::jsonb, $7);

-- name: count_dead_again
-- The same bytes once more: counted, not logged.
update dead_letter set count = count + $2 where sha256 = $1;
