-- name: ensure_facets
-- Content-addressed: whoever comes second has nothing to write.
insert into facet (id, hash, deleted, name, body)
select * from unnest($1::integer[], $2::uuid[], $3::boolean[], $4::text[], $5::bytea[])
  as new (id, hash, deleted, name, body) order by hash
on conflict (hash) do nothing;

-- name: find_facets
-- The ids that won.
select hash, id from facet where hash = any($1::uuid[]);

-- name: ensure_bags
-- The lists of facets come as text, because arrays of arrays must be of one length.
insert into bag (id, hash, facets)
select id, hash, facets::integer[] from unnest($1::integer[], $2::uuid[], $3::text[])
  as new (id, hash, facets) order by hash
on conflict (hash) do nothing;

-- name: find_bags
-- The ids that won.
select hash, id from bag where hash = any($1::uuid[]);

-- name: ensure_colsets
-- Content-addressed, as facets.
insert into colset (id, hash, body)
select * from unnest($1::integer[], $2::uuid[], $3::bytea[]) as new (id, hash, body) order by hash
on conflict (hash) do nothing;

-- name: find_colsets
-- The ids that won.
select hash, id from colset where hash = any($1::uuid[]);

-- name: ensure_io_sets
-- Content-addressed, as facets.
insert into io_set (id, hash, job, explicit)
select * from unnest($1::integer[], $2::uuid[], $3::integer[], $4::boolean[])
  as new (id, hash, job, explicit) order by hash
on conflict (hash) do nothing;

-- name: find_io_sets
-- The ids that won.
select hash, id from io_set where hash = any($1::uuid[]);

-- name: ensure_io_members
-- Follow from the content of their io-set, so that doing it twice changes nothing.
insert into io_member (io_set, dataset, dir, named)
select * from unnest($1::integer[], $2::integer[], $3::text[], $4::boolean[])
  as new (io_set, dataset, dir, named) order by dataset, dir, io_set
on conflict do nothing;

-- name: ensure_io_pairs
-- As members.
insert into io_pair (io_set, output, input, basis, colset)
select * from unnest($1::integer[], $2::integer[], $3::integer[], $4::smallint[], $5::integer[])
  as new (io_set, output, input, basis, colset) order by io_set, output, input, basis
on conflict do nothing;

-- name: ensure_bag_uses
-- Insert-only: a bag of a passing state stays listed, and the probe for its sightings finds none.
insert into bag_use (id, entity, dir, bag)
select * from unnest($1::integer[], $2::integer[], $3::text[], $4::integer[])
  as new (id, entity, dir, bag) order by entity, dir, bag
on conflict (entity, dir, bag) do nothing;

-- name: find_bag_uses
-- The ids that won.
select u.id, u.entity, u.dir, u.bag
from unnest($1::integer[], $2::text[], $3::integer[]) as wanted (entity, dir, bag)
join bag_use u on u.entity = wanted.entity and u.dir = wanted.dir::"char" and u.bag = wanted.bag;

-- name: ensure_mentions
-- Who has which facet that is searched, under the entity's key; all follows from bags and their uses.
insert into mention (facet, entity, key)
select distinct f.id, e.id, e.key
from unnest($1::integer[], $2::integer[]) as new (entity, bag)
join bag b on b.id = new.bag cross join unnest(b.facets) as m (id)
join facet f on f.id = m.id and f.form is not null
join named e on e.id = new.entity
order by f.id, e.key
on conflict do nothing;

-- name: ensure_models
-- Datasets once called a model, by their bags. A job may have such a facet, too; it is none.
insert into model_named (dataset)
select distinct d.id
from unnest($1::integer[], $2::integer[]) as new (entity, bag)
join bag b on b.id = new.bag cross join unnest(b.facets) as m (id)
join facet f on f.id = m.id and f.name = 'datasetType' and not f.deleted
  and position('"datasetType":"MODEL"'::bytea in f.body) > 0
join dataset d on d.id = new.entity
order by d.id
on conflict do nothing;

-- name: ensure_job_versions
-- Content-addressed, as facets.
insert into job_version (id, hash, job)
select * from unnest($1::integer[], $2::uuid[], $3::integer[]) as new (id, hash, job) order by hash
on conflict (hash) do nothing;

-- name: find_job_versions
-- The ids that won.
select hash, id from job_version where hash = any($1::uuid[]);

-- name: facets_of_bags
-- What the bags in a fold hold.
select bag.id as bag, facet.id, facet.name, facet.deleted, facet.body
from bag, unnest(bag.facets) with ordinality as member (id, o)
join facet using (id)
where bag.id = any($1::integer[]) order by bag.id, o;
