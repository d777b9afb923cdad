-- The record of which migrations a schema has seen.

-- name: migration_table_exists
-- A database that was never migrated has no table, which is no error; only our own schema counts.
select to_regclass('schema_migration') is not null;

-- name: create_migration_table
-- The record is made by the runner, not by a migration, for the first one must be recorded too.
create table if not exists schema_migration (
  version integer primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default clock_timestamp()
);

-- name: lock_migrations
-- One runner at a time; whoever waited finds the other's work recorded. Goes with the transaction.
select pg_advisory_xact_lock(1667331432);

-- name: applied_migrations
-- In the order in which they were applied, which is the order of their numbers.
select version, name, checksum from schema_migration order by version;

-- name: record_migration
-- In the migration's own transaction: both happen or neither.
insert into schema_migration (version, name, checksum) values ($1, $2, $3);
