-- Another branch brings migration 5; this file goes when that one comes.
select 1;
