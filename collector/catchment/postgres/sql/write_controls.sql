-- name: insert_control
-- What a person changed, in the order of the log.
insert into control (seq, at, body) values ($1, $2, $3::jsonb);

-- name: insert_deletion
-- By natural key: whatever comes to light later of a time before this is gone as well.
insert into deletion (key, seq, at) values ($1, $2, $3);

-- name: insert_tag_mark
-- Given or taken; which holds is asked when it is asked.
insert into tag_mark (key, seq, at, given, field, tag) values ($1, $2, $3, $4, $5, $6);

-- name: insert_tag_note
-- What a tag means.
insert into tag_note (seq, at, name, description) values ($1, $2, $3, $4);

-- name: insert_namespace_note
-- Whose a namespace is, and what it is for.
insert into namespace_note (key, seq, at, name, owner, description)
values ($1, $2, $3, $4, $5, $6);

-- name: insert_source_note
-- What a person says of a source of data, beside what datasets say.
insert into source_note (key, seq, at, name, type, url, description)
values ($1, $2, $3, $4, $5, $6, $7);
