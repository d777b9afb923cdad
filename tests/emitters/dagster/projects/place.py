"""One of two code locations: an asset, a sensor that has it made once, and ours."""

import dagster as dg
import out_file  # noqa: F401

from catchment_emitters.dagster import openlineage_sensor


def definitions(name: str) -> dg.Definitions:
    """Those of a place; jobs have the same name in both."""

    @dg.asset(name=name)
    def made() -> None: ...

    job = dg.define_asset_job(
        "work", [made], executor_def=dg.in_process_executor
    )  # fmt: skip

    @dg.sensor(
        job=job, default_status=dg.DefaultSensorStatus.RUNNING, minimum_interval_seconds=1
    )  # fmt: skip
    def once(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        # Not in the first tick: ours is to have seen where the log begins.
        ticks = int(context.cursor or 0) + 1
        requests = [dg.RunRequest(run_key="once")] if ticks >= 4 else []
        return dg.SensorResult(run_requests=requests, cursor=str(ticks))

    return dg.Definitions(
        assets=[made], jobs=[job], sensors=[once, openlineage_sensor(minimum_interval_seconds=1)]
    )
