"""Datasets by OpenLineage's rules of naming, from what people have in hand."""

from pathlib import Path

import pytest

from catchment_emitters.core.names import dataset_name, table_name


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ("s3://bucket/a/b.parquet", ("s3://bucket", "a/b.parquet")),
        ("s3a://bucket/a", ("s3://bucket", "a")),
        ("gcs://bucket/a", ("gs://bucket", "a")),
        ("file:///data/x.csv", ("file", "/data/x.csv")),
        ("file:/data/x.csv", ("file", "/data/x.csv")),
        ("/data/x%20y.csv", ("file", "/data/x%20y.csv")),
        ("kafka://broker:9092/topic", ("kafka://broker:9092", "topic")),
        ("hdfs://nn:8020/a/b", ("hdfs://nn:8020", "a/b")),
        ("abfss://c@acc.dfs.core.windows.net/p", ("abfss://c@acc.dfs.core.windows.net", "p")),
        ("postgresql://u:p@wh/shop.public.orders", ("postgres://wh:5432", "shop.public.orders")),
        ("postgres://wh:5433/shop/public/orders", ("postgres://wh:5433", "shop.public.orders")),
        ("mysql+pymysql://h/db.t", ("mysql://h:3306", "db.t")),
        ("https://user:pw@host/data.csv", ("https://host", "data.csv")),
    ],
)
def test_urls_and_paths(where: str, name: tuple[str, str]) -> None:
    assert dataset_name(where) == name


def test_a_relative_path_is_an_absolute_one() -> None:
    assert dataset_name(Path("x.csv")) == ("file", f"{Path.cwd()}/x.csv")


@pytest.mark.parametrize(
    ("url", "table", "schema", "name"),
    [
        ("postgresql+psycopg://u:p@wh/s", "o", None, ("postgres://wh:5432", "s.public.o")),
        ("postgresql://wh/shop", "orders", "raw", ("postgres://wh:5432", "shop.raw.orders")),
        ("postgresql://wh/shop", "raw.orders", None, ("postgres://wh:5432", "shop.raw.orders")),
        ("postgresql://wh/shop", '"raw"."orders"', None, ("postgres://wh:5432", "shop.raw.orders")),
        ("mysql://h/db", "t", None, ("mysql://h:3306", "db.t")),
        ("sqlite:////data/x.db", "t", None, ("file", "/data/x.db.t")),
        ("duckdb:////data/x.db", "t", None, ("file", "/data/x.db.t")),
        ("sqlite:///:memory:", "t", None, ("inmemory://", "sqlite.t")),
        ("sqlite://", "t", None, ("inmemory://", "sqlite.t")),
    ],
)  # fmt: skip
def test_tables(url: str, table: str, schema: str | None, name: tuple[str, str]) -> None:
    assert table_name(url, table, schema) == name
