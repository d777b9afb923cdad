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

-- When a node went, if it is gone: by the earliest delete of it, or of its namespace, since an event last
-- named it. The one place that says so. In a query's `from` Postgres makes it a part of that query.
create function gone_since(entity integer, key uuid, namespace integer, first_at timestamptz)
returns table (at timestamptz)
language sql stable as $$
  select min(x.at) from deletion x
  where x.key in (gone_since.key, (select s.key from namespace s where s.id = gone_since.namespace))
    and x.at >= coalesce(
      (select s.last_at from seen s where s.entity = gone_since.entity), gone_since.first_at)
$$;

-- Of these jobs and datasets those that were not gone then.
create function present(nodes integer[], as_of timestamptz) returns integer[]
language sql stable as $$
  select array_agg(n.id) from (
    select id, key, namespace, first_at from job where id = any (nodes)
    union all
    select id, key, namespace, first_at from dataset where id = any (nodes)
  ) as n cross join lateral gone_since(n.id, n.key, n.namespace, n.first_at) as gone
  where gone.at is null or gone.at > as_of
$$;

-- The namespace of that name, unless it is deleted and nothing was named in it since: then all that it
-- has is gone, and nobody needs to look at each.
create function living_namespace(wanted text) returns integer
language sql stable as $$
  select n.id from namespace n left join seen s on s.entity = n.id
  where n.name = wanted and not exists (
    select from deletion x where x.key = n.key and x.at >= coalesce(s.last_at, n.first_at))
$$;
