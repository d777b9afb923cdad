"""The queries, one `.sql` file per table or question; `catchment.postgres.statements` loads them."""
