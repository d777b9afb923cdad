-- Names and facets by what is in them. Few names are looked through one by one. Of many, a sample says
-- whether words are common: what is rare is found by trigrams, what is common by looking at names in the
-- order of their keys until there are enough. See docs/adr/0004-search.md.
--
-- Of parameters, `literals` are words as patterns over small letters, `forms` the same as patterns over
-- forms; `spaces` are ids of namespaces, null for any; `since` and `till` bound when it was named last.

-- name: search_words
-- Words as the database writes them small, because its locale decides what a letter is.
select lower(word) as literal, trim(search_form(word)) as form from unnest($1::text[]) as w (word);

-- name: search_spaces
-- All namespaces with their ids; which of them a caller sees is decided by name.
select id, name from namespace;

-- name: search_extent
-- How many names there are, up to a bound, and how many blocks hold all of them.
select (select count(*) from (select id from named limit $1) as counted) as names,
  pg_relation_size('job') / 8192 as job_blocks, pg_relation_size('dataset') / 8192 as dataset_blocks,
  pg_relation_size('facet') / 8192 as facet_blocks;

-- name: search_extent_of_spaces
-- The same of some namespaces.
select (
    select count(*) from (
      select e.id from unnest($2::integer[]) as n (id)
      cross join lateral (select id from named where namespace = n.id limit $1) as e
      limit $1) as counted
  ) as names, pg_relation_size('job') / 8192 as job_blocks,
  pg_relation_size('dataset') / 8192 as dataset_blocks,
  pg_relation_size('facet') / 8192 as facet_blocks;

-- name: search_few
-- Every name of some namespaces, the best first.
-- $1 literals, $2 forms, $3 asked, $4 begins, $5 is_job, $6 spaces, $7 since, $8 till, $9 limit
select e.id, e.is_job, e.rank
from (select id from namespace where $6::integer[] is null or id = any ($6)) as n
cross join lateral (
  select id, is_job, key, search_rank(name, form, $3, $4) as rank,
    left(name, 256) collate "C" as place
  from named e cross join lateral gone_since(e.id, e.key, e.namespace, e.first_at) as gone
  where namespace = n.id and is_job = any ($5::boolean[])
    and lower(name) like all ($1::text[]) and form like all ($2::text[])
    and ($7::timestamptz is null or exists (
      select from seen s where s.entity = e.id and s.last_at between $7 and $8))
    and gone.at is null
) as e
order by e.rank, e.place, e.key limit $9;

-- name: search_beginning
-- Names that begin as asked, along the index: what is asked for itself comes first of them.
-- $1 asked, $2 is_job, $3 spaces, $4 since, $5 till, $6 examined, $7 limit
select id, is_job, search_rank(name, form, $1, '{}') as rank
from (
  select *, left(lower(name), 256) collate "C" as place from named
  where left(lower(name), 256) collate "C" >= left($1::text, 256)
    and left(lower(name), 256) collate "C" < left($1::text, 256) || U&'\+10FFFF'
    and is_job = any ($2::boolean[])
  order by left(lower(name), 256) collate "C", key limit $6) as e
  cross join lateral gone_since(e.id, e.key, e.namespace, e.first_at) as gone
where starts_with(lower(name), $1) and ($3::integer[] is null or namespace = any ($3))
  and ($4::timestamptz is null or exists (
    select from seen s where s.entity = e.id and s.last_at between $4 and $5))
  and gone.at is null
order by place, key limit $7;

-- name: search_sample
-- Of some blocks of each table, how many names have what: 0 all words inside, 1 all words at beginnings,
-- from 2 on each of the patterns by itself.
-- $1 forms inside, $2 forms at the beginning, $3 patterns, $4 and $5 percent of the blocks of the tables
with sampled as materialized (
  select true as is_job, form from job tablesample system ($4)
  union all
  select false, form from dataset tablesample system ($5)
)
select 0 as what, is_job, count(*) as hits from sampled where form like all ($1::text[])
group by is_job
union all
select 1, is_job, count(*) from sampled where form like all ($2::text[]) group by is_job
union all
select 1 + p.n, is_job, count(*)
from sampled join unnest($3::text[]) with ordinality as p (pattern, n) on form like p.pattern
group by p.n, is_job;

-- name: search_common
-- Names with common words, in the order of keys; no more than $9 are looked at.
-- $1 literals, $2 forms, $3 asked, $4 begins, $5 is_job, $6 spaces, $7 since, $8 till, $9 examined,
-- $10 limit
select id, is_job, search_rank(name, form, $3, $4) as rank
from (
  select * from named where is_job = any ($5::boolean[]) order by key limit $9) as e
  cross join lateral gone_since(e.id, e.key, e.namespace, e.first_at) as gone
