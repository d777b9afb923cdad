"""Definitions with one of everything that the emitter has to tell of."""

import os
import time
from pathlib import Path
from typing import Any

import dagster as dg
import out_file  # noqa: F401

from catchment_emitters.dagster import openlineage_sensor

DAYS = dg.DailyPartitionsDefinition(start_date="2025-03-01")
REGIONS = dg.StaticPartitionsDefinition(["eu", "us"])
BOTH = dg.MultiPartitionsDefinition({"day": DAYS, "region": REGIONS})


@dg.asset(
    key=["raw", "orders"],
    owners=["ada@example.org", "team:shop"],
    kinds={"duckdb", "table"},
    tags={"tier": "gold"},
    group_name="shop",
    code_version="7",
    description="Orders as the shop has them.",
    metadata={"dagster/uri": "s3://shop-lake/raw/orders"},
)
def raw_orders() -> dg.MaterializeResult:
    columns = [
        dg.TableColumn("id", "int", constraints=dg.TableColumnConstraints(nullable=False)),
        dg.TableColumn("amount", "decimal", description="in euros"),
    ]
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": 42,
            "dagster/column_schema": dg.TableSchema(columns=columns),
            "dagster/table_name": "shop.public.orders",
            "catchment/namespace": "postgres://warehouse.example.org:5432",
            "note": "a full load",
        },
        data_version=dg.DataVersion("orders-1"),
    )


@dg.asset(deps=[raw_orders])
def daily() -> dg.MaterializeResult:
    source = dg.TableColumnDep(asset_key=dg.AssetKey(["raw", "orders"]), column_name="amount")
    lineage = dg.TableColumnLineage(deps_by_column={"total": [source]})
    return dg.MaterializeResult(metadata={"dagster/column_lineage": lineage})


@dg.multi_asset(
    specs=[
        dg.AssetSpec("left", deps=[raw_orders], skippable=True),
        dg.AssetSpec("right", deps=[daily], skippable=True),
    ],
    can_subset=True,
)
def both(context: dg.AssetExecutionContext) -> Any:
    for key in sorted(context.selected_asset_keys):
        yield dg.MaterializeResult(asset_key=key)


@dg.op
def load() -> int:
    return 1


@dg.op
def grow(number: int) -> int:
    return number + 1


@dg.graph_asset
def grown() -> int:
    return grow(load())


@dg.asset(partitions_def=DAYS)
def events(context: dg.AssetExecutionContext) -> None:
    context.add_output_metadata({"dagster/partition_row_count": 5})


@dg.asset(partitions_def=DAYS, deps=[events])
def sessions() -> None: ...


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
def bulk(context: dg.AssetExecutionContext) -> None:
    for key in context.partition_keys:
        rows = {"dagster/row_count": 2}
        context.log_event(dg.AssetMaterialization("elsewhere", partition=key, metadata=rows))


@dg.asset(partitions_def=BOTH)
def matrix() -> None: ...


@dg.asset(
    check_specs=[dg.AssetCheckSpec("not_empty", asset="counted")], metadata={"n": 1}
)  # fmt: skip
def counted() -> Any:
    yield dg.MaterializeResult(data_version=dg.DataVersion("counted-1"))
    yield dg.AssetCheckResult(passed=True, check_name="not_empty", metadata={"column": "id"})


@dg.asset_check(asset=daily, description="Totals add up.")
def adds_up() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=False, severity=dg.AssetCheckSeverity.WARN, metadata={"expected": 3, "actual": 4}
    )


@dg.observable_source_asset
def feed() -> dg.DataVersion:
    return dg.DataVersion("feed-9")


@dg.asset(kinds={"model"}, deps=[feed])
def scorer() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"auc": 0.91, "path": "/models/scorer.pkl"})


@dg.op(out=dg.DynamicOut())
def split() -> Any:
    for key in ("a", "b"):
        yield dg.DynamicOutput(key, mapping_key=key)


@dg.op(config_schema={"times": int, "api_token": str})
def work(context: dg.OpExecutionContext, part: str) -> str:
    context.log_event(dg.AssetMaterialization(["parts", part]))
    context.log_event(dg.AssetObservation("catalogue", tags={"dagster/data_version": "c-3"}))
    return part


@dg.op
def gather(parts: list[str]) -> int:
    return len(parts)


WORK = {"ops": {"work": {"config": {"times": 2, "api_token": "hush"}}}}


@dg.job(description="Splits, works, gathers.", tags={"team": "shop"})
def dynamic() -> None:
    gather(split().map(work).collect())


@dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
def flaky(context: dg.OpExecutionContext) -> None:
    context.log_event(dg.AssetMaterialization("tried"))
    if context.retry_number == 0:
        raise ValueError("not yet")


@dg.job
def retried() -> None:
    flaky()


@dg.op
def broken(context: dg.OpExecutionContext, before: int) -> None:
    context.log.info("it fails until told otherwise")
    if not Path(os.environ.get("MENDED", "/nowhere")).exists():
        raise RuntimeError(f"nothing to do with {before}")


@dg.job
def failing() -> None:
    broken(load())


@dg.op(out={"some": dg.Out(is_required=False), "none": dg.Out(is_required=False)})
def choose() -> Any:
    yield dg.Output(1, "some")


@dg.job
def choosing() -> None:
    some, none = choose()
    grow.alias("taken")(some)
    grow.alias("left_out")(none)


@dg.op
def sleepy(context: dg.OpExecutionContext) -> None:
    context.log_event(dg.AssetMaterialization("half"))
    Path(os.environ["ASLEEP"]).touch()
    time.sleep(60)


@dg.job
def sleeping() -> None:
    sleepy()


@dg.sensor(default_status=dg.DefaultSensorStatus.STOPPED)
def idle() -> dg.SkipReason:
    return dg.SkipReason("never")


defs = dg.Definitions(
    assets=[
        raw_orders, daily, both, grown, events, sessions, bulk, matrix, counted, feed, scorer,
        dg.AssetSpec("outside"),
    ],
    asset_checks=[adds_up],
    jobs=[
        dynamic, retried, failing, choosing, sleeping,
        dg.define_asset_job("nightly", [raw_orders, daily, both, grown]),
        dg.define_asset_job("bulk_job", [bulk]),
        dg.define_asset_job("pair", [raw_orders, daily]),
    ],
    sensors=[openlineage_sensor(), idle],
)  # fmt: skip
