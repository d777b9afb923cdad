-- The event log, and the graph that follows from it.
--
-- Three families of tables:
--   the log        head, batch, event, event_body, event_problem, dead_letter, control
--   the contents   facet, bag, io_set (+ io_member, io_pair), colset: content-addressed, insert-only,
--                  written once however many runs share them
--   the graph      namespace, job, dataset, run (+ run_job), sighting, edge, ...
-- Natural keys are 128-bit hashes of length-prefixed names (uuid columns); int ids join rows and are
-- visible nowhere. Ids come in blocks of 1,000; but for runs and batches, one is unique over all
-- tables (so `seen` and `bag_use` need not say of what kind an entity is).

create sequence row_id as bigint increment by 1000 minvalue 1 start 1;
create sequence run_id as bigint increment by 1000 minvalue 1 start 1;
create sequence batch_id as bigint;

-- ── the log ────────────────────────────────────────────────────────────────────────────────────

-- One row. Every batch takes it last and holds it to COMMIT, so `seq` is dense and `logged_at`
-- never runs backwards. `graph_epoch`: what exists in processes' caches belongs to one epoch.
create table head (
  one boolean primary key default true check (one),
  n bigint not null,
  logged_at timestamptz not null,
  graph_epoch integer not null,
  alias_epoch integer not null,
  rules integer not null
) with (fillfactor = 10);
insert into head values (true, 0, 'epoch', 0, 0, 1);

create table batch (
  id bigint primary key,
  first_seq bigint not null,
  entries integer not null,
  logged_at timestamptz not null,
  received_at timestamptz not null
);

-- The narrow log: one row an entry, never dropped. `key` = 48-bit eventTime ms, 80-bit body hash:
-- time first, because a unique index on a random hash costs ten times the WAL. Null for entries
-- that are not events. `batch`, `n` find the body. `kind`: 0 event, 1 dead letter, 2.. control.
create table event (
  seq bigint primary key,
  key uuid,
  batch bigint not null,
  at timestamptz,
  run bigint,
  n integer not null,
  job integer,
  dataset integer,
  kind smallint not null,
  source smallint not null,
  type smallint,
  sha256 bytea not null
);
create unique index event_key on event (key) where key is not null;

-- Bodies of a batch, up to 32 events or 256 KiB a row: zstd over a msgpack array of byte strings.
-- `n` is the number of the first one in the blob; `dict` the zstd dictionary (0: none).
create table event_body (
  batch bigint not null,
  n integer not null,
  dict smallint not null,
  bodies bytea not null,
  primary key (batch, n)
) partition by range (batch);
create table event_body_default partition of event_body default;
alter table event_body_default alter column bodies set storage external;

create table event_problem (
  batch bigint not null,
  n integer not null,
  problems jsonb not null,
  primary key (batch, n)
);

create table dead_letter (
  sha256 bytea primary key,
  seq bigint not null unique,
  count bigint not null,
  source smallint not null,
  reason text not null,
  detail jsonb not null,
  body bytea not null
);

create table control (
  seq bigint primary key,
  at timestamptz not null,
  body jsonb not null
);

-- ── the contents ───────────────────────────────────────────────────────────────────────────────

-- `hash` is over name and canonical body.
create table facet (
  id integer primary key,
  hash uuid not null unique,
  deleted boolean not null,
  name text not null,
  body bytea not null
);

-- A set of facets of one entity, at most one of a name, in the order of the names.
create table bag (
  id integer primary key,
  hash uuid not null unique,
  facets integer[] not null
);

-- What column mapping one (output, input) pair has; body: canonical JSON.
create table colset (
  id integer primary key,
  hash uuid not null unique,
  body bytea not null
);

-- The distinct input/output sets of a job's runs and declarations, with their pairs.
-- `explicit`: a lineage facet was there, so inputs x outputs is no evidence.
create table io_set (
  id integer primary key,
  job integer not null,
  hash uuid not null unique,
  explicit boolean not null
);
create index io_set_job on io_set (job);

-- dir: 'i' read, 'o' written. `named`: in inputs[] or outputs[]; false: only a pair names it.
create table io_member (
  dataset integer not null,
  io_set integer not null,
  dir "char" not null,
  named boolean not null,
  primary key (dataset, dir, io_set)
);
create index io_member_set on io_member (io_set, dir) include (dataset, named);

-- Pairs that a facet states. basis: 1 explicit, 2 column (edge.basis has the same numbers).
create table io_pair (
  io_set integer not null,
  output integer not null,
  input integer not null,
  colset integer,
  basis smallint not null,
  primary key (io_set, output, input, basis)
);
create index io_pair_input on io_pair (input, io_set);

-- ── the graph ──────────────────────────────────────────────────────────────────────────────────

create table namespace (
  id integer primary key,
  key uuid not null unique,
  first_at timestamptz not null,
  name text not null
);

