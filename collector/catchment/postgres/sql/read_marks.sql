-- name: any_deleted
-- Most databases have no delete at all, and then nobody needs to look for them.
select exists (select from deletion);

-- name: tag_marks
-- What people tagged, of some nodes, as it stood then: the latest word on each tag under each name.
select distinct on (key, field, tag) key, field, tag, given, seq from tag_mark
where key = any($1::uuid[]) and at <= $2
order by key, field, tag, seq desc;

-- name: tags_described
-- What people said of tags; the latest word counts.
select distinct on (name) name, description from tag_note order by name, seq desc;

-- name: tags_given
-- Every tag that a person ever gave to something.
select distinct tag from tag_mark where given;

-- name: tag_facets
-- The facets that tag something, by id: bodies are read once by whoever asks.
select id from facet where name = 'tags' and not deleted;

-- name: tag_bodies
-- Of those that were not read yet.
select id, body from facet where id = any($1::integer[]);
