"""Make batches durable: one transaction each, and the graph that follows from it in the same one.

The order of tables is fixed (locks on known runs, names, contents, edges, new runs, what hangs on
runs, bodies, and the head row last), rows go in key order, so that writers cannot deadlock.
"""

from catchment.postgres.write.writer import PostgresWriter

__all__ = ["PostgresWriter"]