create table job (
  id integer primary key,
  namespace integer not null,
  key uuid not null unique,
  first_at timestamptz not null,
  name text not null
);
create index job_name on job (namespace, left(name, 256) collate "C", key);

-- `canon`: the dataset that stands for this one today (itself, unless an alias says otherwise).
create table dataset (
  id integer primary key,
  namespace integer not null,
  canon integer not null,
  key uuid not null unique,
  first_at timestamptz not null,
  name text not null
);
create index dataset_name on dataset (namespace, left(name, 256) collate "C", key);
create index dataset_alias on dataset (canon) where canon <> id;

-- The latest eventTime that names a namespace, job or dataset. Apart from those rows because it
-- moves with every batch; written only while the head row is held, so writers cannot deadlock.
create table seen (
  entity integer primary key,
  last_at timestamptz not null
) with (fillfactor = 50);

-- One row a run: its fold (what all its events say, merged), and what follows from the fold.
-- state: 0 NEW, 1 RUNNING, 2 COMPLETED, 3 ABORTED, 4 FAILED. `bad`: ABORTED or FAILED.
-- first_at, last_at: its own events (of a stub: the earliest event that names it).
create table run (
  id bigint primary key,
  uuid uuid not null unique,
  first_at timestamptz not null,
  last_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  nominal_start timestamptz,
  nominal_end timestamptz,
  parent bigint,
  root bigint,
  job integer,
  io_set integer,
  job_bag integer,
  job_version integer,
  state smallint not null,
  bad boolean not null,
  flags smallint not null,
  fold bytea not null
);
create index run_job_started on run (job, started_at desc nulls last, uuid);
create index run_job_ended on run (job, ended_at desc) include (io_set) where state = 2;
create index run_job_bag on run (job, job_bag, first_at desc);
create index run_io_set on run (io_set, bad, first_at) include (ended_at);
create index run_parent on run (parent) where parent is not null;

-- A run whose events came under a second job: that job's own share.
create table run_job (
  run bigint not null,
  job integer not null,
  io_set integer not null,
  job_bag integer,
  first_at timestamptz not null,
  ended_at timestamptz,
  state smallint not null,
  bad boolean not null,
  primary key (run, job)
);
create index run_job_set on run_job (io_set, bad, first_at) include (ended_at);
create index run_job_job on run_job (job);

-- History at run grain: this run read ('i') or wrote ('o') the dataset and showed this bag of slow
-- facets; or it was declared so ('d', run null; entity may be a job). at: see docs/reference/meaning.md.
-- No primary key: the row lock of the run guards it, and the fold knows what stands here.
create table sighting (
  run bigint,
  at timestamptz not null,
  entity integer not null,
  bag integer not null,
  dir "char" not null
);
create index sighting_entity on sighting (entity, dir, bag, at desc, run);
create unique index sighting_declared on sighting (entity, bag, at) where run is null;

-- Which bags an entity was ever seen with ('j': a job, by its runs); one probe each finds the latest.
create table bag_use (
  entity integer not null,
  bag integer not null,
  dir "char" not null,
  primary key (entity, dir, bag)
);

-- Versions that a `version` facet names on an output; derived ones need no row.
create table named_version (
  dataset integer not null,
  run bigint not null,
  hash uuid not null,
  version text not null,
  primary key (dataset, hash, run)
);

create table job_version (
  id integer primary key,
  job integer not null,
  hash uuid not null unique
);

-- First sights. basis: 0 named in inputs/outputs, 1 explicit, 2 column, 3 declared.
-- Rows of 1, 2 and 3 are candidates: a live io_set or the latest declaration must still show them.
create table edge (
  job integer not null,
  dataset integer not null,
  dir "char" not null,
  basis smallint not null,
  first_at timestamptz not null,
  primary key (job, dataset, dir, basis)
);

-- What JobEvents say of a job's inputs and outputs; the latest that fills a direction wins.
create table declared (
  job integer not null,
  at timestamptz not null,
  hash uuid not null,
  io_set integer not null,
  fills_in boolean not null,
  fills_out boolean not null,
  primary key (job, at, hash)
);
create index declared_set on declared (io_set);

-- Data flow and control dependencies between jobs. kind: 0 flow, 1 control.
create table job_edge (
  origin integer not null,
  destination integer not null,
  kind smallint not null,
  first_at timestamptz not null,
  primary key (origin, destination, kind)
);

-- Evidence that two names are one dataset; dataset.canon follows from these.
create table alias (
  a integer not null,
  b integer not null,
  rule text not null,
  evidence text not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  run bigint,
  primary key (a, b, rule, evidence)
);

-- ── keys ───────────────────────────────────────────────────────────────────────────────────────

-- API keys: only the hash is kept. scopes: ingest, read, raw, admin; namespaces: globs.
create table api_key (
  id text primary key,
  hash bytea not null,
  name text not null,
  scopes text[] not null,
  namespaces text[] not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
