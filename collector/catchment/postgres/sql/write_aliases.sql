-- Names of one dataset. What claims make of them is said by `lineage/aliases.py`, not here.

-- name: lock_aliases
-- One batch at a time changes who stands for whom, and sees what the one before has made of it.
select pg_advisory_xact_lock(1667331433);

-- name: insert_claims
-- Claims are never taken back: which of several events made one does not matter.
insert into alias (dataset, other, is_table)
select * from unnest($1::integer[], $2::integer[], $3::boolean[]) as new (dataset, other, is_table)
on conflict do nothing;

-- name: insert_renames_said
-- Whoever looks for all that could ever have been one with a dataset looks here, too.
insert into rename_said (dataset, previous)
select * from unnest($1::integer[], $2::integer[]) as new (dataset, previous)
on conflict do nothing;

-- name: claims_around
-- Everything that could be one with these datasets, and with whoever they stand for now: each with the
-- claims that it makes (a row without `other` for each of them, too). What more than $2 datasets claim as
-- what it is makes no group, so no way leads over it; renames lead on both ways.
with recursive near (dataset) as (
  select m.id from unnest($1::integer[]) as start (id)
    join dataset d on d.id = start.id
    cross join lateral (
      select d.canon as id union select start.id
      union select id from dataset where canon = d.canon and canon <> id) as m
  union
  select far.id from near n cross join lateral (
    select a.other as id from alias a where a.dataset = n.dataset and (
      select count(*) from (
        select from alias p where p.other = a.other and p.is_table = a.is_table
        limit $2::integer + 1) as counted) <= $2::integer
    union all
    select p.dataset from (values (true), (false)) as kind (is_table) cross join lateral (
      select a.dataset, count(*) over () as claims
      from (select dataset from alias where other = n.dataset and is_table = kind.is_table
            limit $2::integer + 1) as a) as p
    where p.claims <= $2::integer
    union all
    select previous from rename where dataset = n.dataset
    union all
    select dataset from rename where previous = n.dataset) as far
)
select n.dataset, a.other, a.is_table
from near n cross join lateral (
  select a.other, a.is_table from alias a
  where a.dataset = n.dataset and (
    select count(*) from (
      select from alias p where p.other = a.other and p.is_table = a.is_table
      limit $2::integer + 1) as counted) <= $2::integer
  union all select null, null) as a;

-- name: renames_among
-- What these were called before, and when they were renamed so for the last time.
select dataset, previous, max(at) as at from rename
where dataset = any($1::integer[]) group by dataset, previous;

-- name: names_to_join
-- Of equals the smallest name stands for all, as text without a locale.
select d.id, n.name as namespace, d.name from dataset d join namespace n on n.id = d.namespace
where d.id = any($1::integer[]);

-- name: join_datasets
-- In key order, as all who write names do; who holds some names already may still meet another writer
-- there, and is redone.
with moved as materialized (
  select d.id, new.canon
  from unnest($1::integer[], $2::integer[]) as new (id, canon) join dataset d on d.id = new.id
  where d.canon <> new.canon order by d.key for no key update of d
)
update dataset set canon = moved.canon from moved where dataset.id = moved.id;
