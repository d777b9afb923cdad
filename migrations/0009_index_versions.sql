-- Versions and events by what is asked of them.
-- The versions of a job; and the runs of one version, first and last, however many there are.
create index job_version_job on job_version (job);
create index run_job_version on run (job_version, started_at) where job_version is not null;
-- The version that one write names: without it every such look passes all that its dataset ever had.
create index named_version_run on named_version (run, dataset);
-- Entries that are no run events. They are few, so that those that are can be counted by what remains.
create index event_of_no_run on event (key) where run is null;
