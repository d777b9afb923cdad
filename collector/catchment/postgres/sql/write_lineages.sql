-- name: insert_lineage_said
-- All are kept, tombstones too; which one holds is asked when it is asked.
insert into lineage_said (entity, at, stands, hash)
select * from unnest($1::integer[], $2::timestamptz[], $3::boolean[], $4::uuid[])
  as new (entity, at, stands, hash) order by entity, at, stands, hash
on conflict do nothing;

-- name: ensure_derivations
-- Follow from the facet and the dataset that it stands on, so that doing it twice changes nothing.
insert into derivation (output, hash, source, colset)
select * from unnest($1::integer[], $2::uuid[], $3::integer[], $4::integer[])
  as new (output, hash, source, colset) order by output, hash, source
on conflict do nothing;

-- name: ensure_declared_links
-- As derivations.
insert into declared_link (job, hash, origin, destination, output)
select * from unnest($1::integer[], $2::uuid[], $3::integer[], $4::integer[], $5::integer[])
  as new (job, hash, origin, destination, output)
order by job, hash, origin, destination, output
on conflict do nothing;
