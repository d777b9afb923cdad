"""Three nights without a user interface: all is made; more customers are scored with the model of
before; the model is trained on them, and they are scored again.
"""

import os
from typing import Any

import dagster as dg
from definitions import HOME, defs

from catchment_emitters.core.emitter import emitter


def night(instance: dg.DagsterInstance, *assets: str, **customers: int) -> None:
    """Make these assets in one run."""
    keys = [dg.AssetKey(one) for one in assets]
    config: dict[str, Any] = {"ops": {"customers": {"config": customers}}} if customers else {}
    job = defs.resolve_job_def("churn").get_subset(asset_selection=set(keys))
    job.execute_in_process(instance=instance, run_config=config)


def main() -> None:
    """Three nights, each followed by a tick of the sensor."""
    everything = ["customers", "features", "churn_model", "scores", "report"]
    sensor = defs.get_repository_def().get_sensor_def("openlineage_sensor")
    HOME.mkdir(parents=True, exist_ok=True)
    with dg.DagsterInstance.get() as instance:
        cursor = None

        def tell() -> None:
            nonlocal cursor
            context = dg.build_sensor_context(
                instance=instance, cursor=cursor, definitions=defs, sensor_name=sensor.name
            )
            sensor.evaluate_tick(context)
            cursor = context.cursor

        tell()
        night(instance, *everything, seed=1, customers=400)
        tell()
        # More customers, and no new model: they are scored with the old one.
        night(instance, "customers", "features", "scores", "report", seed=2, customers=500)
        tell()
        night(instance, "churn_model", "scores", "report")
        tell()
    emitter().flush(10)


if __name__ == "__main__":
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    main()
