"""Measurements of tumours, to features, a model, scores and a report.

    python pipeline.py --data 1                   # train, score and report
    python pipeline.py --data 2                   # the same on more data: another model
    python pipeline.py --data 2 --model VERSION   # score with a model that was trained before

Data: breast cancer Wisconsin (diagnostic), as scikit-learn carries it; version 1 is the first 300
patients, version 2 all of them. DuckDB makes the features.
"""

import argparse
import csv
import pickle
import sys
from importlib.resources import files
from pathlib import Path

import duckdb
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from catchment_emitters import lineage

PATIENTS = {1: 300, 2: 569}
SOURCE = ("scikit-learn", "breast_cancer")
REGISTRY = ("models", "tumours")
COLUMNS = {"radius": 0, "area": 3, "concavity": 6, "worst_radius": 20, "benign": 30}
FEATURES = {
    "growth": ("worst_radius / radius", ["worst_radius", "radius"]),
    "roughness": ("concavity * area", ["concavity", "area"]),
    "size": ("ln(area)", ["area"]),
}


@lineage.job("tumours.extract")
def extract(home: Path, patients: int) -> None:
    raw = home / "raw.csv"
    with (files("sklearn.datasets") / "data" / "breast_cancer.csv").open() as text:
        lines = list(csv.reader(text))[1 : patients + 1]
    with raw.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["patient", *COLUMNS])
        writer.writerows([n, *(line[i] for i in COLUMNS.values())] for n, line in enumerate(lines))
    lineage.input(SOURCE, version=sklearn.__version__, rows=len(lines))
    lineage.output(raw, rows=len(lines), columns=["patient", *COLUMNS])


@lineage.job("tumours.features", inputs=lambda home: [home / "raw.csv"])
def make_features(home: Path) -> None:
    raw, made = home / "raw.csv", home / "features.parquet"
    chosen = ", ".join(f"{sql} as {name}" for name, (sql, _) in FEATURES.items())
    features = duckdb.sql(
        f"select patient, benign = 0 as malignant, {chosen} from '{raw}' order by patient"
    )
    features.write_parquet(str(made))
    sources = {name: [(raw, column) for column in used] for name, (_, used) in FEATURES.items()}
    lineage.output(made, features, column_lineage=sources | {"malignant": [(raw, "benign")]})


def read_features(home: Path) -> tuple[list[list[float]], list[bool]]:
    made = home / "features.parquet"
    rows = duckdb.sql(f"select {', '.join(FEATURES)}, malignant from '{made}'").fetchall()
    lineage.input(made, rows=len(rows))
    return [list(row[:-1]) for row in rows], [row[-1] for row in rows]


def model_file(home: Path, version: str) -> Path:
    return home / f"model-{version.removeprefix('sha256:')}.pkl"


@lineage.job("tumours.train")
def train(home: Path, strength: float = 1.0) -> str:
    x, y = read_features(home)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)
    model = LogisticRegression(C=strength, max_iter=5_000).fit(x_train, y_train)
    auc = roc_auc_score(y_test, model.predict_proba(x_test)[:, 1])
    file = home / "model.pkl"
    file.write_bytes(pickle.dumps(model))
    version = lineage.digest(file)
    assert version is not None
    file.rename(model_file(home, version))
    lineage.model(REGISTRY, model, metrics={"auc": auc}, version=version)
    return version


@lineage.job("tumours.score")
def score(home: Path, version: str) -> None:
    lineage.input(REGISTRY, version=version)
    model = pickle.loads(model_file(home, version).read_bytes())
    x, y = read_features(home)
    scores = model.predict_proba(x)[:, 1]
    lineage.evaluation({"auc": roc_auc_score(y, scores)})
    made = home / "scores.csv"
    with made.open("w", newline="") as file:
        csv.writer(file).writerows([["score"], *([float(one)] for one in scores)])
    lineage.output(made, rows=len(scores), columns={"score": "double"})


@lineage.job(
    "tumours.report",
    inputs=lambda home: [home / "scores.csv"],
    outputs=lambda home: [home / "report.md"],
)
def report(home: Path) -> None:
    counted = f"select count(*), count_if(score > 0.5) from '{home / 'scores.csv'}'"
    ((patients, urgent),) = duckdb.sql(counted).fetchall()
    (home / "report.md").write_text(f"{urgent} of {patients} patients should be seen first.\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=int, choices=PATIENTS, default=1)
    parser.add_argument("--model", help="version of a model that was trained before")
    parser.add_argument("--home", type=Path, default=Path("tumours"))
    given = parser.parse_args()
    given.home.mkdir(parents=True, exist_ok=True)
    with lineage.run("tumours", parameters={"data": given.data}):
        extract(given.home, PATIENTS[given.data])
        make_features(given.home)
        version = given.model or train(given.home)
        score(given.home, version)
        report(given.home)
    sys.stdout.write(f"{version}\n")


if __name__ == "__main__":
    main()
