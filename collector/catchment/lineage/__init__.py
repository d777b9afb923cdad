"""The core: what one event asserts, how assertions merge, what follows from a run's fold.

Pure: no clock, no I/O, no third-party import of its own, nothing of HTTP, Kafka or SQL.
"""
