"""The queries, one `.sql` file per table or question; `postgres.statements` loads them."""
