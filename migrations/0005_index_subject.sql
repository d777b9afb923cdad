-- The log by what its entries are about, in its order: a page of the events of a job is a stretch of this
-- index, however long the log is. Entries that are no events have no subject.
create index event_subject on event (subject, seq) where subject is not null;
