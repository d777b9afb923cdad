-- The walk's statements are planned once a connection. Left to itself Postgres plans some of them anew
-- at every step, because the arrays of a step differ in length: that took a third of the walk's time.
alter function lineage_walk(integer[], integer, "char", integer, integer, timestamptz)
  set plan_cache_mode = force_generic_plan;
