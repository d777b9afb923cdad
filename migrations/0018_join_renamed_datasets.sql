-- A renamed dataset is one with what it was called before, from the end of the run that renamed it. That
-- has a time, unlike claims: `dataset.canon` says who stands for whom today, and what was joined later
-- than an instant that is asked about is parted again for it.
create table rename (
  run bigint not null,
  dataset integer not null,
  previous integer not null,
  at timestamptz not null,
  primary key (run, dataset)
);
create index rename_dataset on rename (dataset, previous, at);
create index rename_previous on rename (previous, dataset, at);
create index rename_at on rename (at);

-- What any event said of it, whether or not its run came to that: never taken back.
create table rename_said (
  dataset integer not null,
  previous integer not null,
  primary key (dataset, previous)
);
create index rename_said_previous on rename_said (previous);

-- Renames have a lock, not an epoch.
alter table head drop column alias_epoch;

-- Names that no event named as a dataset stay out until one does. Who stands for whom is said anew by the
-- next event that renames or claims one of these names.
insert into rename (run, dataset, previous, at)
select l.run, l.dataset, d.id, l.at
from lifecycle l
  join namespace n on n.name = l.previous_namespace
  join dataset d on d.namespace = n.id and d.name = l.previous_name
where l.change = 'RENAME' and d.id <> l.dataset;
insert into rename_said (dataset, previous) select distinct dataset, previous from rename;
alter table lifecycle drop column previous_namespace, drop column previous_name;

-- The names that each name of these datasets (`canons`: those that stand for them today) was one with
-- then, and the one that stood for them: as `lineage/aliases.py` says it. What is one then is one
-- today, so nobody else needs to be looked at.
create function names_then(canons integer[], as_of timestamptz)
returns table (dataset integer, name integer, canon integer)
language sql stable
as $$
  with recursive member as materialized (
    select d.id, n.name as namespace, d.name
    from dataset d join namespace n on n.id = d.namespace where d.canon = any (canons)
  ), renamed as materialized (
    select r.dataset, r.previous, max(r.at) as at
    from member m join rename r on r.dataset = m.id where r.at <= as_of
    group by r.dataset, r.previous
  ), claim as materialized (
    select a.dataset, a.other, a.is_table from member m join alias a on a.dataset = m.id
    where (select count(*) from (
      select from alias c where c.other = a.other and c.is_table = a.is_table limit 101) as c) <= 100
  ), tie as materialized (
    select c.dataset as one, c.other from claim c where c.is_table
    union select c.other, c.dataset from claim c where c.is_table
    union select r.dataset, r.previous from renamed r
    union select r.previous, r.dataset from renamed r
  ), near (one, other) as (
    select m.id, m.id from member m
    union select n.one, t.other from near n join tie t on t.one = n.other
  ), owned as materialized (
    select c.other as place, min(c.dataset) as owner
    from claim c join (select one, min(other) as least from near group by one) g on g.one = c.dataset
    where not c.is_table group by c.other having count(distinct g.least) = 1
  ), joined (one, other) as (
    select m.id, m.id from member m
    union select j.one, t.other from joined j join (
      select one, other from tie
      union all select place, owner from owned
      union all select owner, place from owned) as t on t.one = j.other
  ), place as (
    select distinct c.other from claim c where not c.is_table
  ), given_up as (
    select l.previous as id
    from (select previous, max(at) as at from renamed group by previous) l
      left join (select dataset, max(at) as at from renamed group by dataset) t on t.dataset = l.previous
    where t.at is null or l.at > t.at
  ), ranked as (
    select m.id, row_number() over (order by
      exists (select from given_up g where g.id = m.id),
      case when exists (select from claim c where c.other = m.id and c.is_table) then 0
        when exists (select from place p where p.other = m.id) then 2 else 1 end,
      m.namespace collate "C", m.name collate "C") as rank
    from member m
  )
  select j.one, j.other, first_value(j.other) over (partition by j.one order by r.rank)
  from joined j join ranked r on r.id = j.other
$$;

-- Whether a rename joined anything later to the dataset that this name stands for.
create function renamed_since(canonical integer, as_of timestamptz) returns boolean
language sql stable
as $$
  select exists (select from rename r where r.dataset = canonical and r.at > as_of)
    or exists (
      select from dataset d join rename r on r.dataset = d.id
      where d.canon = canonical and d.canon <> d.id and r.at > as_of)
$$;

-- All names of these datasets then, their own among them, and the one that stood for all.
drop function names_of;
create function names_of(datasets integer[], as_of timestamptz)
returns table (dataset integer, name integer, canon integer)
language sql stable
as $$
  select i.id, n.id, c.canon
  from unnest(datasets) as i (id)
    cross join lateral (select canon from dataset where id = i.id offset 0) as c
    cross join lateral (
      select c.canon as id
      union all select d.id from dataset d where d.canon = c.canon and d.canon <> d.id offset 0) as n
  where not exists (select from rename where at > as_of) or not renamed_since(c.canon, as_of)
  union all
  select n.dataset, n.name, n.canon
  from names_then(array(
      select d.canon from dataset d
      where d.id = any (datasets) and renamed_since(d.canon, as_of)), as_of) as n
  where exists (select from rename where at > as_of) and n.dataset = any (datasets)
$$;
