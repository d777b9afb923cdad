"""Assets: written, read, read through memory, remembered, failing; and what is said of them."""

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.assets import Asset, AssetProperties, add_asset_metadata, materialize
from prefect.cache_policies import INPUTS

from catchment_emitters import lineage
from catchment_emitters.prefect import read_asset

RAW = "s3://lake/raw/orders.csv"
DAILY = Asset(
    key="postgres://warehouse.example.org/shop/public/daily",
    properties=AssetProperties(
        name="Daily", description="Orders by day.", owners=["sales"], url="https://example.org/d"
    ),
)
MODEL = "file:///models/churn.pkl"
COPY = "file:///lake/copy.csv"


@materialize(DAILY, asset_deps=[RAW])
def daily() -> list[int]:
    add_asset_metadata(
        DAILY,
        {
            "row_count": 7,
            "schema": {"day": "date", "total": "int"},
            "version": "v1",
            "column_lineage": {"total": [(RAW, "amount")]},
            "api_token": "hunter2",
            "note": "as always",
            "share": 0.5,
        },
    )
    return [1, 2]


@task
def look(rows: list[int]) -> list[int]:
    return list(rows)


@materialize(MODEL, by="sklearn")
def model(rows: list[int]) -> int:
    add_asset_metadata(
        MODEL,
        {"dataset_type": "MODEL", "version": "sha256:1", "metrics": {"auc": 0.9}, "size_bytes": 12},
    )
    return len(rows)


@materialize(COPY, cache_policy=INPUTS, persist_result=True)
def copied(n: int) -> list[int]:
    return [n]


@materialize("file:///never")
def never() -> None:
    raise RuntimeError("no")


@task
def score(versions: dict[str, Any]) -> None:
    for key, version in versions.items():
        read_asset(key, version=version)


@task
def in_words(path: str, depth: int) -> int:
    Path("in.csv").write_text("x\n1\n")
    lineage.input("in.csv", rows=1)
    Path(path).write_text("a model")
    lineage.model(path, metrics={"auc": 0.8}, parameters={"leaves": 3})
    return depth


@flow
def shop() -> None:
    in_words("said.pkl", 2)
    rows = daily()
    model(look(rows))
    copied(7)
    copied(7)
    never(return_state=True)
    score({MODEL: "sha256:0"})
    read_asset(RAW)


if __name__ == "__main__":
    shop()
