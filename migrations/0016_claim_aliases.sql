-- What datasets say of their other names. A claim is never taken back, and has no time: it says what
-- something is, not when. Who stands for whom after all claims is kept in `dataset.canon`.
drop table alias;
create table alias (
  dataset integer not null,
  other integer not null,
  is_table boolean not null,
  primary key (dataset, other, is_table)
);
create index alias_other on alias (other, is_table, dataset);