where lower(name) like all ($1::text[]) and form like all ($2::text[])
  and ($6::integer[] is null or namespace = any ($6))
  and ($7::timestamptz is null or exists (
      select from seen s where s.entity = e.id and s.last_at between $7 and $8))
  and gone.at is null
order by key limit $10;

-- name: search_rare
-- Names with rare words, by trigrams, the best first. Of more than $12 those whose keys come first, as
-- search_common picks them.
-- $1 literals, $2 forms, $3 asked, $4 begins, $5 is_job, $6 spaces, $7 since, $8 till,
-- $9 to $11 the forms that are looked up
with hits as materialized (
  select id, is_job, key, search_rank(name, form, $3, $4) as rank,
    left(name, 256) collate "C" as place
  from named e cross join lateral gone_since(e.id, e.key, e.namespace, e.first_at) as gone
  where form like $9 and form like $10 and form like $11 and is_job = any ($5::boolean[])
    and lower(name) like all ($1::text[]) and form like all ($2::text[])
    and ($6::integer[] is null or namespace = any ($6))
    and ($7::timestamptz is null or exists (
      select from seen s where s.entity = e.id and s.last_at between $7 and $8))
    and gone.at is null
)
select id, is_job, rank from hits
order by rank, case when (select count(*) from hits) <= $12 then place end, key limit $13;

-- name: search_facet_sample
-- Of some blocks, how many facets have all words (0), and each of the patterns by itself (from 1 on).
with sampled as materialized (select form from facet tablesample system ($3) where form is not null)
select 0 as what, count(*) as hits from sampled where form like all ($1::text[])
union all
select p.n, count(*)
from sampled join unnest($2::text[]) with ordinality as p (pattern, n) on form like p.pattern
group by p.n;

-- name: search_facets_common
-- Facets with common words, in the order of hashes; no more than $2 are looked at.
select id from (
  select id, hash, form from facet where form is not null order by hash limit $2) as f
where form like all ($1::text[]) order by hash limit $3;

-- name: search_facets_rare
-- Facets with rare words, by trigrams; $1 all words, $2 to $4 the patterns that are looked up.
select id from facet
where form like $2 and form like $3 and form like $4 and form like all ($1::text[])
order by hash limit $5;

-- name: search_mentions
-- Who ever had one of these facets, in the order of keys. No more than $6 rows of a facet are looked at,
-- and of what they name only as many as are wanted.
-- $1 facets, $2 is_job, $3 spaces, $4 since, $5 till, $6 examined, $7 limit
select e.id, e.is_job
from (
  select distinct on (m.key) m.key, m.entity
  from unnest($1::integer[]) as f (id) cross join lateral (
    select key, entity from mention where facet = f.id order by key limit $6) as m
  order by m.key) as m
cross join lateral (select * from named where id = m.entity offset 0) as e
cross join lateral gone_since(e.id, e.key, e.namespace, e.first_at) as gone
where e.is_job = any ($2::boolean[]) and ($3::integer[] is null or e.namespace = any ($3))
  and ($4::timestamptz is null or exists (
      select from seen s where s.entity = e.id and s.last_at between $4 and $5))
  and gone.at is null
order by m.key limit $7;

-- name: search_marks
-- Who ever got a tag with all words from a person, in the order of keys; such tags are few.
-- $1 literals, $2 is_job, $3 spaces, $4 since, $5 till, $6 limit
select distinct on (e.key) e.id, e.is_job
from tag_mark m join named e on e.key = m.key
  cross join lateral gone_since(e.id, e.key, e.namespace, e.first_at) as gone
where m.given and lower(m.tag) like all ($1::text[])
  and e.is_job = any ($2::boolean[]) and ($3::integer[] is null or e.namespace = any ($3))
  and ($4::timestamptz is null or exists (
      select from seen s where s.entity = e.id and s.last_at between $4 and $5))
  and gone.at is null
order by e.key limit $6;

-- name: search_described_few
-- Who ever had a facet with all words, of some names that are few: from the names to their facets, so that
-- nobody else's facets stand before theirs.
-- $1 forms inside, $2 is_job, $3 spaces, $4 since, $5 till, $6 limit
select distinct on (e.key) e.id, e.is_job
from (select id from namespace where $3::integer[] is null or id = any ($3)) as n
  cross join lateral (select * from named where namespace = n.id offset 0) as e
  cross join lateral (select facet from mention where entity = e.id offset 0) as m
  cross join lateral (select form from facet where id = m.facet offset 0) as f
  cross join lateral gone_since(e.id, e.key, e.namespace, e.first_at) as gone
where f.form like all ($1::text[]) and e.is_job = any ($2::boolean[])
  and ($4::timestamptz is null or exists (
      select from seen s where s.entity = e.id and s.last_at between $4 and $5))
  and gone.at is null
order by e.key limit $6;
