-- Search: names by how they begin and by what is in them, and what facets say of jobs and datasets.
-- Nothing of it is written when nothing new is named. See docs/adr/0004-search.md.

-- Trigrams. Since PostgreSQL 13 whoever may create things in a database may add this extension.
create extension if not exists pg_trgm;

-- What is indexed of a text: small letters and digits, one space between words and one before them. What
-- ASCII has no letter for stands as the digits of its bytes, so that it is indexed whatever the locale of
-- the server takes for a letter. What is found so is then compared with the text itself.
create function search_form(given text) returns text
language sql immutable strict parallel safe as $$
  select ' ' || trim(regexp_replace(
    replace(encode(convert_to(lower(left(given, 65536)), 'UTF8'), 'escape'), '\', ''),
    '[^a-z0-9]+', ' ', 'g'))
$$;

alter table job add column form text not null generated always as (search_form(name)) stored;
alter table dataset add column form text not null generated always as (search_form(name)) stored;
-- A small pending list: a search reads all of it, and a batch of new names fills it in one go.
create index job_form on job using gin (form gin_trgm_ops) with (gin_pending_list_limit = 256);
create index dataset_form on dataset using gin (form gin_trgm_ops) with (gin_pending_list_limit = 256);
-- How a name begins, in any namespace. The key makes the order the same whoever came first.
create index job_begins on job (left(lower(name), 256) collate "C", key);
create index dataset_begins on dataset (left(lower(name), 256) collate "C", key);

-- Jobs and datasets alike.
create view named as
  select id, true as is_job, namespace, key, first_at, name, form from job
  union all
  select id, false, namespace, key, first_at, name, form from dataset;

-- How well a name fits: 0 it is what is asked for, 1 it begins so, 2 each word begins a word of it,
-- 3 each word is in it.
create function search_rank(name text, form text, asked text, begins text[]) returns integer
language sql immutable parallel safe as $$
  select case
    when lower(name) = asked then 0
    when starts_with(lower(name), asked) then 1
    when form like all (begins) then 2
    else 3 end
$$;

-- The words of a facet that is searched: columns and what is said of them, a description, tags. Null for
-- other facets, for those of more than 128 KiB, and where the database's JSON cannot hold what it says.
create function facet_form(facet text, body bytea) returns text
language plpgsql immutable strict parallel safe as $$
begin
  -- Taking JSON apart here takes more than in proportion to its size, and a batch waits for it.
  if facet not in ('schema', 'documentation', 'tags') or octet_length(body) > 131072 then
    return null;
  end if;
  return (
    select search_form(string_agg(distinct value #>> '{}', ' '))
    from jsonb_path_query(convert_from(body, 'UTF8')::jsonb, '
      $.** ? (@.type() == "object").keyvalue() ? (@.key == "name" || @.key == "description"
        || @.key == "key" || @.key == "value").value ? (@.type() == "string")') as value);
exception when others then
  return null;
end
$$;

alter table facet add column form text generated always as (facet_form(name, body)) stored;
create index facet_form on facet using gin (form gin_trgm_ops) with (gin_pending_list_limit = 256)
  where form is not null;
-- In the order of the hash, which is as good as none, where many facets have a word.
create index facet_searched on facet (hash) where form is not null;

-- Which jobs and datasets ever had a facet that is searched. It follows from bag_use and is insert-only
-- as that is. `key` is the entity's, so that the first of many are the same whoever came first.
create table mention (
  facet integer not null,
  entity integer not null,
  key uuid not null,
  primary key (facet, key)
);
create index mention_entity on mention (entity);
insert into mention (facet, entity, key)
select distinct f.id, u.entity, e.key
from bag_use u join bag b on b.id = u.bag cross join unnest(b.facets) as m (id)
join facet f on f.id = m.id and f.form is not null
join named e on e.id = u.entity;
