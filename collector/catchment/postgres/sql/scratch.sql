-- A graph of its own for one question: temporary tables that hide those of the same names, so that
-- every other statement and function of the program does there what it does with the real ones.

-- name: make_scratch
-- As many as the schema has, for the length of the connection, emptied at each commit. Views are made
-- anew, because the others are bound to the real tables; their text is taken while these are not hidden.
do $$
declare
  views text[] := array(
    select format('create temp view %I as %s', c.relname, pg_get_viewdef(c.oid))
    from pg_class c where c.relkind = 'v' and c.relnamespace = current_schema()::regnamespace
    order by c.oid);
  one text;
begin
  for one in
    select format('create temp %s', what) from (
      select format('sequence %I increment %s', sequencename, increment_by) as what
      from pg_sequences where schemaname = current_schema()
      union all
      select format('table %I (like %I.%I including all) on commit delete rows',
        relname, current_schema(), relname)
      from pg_class
      where relkind in ('r', 'p') and not relispartition
        and relnamespace = current_schema()::regnamespace and relname <> 'schema_migration') as made
  loop
    execute one;
  end loop;
  -- What is here for a moment is not searched for by words.
  for one in
    select format('drop index pg_temp.%I', c.relname)
    from pg_class c join pg_am a on a.oid = c.relam
    where c.relnamespace = pg_my_temp_schema() and c.relkind = 'i' and a.amname = 'gin'
  loop
    execute one;
  end loop;
  foreach one in array views loop
    execute one;
  end loop;
end
$$;

-- name: begin_scratch
-- The schema is written out: were there no temporary tables, nothing may be written to the real ones.
insert into pg_temp.head (n, logged_at, graph_epoch, rules) values (0, 'epoch', 0, 0);

-- name: delete_in_scratch
-- Deletes count by when they were logged, which they keep.
insert into pg_temp.deletion (key, seq, at)
select * from unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) as known (key, seq, at);
