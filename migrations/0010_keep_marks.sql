-- What people say of names through the API: deletes, tags, and a few words about namespaces and sources.
-- Each row is the effect of one control entry of the log (`seq`); all are kept, the latest holds, so
-- that yesterday can still be asked for. Names are found by their natural keys: a mark may come
-- before anything that it is about, and holds all the same.
create table deletion (
  key uuid not null,
  seq bigint not null,
  at timestamptz not null,
  primary key (key, seq)
);

-- A tag given to, or taken from, a dataset, a job or (by its dotted path) a column of a dataset.
create table tag_mark (
  key uuid not null,
  seq bigint not null,
  at timestamptz not null,
  given boolean not null,
  field text,
  tag text not null,
  primary key (key, seq)
);

create table tag_note (
  seq bigint primary key,
  at timestamptz not null,
  name text not null,
  description text
);

create table namespace_note (
  key uuid not null,
  seq bigint not null,
  at timestamptz not null,
  name text not null,
  owner text,
  description text,
  primary key (key, seq)
);

create table source_note (
  key uuid not null,
  seq bigint not null,
  at timestamptz not null,
  name text not null,
  type text,
  url text,
  description text,
  primary key (key, seq)
);

-- The list of all tags reads what was emitted, too: few of the facets are of this name.
create index facet_tags on facet (id) where name = 'tags';

-- Of these jobs and datasets those that were not gone then: deleted, or with their namespace, and not
-- named since by any event of a later time.
create function present(nodes integer[], as_of timestamptz) returns integer[]
language sql stable as $$
  select array_agg(n.id) from (
    select j.id, j.key, s.key as space, j.first_at
    from job j join namespace s on s.id = j.namespace where j.id = any (nodes)
    union all
    select d.id, d.key, s.key, d.first_at
    from dataset d join namespace s on s.id = d.namespace where d.id = any (nodes)
  ) as n left join seen on seen.entity = n.id
  where not exists (select from deletion x
    where x.key in (n.key, n.space) and x.at <= as_of
      and x.at >= coalesce(seen.last_at, n.first_at))
$$;

-- All jobs and datasets that are gone today: from the few deletes, not from the many names.
create view gone as
  with dead as (select key, max(at) as at from deletion group by key)
  select j.id, j.namespace, true as is_job
  from dead x join job j on j.key = x.key left join seen on seen.entity = j.id
  where x.at >= coalesce(seen.last_at, j.first_at)
  union
  select j.id, j.namespace, true
  from dead x join namespace s on s.key = x.key join job j on j.namespace = s.id
    left join seen on seen.entity = j.id
  where x.at >= coalesce(seen.last_at, j.first_at)
  union
  select d.id, d.namespace, false
  from dead x join dataset d on d.key = x.key left join seen on seen.entity = d.id
  where x.at >= coalesce(seen.last_at, d.first_at)
  union
  select d.id, d.namespace, false
  from dead x join namespace s on s.key = x.key join dataset d on d.namespace = s.id
    left join seen on seen.entity = d.id
  where x.at >= coalesce(seen.last_at, d.first_at);
