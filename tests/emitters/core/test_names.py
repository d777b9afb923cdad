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
        ("hdfs://nn:8020/a/b", ("hdfs://nn:8020", "/a/b")),
        ("hdfs://nn/wh/ts=00%3A00", ("hdfs://nn", "/wh/ts=00%3A00")),
        ("s3://b/ts=00%3A00/x", ("s3://b", "ts=00%3A00/x")),
        ("s3://b/a#1.csv", ("s3://b", "a#1.csv")),
        ("gs://b/what?.csv", ("gs://b", "what?.csv")),
        ("file:////abs/x", ("file", "/abs/x")),
        ("file://localhost/abs/x", ("file", "/abs/x")),
        ("file://server/share/x", ("file://server", "/share/x")),
        ("sqlite:////abs/x.db", ("file", "/abs/x.db")),
        ("sqlite:///x.db", ("file", f"{Path.cwd()}/x.db")),
        ("bigquery://proj/ds/t", ("bigquery", "proj.ds.t")),
        ("snowflake://org-acc/DB/S/T", ("snowflake://org-acc", "DB.S.T")),
        ("trino://h/cat/s/t", ("trino://h:8080", "cat.s.t")),
        ("jdbc:postgresql://u:p@wh/shop/public/o", ("postgres://wh:5432", "shop.public.o")),
        ("postgresql://u:p/w@wh/shop/public/o", ("postgres://wh:5432", "shop.public.o")),
        ("https://u:p/w@host/x.csv", ("https://host", "x.csv")),
        ("https://host/vue@3/x.js", ("https://host", "vue@3/x.js")),
        ("clickhouse://u:p@w@host/x", ("clickhouse://host", "x")),
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
        ("sqlite:////abs/x.db", "t", None, ("file", "/abs/x.db.t")),
        ("mysql://h/db", "other.t", None, ("mysql://h:3306", "other.t")),
        ("mysql://h/db", "t", "other", ("mysql://h:3306", "other.t")),
        ("hive://h/db", "other.t", None, ("hive://h:10000", "other.t")),
        ("snowflake://u:p@acc/DB/S", "T", None, ("snowflake://acc", "DB.S.T")),
        ("snowflake://u:p@acc/DB/S", "X.T", None, ("snowflake://acc", "DB.X.T")),
        ("trino://h:81/cat/s", "t", None, ("trino://h:81", "cat.s.t")),
        ("bigquery://proj/ds", "t", None, ("bigquery", "proj.ds.t")),
        ("bigquery://proj", "t", "ds", ("bigquery", "proj.ds.t")),
        ("postgresql:///db?host=dbserver", "t", None, ("postgres://dbserver:5432", "db.public.t")),
        ("postgresql:///db?host=s&port=54", "t", None, ("postgres://s:54", "db.public.t")),
        ("postgresql:///db?host=/run", "t", None, ("postgres://localhost:5432", "db.public.t")),
        ("jdbc:mysql://u:p/@x@h/db", "t", None, ("mysql://h:3306", "db.t")),
    ],
)  # fmt: skip
def test_tables(url: str, table: str, schema: str | None, name: tuple[str, str]) -> None:
    assert table_name(url, table, schema) == name
