-- Who made the events: counted with the log, under the head row, because the log itself does not say.
-- By namespace of what an event is about (its job's, or the dataset's), because a key may see only some.
-- `key`: a hash of the URI, which may be long. Events that name no producer have the empty one.
-- Events from before this migration are not counted: their producer is in their bodies only.
create table producer (
  key uuid not null,
  namespace integer not null,
  events bigint not null,
  problems bigint not null,
  last_at timestamptz not null,
  uri text not null,
  primary key (key, namespace)
) with (fillfactor = 50);
