"""raw -> features -> training -> model -> scoring -> report.

    python -m examples.prefect_churn.pipeline train 1            # on the first data
    python -m examples.prefect_churn.pipeline train 2            # again, on newer data
    python -m examples.prefect_churn.pipeline score VERSION      # newest features, an older model

Nothing here knows of lineage but two things: assets say their versions (`add_asset_metadata`), and
scoring says which version of the model it loads (`read_asset`).
"""

import pickle
import sys
from pathlib import Path

import duckdb
import numpy as np
from prefect import flow
from prefect.assets import add_asset_metadata, materialize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from catchment_emitters.prefect import read_asset
from examples.prefect_churn.files import HOME, Written, key, written

RAW, FEATURES, MODEL = key("raw/customers.csv"), key("features.parquet"), key("models/churn")
SCORES, REPORT = key("scores.parquet"), key("report.txt")
COLUMNS = ("tickets_per_month", "spend_per_month")

# Of 500 customers; with each batch of data they are less content.
_RAW = """copy (
  select i as customer, 1 + i % 36 as months, (i * 7919 + {batch}) % 23 as tickets,
         (i * 104729) % 1000 / 10.0 as spend,
         ((i * 7919 + {batch}) % 23 + {batch} * (i % 5)) > 14 as churned
  from range(500) customers(i)
) to '{path}' (header)"""
_FEATURES = """copy (
  select customer, tickets / months as tickets_per_month, spend / months as spend_per_month, churned
  from '{raw}' order by customer
) to '{path}'"""


@materialize(RAW)
def extract(batch: int) -> Written:
    """What the shop knows of its customers."""
    path = HOME / "raw" / "customers.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(_RAW.format(batch=batch, path=path))
    return _said(RAW, path)


@materialize(FEATURES)
def make_features(raw: Written) -> Written:
    """What a model is told of a customer."""
    path = HOME / "features.parquet"
    duckdb.sql(_FEATURES.format(raw=raw.path, path=path))
    made_of = {
        "tickets_per_month": [(RAW, "tickets"), (RAW, "months")],
        "spend_per_month": [(RAW, "spend"), (RAW, "months")],
    }
    return _said(FEATURES, path, column_lineage=made_of)


@materialize(MODEL, by="scikit-learn")
def train(features: Written, regularisation: float) -> Written:
    """Fit and keep a model; its version is the digest of its file."""
    inputs, churned = _read(features)
    model = LogisticRegression(C=regularisation).fit(inputs, churned)
    auc = float(roc_auc_score(churned, model.predict_proba(inputs)[:, 1]))
    place = HOME / "models" / "new"
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(pickle.dumps(model))
    found = written(place)
    kept = place.rename(_model_file(found.version))
    add_asset_metadata(
        MODEL,
        {
            "version": found.version,
            "size_bytes": kept.stat().st_size,
            "dataset_type": "MODEL",
            "sub_type": "sklearn",
            "metrics": {"auc": auc},
        },
    )
    return Written(kept, found.version)


@materialize(SCORES)
def score(features: Written, model: Written) -> Written:
    """How likely each customer is to leave."""
    read_asset(MODEL, version=model.version)
    read_asset(FEATURES, version=features.version)
    inputs, _ = _read(features)
    risk = pickle.loads(model.path.read_bytes()).predict_proba(inputs)[:, 1]
    path = HOME / "scores.parquet"
    # In the order of `_read`.
    rows = (
        f"select unnest(list(customer)) as customer, unnest($risk) as risk from '{features.path}'"
    )
    duckdb.sql(f"copy ({rows}) to '{path}'", params={"risk": risk.tolist()})
    return _said(SCORES, path)


@materialize(REPORT)
def report(scores: Written) -> str:
    """Whom to call."""
    (count,) = duckdb.sql(f"select count(*) from '{scores.path}' where risk > 0.5").fetchall()[0]
    path = HOME / "report.txt"
    path.write_text(f"{count} customers at risk\n")
    add_asset_metadata(REPORT, {"version": written(path).version})
    return path.read_text()


@flow
def churn(batch: int, regularisation: float = 1.0) -> str:
    """Everything, from new data to a report; the model's version."""
    features = make_features(extract(batch))
    model = train(features, regularisation)
    report(score(features, model))
    return model.version


@flow
def churn_scores(model: str) -> str:
    """Scores and a report by a model that is there already."""
    features = written(HOME / "features.parquet")
    return report(score(features, Written(_model_file(model), model)))


def _said(asset: str, path: Path, **more: object) -> Written:
    """Say of a table what it holds, and which version of it this is."""
    of = duckdb.sql(f"from '{path}'")
    schema = {name: str(kind) for name, kind in zip(of.columns, of.types, strict=True)}
    found = written(path)
    counted = {"version": found.version, "row_count": len(of), "schema": schema}
    add_asset_metadata(asset, counted | more)
    return found


def _read(features: Written) -> tuple[np.ndarray, np.ndarray]:
    columns = duckdb.sql(f"from '{features.path}'").fetchnumpy()
    return np.column_stack([columns[name] for name in COLUMNS]), columns["churned"]


def _model_file(version: str) -> Path:
    return HOME / "models" / f"churn-{version.removeprefix('sha256:')[:12]}.pickle"


if __name__ == "__main__":
    what, which = sys.argv[1:]
    print(churn(int(which)) if what == "train" else churn_scores(which))
