"""What is written through the API: tags, deletes, and the writes of Marquez's older clients.

Nothing enters the graph by a side door: each write is an entry of the log, a control entry or an
OpenLineage event that says the same (`events.py`). `recorder.py` alone speaks to the pipeline.
"""
