-- Today's schema, for reading. Generated from the migrations by `make schema`; do not edit.

create sequence batch_id as bigint start 1 increment 1 minvalue 1 maxvalue 9223372036854775807 cache 1;
create sequence row_id as bigint start 1 increment 1000 minvalue 1 maxvalue 9223372036854775807 cache 1;
create sequence run_id as bigint start 1 increment 1000 minvalue 1 maxvalue 9223372036854775807 cache 1;

create table alias (
  a integer not null,
  b integer not null,
  rule text not null,
  evidence text not null,
  from_at timestamp with time zone not null,
  to_at timestamp with time zone not null,
  run bigint,
  constraint alias_pkey PRIMARY KEY (a, b, rule, evidence)
);

create table api_key (
  id text not null,
  hash bytea not null,
  name text not null,
  scopes text[] not null,
  namespaces text[] not null,
  created_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint api_key_pkey PRIMARY KEY (id)
);

create table bag (
  id integer not null,
  hash uuid not null,
  facets integer[] not null,
  constraint bag_pkey PRIMARY KEY (id),
  constraint bag_hash_key UNIQUE (hash)
);

create table bag_use (
  entity integer not null,
  bag integer not null,
  dir "char" not null,
  constraint bag_use_pkey PRIMARY KEY (entity, dir, bag)
);

create table batch (
  id bigint not null,
  first_seq bigint not null,
  entries integer not null,
  logged_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  constraint batch_pkey PRIMARY KEY (id)
);

create table colset (
  id integer not null,
  hash uuid not null,
  body bytea not null,
  constraint colset_pkey PRIMARY KEY (id),
  constraint colset_hash_key UNIQUE (hash)
);

create table control (
  seq bigint not null,
  at timestamp with time zone not null,
  body jsonb not null,
  constraint control_pkey PRIMARY KEY (seq)
);

create table dataset (
  id integer not null,
  namespace integer not null,
  canon integer not null,
  key uuid not null,
  first_at timestamp with time zone not null,
  name text not null,
  constraint dataset_pkey PRIMARY KEY (id),
  constraint dataset_key_key UNIQUE (key)
);

create table dead_letter (
  sha256 bytea not null,
  seq bigint not null,
  count bigint not null,
  source smallint not null,
  reason text not null,
  detail jsonb not null,
  body bytea not null,
  constraint dead_letter_pkey PRIMARY KEY (sha256),
  constraint dead_letter_seq_key UNIQUE (seq)
);

create table declared (
  job integer not null,
  at timestamp with time zone not null,
  hash uuid not null,
  io_set integer not null,
  fills_in boolean not null,
  fills_out boolean not null,
  constraint declared_pkey PRIMARY KEY (job, at, hash)
);

create table edge (
  job integer not null,
  dataset integer not null,
  dir "char" not null,
  basis smallint not null,
  first_at timestamp with time zone not null,
  constraint edge_pkey PRIMARY KEY (job, dataset, dir, basis)
);

create table event (
  seq bigint not null,
  key uuid,
  batch bigint not null,
  at timestamp with time zone,
  run bigint,
  n integer not null,
  job integer,
  dataset integer,
  kind smallint not null,
  source smallint not null,
  type smallint,
  sha256 bytea not null,
  constraint event_pkey PRIMARY KEY (seq)
);

create table event_body (
  batch bigint not null,
  n integer not null,
  dict smallint not null,
  bodies bytea not null,
  constraint event_body_pkey PRIMARY KEY (batch, n)
) partition by RANGE (batch);

create table event_problem (
  batch bigint not null,
  n integer not null,
  problems jsonb not null,
  constraint event_problem_pkey PRIMARY KEY (batch, n)
);

create table facet (
  id integer not null,
  hash uuid not null,
  deleted boolean not null,
  name text not null,
  body bytea not null,
  constraint facet_pkey PRIMARY KEY (id),
  constraint facet_hash_key UNIQUE (hash)
);

create table head (
  one boolean default true not null,
  n bigint not null,
  logged_at timestamp with time zone not null,
  graph_epoch integer not null,
  alias_epoch integer not null,
  rules integer not null,
  constraint head_pkey PRIMARY KEY (one),
  constraint head_one_check CHECK (one)
) with (fillfactor=10);

create table io_member (
  dataset integer not null,
  io_set integer not null,
  dir "char" not null,
  named boolean not null,
  constraint io_member_pkey PRIMARY KEY (dataset, dir, io_set)
);

