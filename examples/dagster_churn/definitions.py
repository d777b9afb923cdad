"""Raw data, features, a model, scores and a report: every version of each says what it is made of.

Versions are hashes of what was written, so whoever reads them can be held against it.
"""

import hashlib
import os
import pickle
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from catchment_emitters.dagster import openlineage_sensor

HOME = Path(os.environ.get("CHURN_HOME", "churn"))
DATABASE, MODEL = HOME / "churn.duckdb", HOME / "model.pkl"
FEATURES = ["orders", "amount", "days_since"]


class Raw(dg.Config):
    """Which customers there are: the seed decides."""

    seed: int = 1
    customers: int = 400


class Training(dg.Config):
    """How the model is trained."""

    c: float = 1.0


def query(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    HOME.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(DATABASE)) as database:
        return list(database.execute(sql, list(parameters)).fetchall())


def table_written(table: str) -> dg.MaterializeResult[Any]:
    """What is to be told of a table: columns, rows, and a version that is its content."""
    columns = [dg.TableColumn(name, kind) for name, kind, *_ in query(f"DESCRIBE {table}")]
    rows = query(f"SELECT * FROM {table} ORDER BY ALL")
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "dagster/column_schema": dg.TableSchema(columns=columns),
        },
        data_version=dg.DataVersion(hashlib.sha256(repr(rows).encode()).hexdigest()[:16]),
    )


@dg.asset(kinds={"duckdb", "table"})
def customers(config: Raw) -> dg.MaterializeResult[Any]:
    """What the shop knows of its customers."""
    query(
        """
        CREATE OR REPLACE TABLE customers AS
        SELECT id, hash(id, $1) % 20 AS orders, hash($1, id, 1) % 500 AS amount,
               hash(id, $1, 2) % 90 AS days_since,
               (hash(id, $1, 2) % 90) > 45 + hash(id, 3) % 20 AS churned
        FROM range($2) AS t(id)
        """,
        config.seed,
        config.customers,
    )
    return table_written("customers")


@dg.asset(deps=[customers], kinds={"duckdb", "table"})
def features() -> dg.MaterializeResult[Any]:
    """One row a customer, scaled."""
    query(
        """
        CREATE OR REPLACE TABLE features AS
        SELECT id, orders / 20.0 AS orders, amount / 500.0 AS amount,
               days_since / 90.0 AS days_since, churned
        FROM customers
        """
    )
    return table_written("features")


@dg.asset(deps=[features], kinds={"model", "scikitlearn"})
def churn_model(config: Training) -> dg.MaterializeResult[Any]:
    """Who will leave. Its kind `model` makes it one in the graph, too."""
    rows = query(f"SELECT {', '.join(FEATURES)}, churned FROM features ORDER BY id")
    inputs, labels = [row[:-1] for row in rows], [row[-1] for row in rows]
    half = len(rows) // 2
    model = LogisticRegression(C=config.c).fit(inputs[:half], labels[:half])
    auc = roc_auc_score(labels[half:], model.predict_proba(inputs[half:])[:, 1])
    MODEL.write_bytes(pickle.dumps(model))
    return dg.MaterializeResult(
        metadata={"auc": float(auc)},
        data_version=dg.DataVersion(hashlib.sha256(MODEL.read_bytes()).hexdigest()[:16]),
    )


@dg.asset(deps=[features, churn_model], kinds={"duckdb", "table"})
def scores() -> dg.MaterializeResult[Any]:
    """How likely each customer is to leave."""
    model = pickle.loads(MODEL.read_bytes())
    rows = query(f"SELECT id, {', '.join(FEATURES)} FROM features ORDER BY id")
    chances = model.predict_proba([row[1:] for row in rows])[:, 1]
    query("CREATE OR REPLACE TABLE scores (id BIGINT, chance DOUBLE)")
    with duckdb.connect(str(DATABASE)) as database:
        pairs = [[row[0], float(chance)] for row, chance in zip(rows, chances, strict=True)]
        database.executemany("INSERT INTO scores VALUES (?, ?)", pairs)
    return table_written("scores")


@dg.asset(deps=[scores])
def report() -> dg.MaterializeResult[Any]:
    """Whom to call."""
    (count,) = query("SELECT count(*) FROM scores WHERE chance > 0.5")[0]
    (HOME / "report.md").write_text(f"# Customers at risk\n\n{count}\n")
    return dg.MaterializeResult(metadata={"at_risk": count})


defs = dg.Definitions(
    assets=[customers, features, churn_model, scores, report],
    jobs=[dg.define_asset_job("churn")],
    sensors=[openlineage_sensor()],
)
