-- Provenance downstream, and models. What reads say of versions is in folds only: without this table, who
-- read a version by name was any run that ever read the dataset. Written as `named_version` is, by the runs
-- that say so; of runs that came before this migration it knows nothing.
create table named_read (
  dataset integer not null,
  run bigint not null,
  hash uuid not null,
  primary key (dataset, hash, run)
);

-- Datasets that some event ever called a model, among all others: insert-only, as the uses of bags are that
-- it follows from. Whether one is a model today, its facets say.
create table model_named (
  dataset integer primary key
);
insert into model_named (dataset)
select distinct u.entity
from facet f join bag b on f.id = any (b.facets) join bag_use u on u.bag = b.id
where f.name = 'datasetType' and not f.deleted
  and position('"datasetType":"MODEL"'::bytea in f.body) > 0 and u.dir in ('i', 'o', 'd')
  and exists (select from dataset d where d.id = u.entity);
