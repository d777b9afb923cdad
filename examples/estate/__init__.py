"""An estate to look at: a shop's data, from its raw tables and clicks to a model and two reports.

Five nights of Airflow, dbt, Spark, training and reporting beside a Flink job that never ends. In
the third night a dbt model fails, so no model is trained; from the fourth on orders have a country.
All of it follows from the first day's date: same date, same bytes.

The shapes are those of `tests/recorded`; nothing here was recorded.
"""

import json
from collections.abc import Iterator
from datetime import date

from .nights import told

__all__ = ["ndjson"]


def ndjson(start: date) -> Iterator[bytes]:
    """The events, one a line, by time."""
    for event in sorted(told(start), key=lambda event: str(event["eventTime"])):
        yield json.dumps(event, sort_keys=True).encode() + b"\n"
