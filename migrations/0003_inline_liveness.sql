-- Whether an io-set lives, asked in place: as a function of its own it cost ten times as much, for a
-- scalar function with subqueries is never inlined.

create or replace function edges_of_jobs(jobs integer[], as_of timestamptz)
returns table (job integer, dataset integer, dir "char", io_set integer, named boolean, declared boolean)
language sql stable as $$
  select s.job, m.dataset, m.dir, s.id, m.named, false
  from io_set s join io_member m on m.io_set = s.id
  where s.job = any (jobs)
    and (exists (select from run r where r.io_set = s.id and not r.bad and r.first_at <= as_of)
      or exists (select from run r where r.io_set = s.id and r.bad and r.first_at <= as_of)
      or exists (select from run_job r where r.io_set = s.id and r.first_at <= as_of))
    and (as_of = 'infinity' or exists (
      select from edge e where e.job = s.job and e.dataset = m.dataset and e.dir = m.dir
        and e.basis < 3 and e.first_at <= as_of))
  union all
  select j.job, m.dataset, m.dir, m.io_set, m.named, true
  from unnest(jobs) as j (job)
    cross join lateral declared_sets(j.job, as_of) as d
    join io_member m on (m.io_set = d.in_set and m.dir = 'i')
                     or (m.io_set = d.out_set and m.dir = 'o')
$$;

create or replace function jobs_of_datasets(datasets integer[], dirs "char"[], as_of timestamptz)
returns table (job integer, dataset integer, dir "char", io_set integer, named boolean, declared boolean)
language sql stable as $$
  select s.job, m.dataset, m.dir, s.id, m.named, false
  from io_member m join io_set s on s.id = m.io_set
  where m.dataset = any (datasets) and m.dir = any (dirs)
    and (exists (select from run r where r.io_set = s.id and not r.bad and r.first_at <= as_of)
      or exists (select from run r where r.io_set = s.id and r.bad and r.first_at <= as_of)
      or exists (select from run_job r where r.io_set = s.id and r.first_at <= as_of))
    and (as_of = 'infinity' or exists (
      select from edge e where e.job = s.job and e.dataset = m.dataset and e.dir = m.dir
        and e.basis < 3 and e.first_at <= as_of))
  union all
  select distinct d.job, m.dataset, m.dir, m.io_set, m.named, true
  from io_member m join declared d on d.io_set = m.io_set
    cross join lateral declared_sets(d.job, as_of) as now
  where m.dataset = any (datasets) and m.dir = any (dirs)
    and m.io_set = case m.dir when 'i' then now.in_set else now.out_set end
$$;

drop function io_set_lives(integer, timestamptz);
