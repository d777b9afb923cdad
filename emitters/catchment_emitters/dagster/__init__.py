"""Lineage from Dagster: a sensor that reads the event log, and a log handler that does not wait.

`from catchment_emitters.dagster import openlineage_sensor` is all that definitions need.
"""

from typing import Any

__all__ = ["OpenLineageHandler", "openlineage_sensor"]


def __getattr__(name: str) -> Any:
    # Each needs other parts of Dagster; who asks for one does not wait for the other.
    if name == "openlineage_sensor":
        from catchment_emitters.dagster.sensor import openlineage_sensor

        return openlineage_sensor
    if name == "OpenLineageHandler":
        from catchment_emitters.dagster.handler import OpenLineageHandler

        return OpenLineageHandler
    raise AttributeError(name)
