-- API keys. The secret is never here, only its hash; revoked keys stay, so that an ID is not reused.

-- name: find_key
-- Asked at the door for each key that was not seen for some seconds.
select id, hash, scopes, namespaces from api_key where id = $1 and revoked_at is null;

-- name: list_keys
-- The newest last, as a person reads a list in a terminal.
select id, name, scopes, namespaces, created_at, revoked_at
from api_key
order by created_at, id;

-- name: insert_key
-- In one transaction with its entry in the log.
insert into api_key (id, hash, name, scopes, namespaces, created_at)
values ($1, $2, $3, $4, $5, now());

-- name: revoke_key
-- Once only: a second time answers no row, so that the log gets one entry.
update api_key set revoked_at = now() where id = $1 and revoked_at is null
returning id;
