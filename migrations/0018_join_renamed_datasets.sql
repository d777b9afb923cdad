-- Placeholder, dropped when merged. A file without any statement is none that can be run.
do $$ begin end $$;