create table io_pair (
  io_set integer not null,
  output integer not null,
  input integer not null,
  colset integer,
  basis smallint not null,
  constraint io_pair_pkey PRIMARY KEY (io_set, output, input, basis)
);

create table io_set (
  id integer not null,
  job integer not null,
  hash uuid not null,
  explicit boolean not null,
  constraint io_set_pkey PRIMARY KEY (id),
  constraint io_set_hash_key UNIQUE (hash)
);

create table job (
  id integer not null,
  namespace integer not null,
  key uuid not null,
  first_at timestamp with time zone not null,
  name text not null,
  constraint job_pkey PRIMARY KEY (id),
  constraint job_key_key UNIQUE (key)
);

create table job_edge (
  origin integer not null,
  destination integer not null,
  kind smallint not null,
  first_at timestamp with time zone not null,
  constraint job_edge_pkey PRIMARY KEY (origin, destination, kind)
);

create table job_version (
  id integer not null,
  job integer not null,
  hash uuid not null,
  constraint job_version_pkey PRIMARY KEY (id),
  constraint job_version_hash_key UNIQUE (hash)
);

create table named_version (
  dataset integer not null,
  run bigint not null,
  hash uuid not null,
  version text not null,
  constraint named_version_pkey PRIMARY KEY (dataset, hash, run)
);

create table namespace (
  id integer not null,
  key uuid not null,
  first_at timestamp with time zone not null,
  name text not null,
  constraint namespace_pkey PRIMARY KEY (id),
  constraint namespace_key_key UNIQUE (key)
);

create table run (
  id bigint not null,
  uuid uuid not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  nominal_start timestamp with time zone,
  nominal_end timestamp with time zone,
  parent bigint,
  root bigint,
  job integer,
  io_set integer,
  job_bag integer,
  job_version integer,
  state smallint not null,
  bad boolean not null,
  flags smallint not null,
  fold bytea not null,
  constraint run_pkey PRIMARY KEY (id),
  constraint run_uuid_key UNIQUE (uuid)
);

create table run_job (
  run bigint not null,
  job integer not null,
  io_set integer not null,
  job_bag integer,
  first_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  state smallint not null,
  bad boolean not null,
  constraint run_job_pkey PRIMARY KEY (run, job)
);

create table seen (
  entity integer not null,
  last_at timestamp with time zone not null,
  constraint seen_pkey PRIMARY KEY (entity)
) with (fillfactor=50);

create table sighting (
  run bigint,
  at timestamp with time zone not null,
  entity integer not null,
  bag integer not null,
  dir "char" not null
);

create table event_body_default partition of event_body DEFAULT;

CREATE INDEX dataset_alias ON public.dataset USING btree (canon) WHERE (canon <> id);
CREATE INDEX dataset_name ON public.dataset USING btree (namespace, "left"(name, 256) COLLATE "C", key);
CREATE INDEX declared_set ON public.declared USING btree (io_set);
CREATE UNIQUE INDEX event_key ON public.event USING btree (key) WHERE (key IS NOT NULL);
CREATE INDEX io_member_set ON public.io_member USING btree (io_set, dir) INCLUDE (dataset, named);
CREATE INDEX io_pair_input ON public.io_pair USING btree (input, io_set);
CREATE INDEX io_set_job ON public.io_set USING btree (job);
CREATE INDEX job_name ON public.job USING btree (namespace, "left"(name, 256) COLLATE "C", key);
CREATE INDEX run_io_set ON public.run USING btree (io_set, bad, first_at) INCLUDE (ended_at);
CREATE INDEX run_job_bag ON public.run USING btree (job, job_bag, first_at DESC);
CREATE INDEX run_job_ended ON public.run USING btree (job, ended_at DESC) INCLUDE (io_set) WHERE (state = 2);
CREATE INDEX run_job_started ON public.run USING btree (job, started_at DESC NULLS LAST, uuid);
CREATE INDEX run_parent ON public.run USING btree (parent) WHERE (parent IS NOT NULL);
CREATE INDEX run_job_job ON public.run_job USING btree (job);
CREATE INDEX run_job_set ON public.run_job USING btree (io_set, bad, first_at) INCLUDE (ended_at);
CREATE UNIQUE INDEX sighting_declared ON public.sighting USING btree (entity, bag, at) WHERE (run IS NULL);
CREATE INDEX sighting_entity ON public.sighting USING btree (entity, dir, bag, at DESC, run);
