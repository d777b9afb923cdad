"""Bytes to events: what an emitter said, typed as far as it can be, verbatim beyond that.

Knows OpenLineage and JSON; knows nothing of the graph, of SQL, of HTTP or Kafka.
"""
