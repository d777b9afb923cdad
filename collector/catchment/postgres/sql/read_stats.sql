-- name: events_of_intervals
-- Run events of some types by interval ($1: bounds, one more than there are intervals), of all namespaces
-- or of some ($2): a stretch of the counts, and of the log the last entries that are not in them yet.
with spaces as materialized (
  select array_agg(id) as ids from namespace where $2::text[] is null or name = any($2::text[])
), counted as (
  select at, starts, completes, fails, aborts from tally
  where namespace = any(case when $2::text[] is null then '{0}'::integer[]
      else (select ids from spaces) end)
    and at >= ($1::timestamptz[])[1] and at < ($1::timestamptz[])[cardinality($1::timestamptz[])]
  union all
  select e.at, (e.type = 0)::integer, (e.type = 3)::integer, (e.type = 5)::integer,
    (e.type = 4)::integer
  from event e join job j on j.id = e.subject
  where e.seq >= (select n - n % $3 from head) and e.run is not null
    and ($2::text[] is null or j.namespace = any((select ids from spaces)::integer[]))
    and e.at >= ($1::timestamptz[])[1] and e.at < ($1::timestamptz[])[cardinality($1::timestamptz[])]
)
select width_bucket(at, $1::timestamptz[]) as n, sum(starts) as starts, sum(completes) as completes,
  sum(fails) as fails, sum(aborts) as aborts
from counted group by 1;

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
-- Sources by the interval of their first sight, 0: before them all. A database has hundreds.
select width_bucket(first_at, $1::timestamptz[]) as n, count(*) as sources
from (
  select min(first_at) as first_at from source_said
  where $2::text[] is null or namespace = any($2::text[]) group by name
) as source
group by 1;
