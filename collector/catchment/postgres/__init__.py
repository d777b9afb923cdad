"""The room that speaks to Postgres, and the only one that imports asyncpg.

`connect` makes pools and translates errors, `statements` loads the named queries of `sql/`,
`migrations` brings a schema up to date, `embedded/` runs a server of our own where none is given.
Rules of meaning live in `lineage`; here they are only stored. Knows neither HTTP nor Kafka.
"""
