-- What we ask of a server itself, not of our tables.

-- name: server_facts
-- Whatever could make an acknowledgement worth less than it says is asked once, at start.
select
  current_setting('server_version_num') as version,
  current_setting('server_encoding') as encoding,
  current_setting('fsync') as fsync,
  current_setting('synchronous_commit') as synchronous_commit;

-- name: database_exists
-- `create database` has no "if not exists".
select exists (select from pg_database where datname = $1);

-- name: create_database
-- template0, so that nothing a person put into template1 gets in our way.
create database catchment template template0 encoding 'UTF8';
