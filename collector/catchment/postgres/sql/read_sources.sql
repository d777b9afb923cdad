-- name: list_sources
-- Sources by name, of all namespaces or of those that a caller sees ($3). Of several URIs that were shown
-- under one name the latest is it; only people say type and description, and of them the last word is. A database has hundreds.
select name, min(first_at) as first_at, max(last_at) as last_at,
  (array_agg(uri order by last_at desc, uri desc) filter (where uri <> ''))[1] as uri,
  max(type) as type, max(description) as description
from source_said
where $3::text[] is null or namespace = any($3::text[])
group by name order by name collate "C" limit $1 offset $2;

-- name: one_source
-- The same of one name, without a look at the others.
select name, min(first_at) as first_at, max(last_at) as last_at,
  (array_agg(uri order by last_at desc, uri desc) filter (where uri <> ''))[1] as uri,
  max(type) as type, max(description) as description
from source_said
where name = $1 and ($2::text[] is null or namespace = any($2::text[]))
group by name;
