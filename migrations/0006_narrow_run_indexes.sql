-- What these indexes carried beyond their keys is read for one row an answer, or for runs that failed;
-- and every run that ends writes them anew.

drop index run_io_set;
create index run_io_set on run (io_set, bad, first_at);
drop index run_job_ended;
create index run_job_ended on run (job, ended_at desc) where state = 2;

-- A run is written when it begins and when it ends, and so is what it saw: what the first rows leave is
-- used again before the tables have grown by much.
alter table run set (autovacuum_vacuum_scale_factor = 0.02);
alter table sighting set (autovacuum_vacuum_scale_factor = 0.02);
