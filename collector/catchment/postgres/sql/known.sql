-- Which entries of the log could say something about some datasets or runs: always all that do, and some
-- that do not, because today's graph has forgotten nothing of who named whom.

-- name: names_ever_claimed
-- Everything that could have been one with these datasets, whoever it is one with today; no more than $2.
with recursive near (dataset) as (
  select unnest($1::integer[])
  union
  select o.dataset from near n cross join lateral (
    select other as dataset from alias where dataset = n.dataset
    union all
    select dataset from alias where other = n.dataset
    union all
    select previous from rename_said where dataset = n.dataset
    union all
    select dataset from rename_said where previous = n.dataset) o
)
select dataset from near limit $2;

-- name: jobs_that_ever_named
-- The jobs whose events ever named these datasets, in whatever role: edges are never taken back.
select distinct job from edge where dataset = any($1::integer[]);

-- name: datasets_that_ever_mentioned
-- The datasets that were ever declared to be made of these: their declarations name them.
select distinct output from derivation where source = any($1::integer[]);

-- name: datasets_beyond_datasets
-- What the jobs on one side of these datasets ever had on their other side.
select distinct far.dataset
from edge near join edge far on far.job = near.job and far.dir = $3::text::"char"
where near.dataset = any($1::integer[]) and near.dir = $2::text::"char";

-- name: datasets_of_jobs
-- What jobs ever read, or wrote.
select distinct dataset from edge where job = any($1::integer[]) and dir = $2::text::"char";

-- name: jobs_of_runs
-- The jobs that events of these runs came under, and when each run was named first.
select r.id as run, r.first_at, r.job from run r where r.uuid = any($1::uuid[]) and r.job is not null
union all
select r.id, r.first_at, j.job from run r join run_job j on j.run = r.id where r.uuid = any($1::uuid[]);

-- name: namespaces_of_run
-- Those of all jobs that events of this run came under.
select distinct n.name
from run r left join run_job w on w.run = r.id
  join job j on j.id in (r.job, w.job) join namespace n on n.id = j.namespace
where r.uuid = $1;

-- name: runs_under_several_jobs
-- Runs with events under one of these jobs and under others, with all their jobs: half a run would say
-- something else than the whole. Such runs are few, so it begins with them.
select distinct o.run, x.job
from run_job o join run r on r.id = o.run
  cross join lateral (
    select r.job union all select w.job from run_job w where w.run = r.id) x
where o.job = any($1::integer[]) or r.job = any($1::integer[]);

-- name: runs_that_name_a_run
-- Who names a run as parent or root, and whose events are of the time at which it was named first (keys
-- from $2 until $3). Parents are few who have no event of their own, so that no index serves it.
select r.uuid from run p join run r on r.parent = p.id or r.root = p.id where p.uuid = $1
union
select r.uuid from event e join run r on r.id = e.run where e.key >= $2 and e.key < $3;

-- name: places_known
-- Where the bytes are of all entries up to one that are about these jobs and datasets ($1), and of these
-- runs ($3) under other jobs ($2); no more than $5.
select seq, batch, n from (
  select e.seq, e.batch, e.n from unnest($1::integer[]) as s (subject) cross join lateral (
    select seq, batch, n from event
    where subject = s.subject and seq <= $4 order by seq limit $5) e
  union
  select e.seq, e.batch, e.n from unnest($2::integer[]) as s (subject) cross join lateral (
    select seq, batch, n from event
    where subject = s.subject and seq <= $4 and run = any($3::bigint[]) order by seq limit $5) e
) as found
order by seq limit $5;

-- name: deletions_known
-- What was deleted by then of these datasets, and of the namespaces that they are in.
select x.key, x.seq, x.at from deletion x
where x.seq <= $2 and x.key in (
  select key from dataset where id = any($1::integer[])
  union all
  select n.key from dataset d join namespace n on n.id = d.namespace where d.id = any($1::integer[]))
order by x.seq;

-- name: seq_at
-- The last entry that was logged by then, -1 if there is none: halving, because seqs are dense and times
-- of logging grow with them.
with recursive between (low, high) as (
  select -1::bigint, n from head
  union all
  select case when b.logged_at <= $1 then w.middle else w.low end,
    case when b.logged_at <= $1 then w.high else w.middle end
  from (select low, high, (low + high) / 2 as middle from between where high - low > 1) w
    join event e on e.seq = w.middle join batch b on b.id = e.batch
)
select max(low) from between;
