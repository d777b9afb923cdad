"""A durable, non-blocking way out for events: onto disk first, from there to a collector.

`spool` is what emitters write to, `transport` what any OpenLineage client can be told to use.
The thread that ships, its back-off and its bounds are the other modules; none of them may be
waited for by a pipeline. Nothing here imports openlineage or requests before there is an event
to ship.
"""
