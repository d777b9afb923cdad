-- name: events_of_intervals
-- Run events of some types by interval ($1: bounds, one more than there are intervals), of all namespaces
-- or of some ($2): a stretch of the counts, never of the log.
select width_bucket(at, $1::timestamptz[]) as n, sum(starts) as starts, sum(completes) as completes,
  sum(fails) as fails, sum(aborts) as aborts
from tally
where namespace = any(case when $2::text[] is null then '{0}'::integer[]
    else array(select id from namespace where name = any($2::text[])) end)
  and at >= ($1::timestamptz[])[1] and at < ($1::timestamptz[])[cardinality($1::timestamptz[])]
group by 1;

-- name: names_of_intervals
-- Jobs and datasets by the interval in which they were first named; those of later beyond the last bound,
-- and at 0 all there are, whenever they were named.
select case when at = 'infinity' then 0 else width_bucket(at, $1::timestamptz[]) end as n,
  sum(jobs) as jobs, sum(datasets) as datasets
from tally
where namespace = any(case when $2::text[] is null then '{0}'::integer[]
    else array(select id from namespace where name = any($2::text[])) end)
  and at >= ($1::timestamptz[])[1]
group by 1;

-- name: sources_of_intervals
-- Sources by the interval of their first sight, 0: before them all. A source is taken to be a namespace
-- that holds datasets, and to be as old as the first of them. The one place that says so.
select width_bucket(t.dataset_at, $1::timestamptz[]) as n, count(*) as sources
from namespace s join tally t on t.namespace = s.id and t.at = 'infinity'
where t.dataset_at is not null and ($2::text[] is null or s.name = any($2::text[]))
group by 1;
