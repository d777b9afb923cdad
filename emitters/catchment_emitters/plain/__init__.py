"""Plain Python: functions and blocks that are runs, and what is said from within them.

`catchment_emitters.lineage` is the door to it. Nothing here raises into the pipeline.
"""
