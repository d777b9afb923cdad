"""What was told in five nights, event by event."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from .steps import IDENTITY, STEPS, Step
from .tables import FACETS, PRODUCER, TABLES, Json, columns, dataset, described, facet

NIGHTS, FAILED = 5, 2
SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs"
DAG, NAMESPACE = "shop_nightly", "airflow"
NEEDS_FEATURES = {"train", "score"}
TRAINED = "1b7ae1f0c2d94e83a5f60b9c7d2e4f1830a6b5c4"


def told(start: date) -> Iterator[Json]:
    """All events, in no order."""
    midnight = datetime.combine(start, time(), UTC)
    yield from _catalog(midnight)
    yield from _stream(midnight)
    for night in range(NIGHTS):
        yield from _Night(midnight + timedelta(days=night, hours=1), night).told()


def run_id(at: datetime, name: str) -> str:
    """A UUID of version 7: its time, and bits that follow from the name."""
    bits = int.from_bytes(hashlib.sha256(f"{at.isoformat()} {name}".encode()).digest()[:10], "big")
    bits = bits & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62
    return str(UUID(int=int(at.timestamp() * 1000) << 80 | bits))


def _said(system: str, kind: str, at: datetime) -> Json:
    return {
        "eventTime": at.isoformat(timespec="milliseconds"),
        "producer": f"{PRODUCER}/{system}",
        "schemaURL": f"{SPEC}/{kind}",
    }


def _catalog(at: datetime) -> Iterator[Json]:
    for key in TABLES:
        yield _said("catalog", "DatasetEvent", at) | {"dataset": described(key)}
    pages = [dataset("catalog", key, 0) for key in ("at_risk", "revenue")]
    yield _said("catalog", "JobEvent", at) | {
        "job": {"namespace": "dashboards", "name": "sales", "facets": {}},
        "inputs": pages,
        "outputs": [],
    }


def _stream(at: datetime) -> Iterator[Json]:
    kind = facet(
        "flink",
        "2-0-4/JobTypeJobFacet",
        processingType="STREAMING",
        integration="FLINK",
        jobType="JOB",
    )
    job = {"namespace": "flink", "name": "clicks_to_lake", "facets": {"jobType": kind}}
    run = {"runId": run_id(at, "flink"), "facets": {}}
    for hours in range(0, NIGHTS * 24, 6):
        yield _said("flink", "RunEvent", at + timedelta(hours=hours)) | {
            "eventType": "RUNNING" if hours else "START",
            "run": run,
            "job": job,
            "inputs": [] if hours else [dataset("flink", "clicks", 0)],
            "outputs": [] if hours else [dataset("flink", "raw_clicks", 0)],
        }


class _Night:
    """The runs of one night, from the DAG's down."""

    def __init__(self, at: datetime, night: int) -> None:
        self.at, self.night = at, night
        self.failed = night == FAILED
        self.dag = run_id(at, DAG)

    def told(self) -> Iterator[Json]:
        state = "FAIL" if self.failed else "COMPLETE"
        yield from self.run("airflow", NAMESPACE, DAG, self.dag, (0, 4_700), state)
        done: set[str] = set()
        for step in STEPS:
            if self.failed and step.task in NEEDS_FEATURES:
                continue
            if step.task not in done and step.system != "airflow":
                yield from self.task(step)
            done.add(step.task)
            yield from self.step(step)

    def run(
        self,
        system: str,
        namespace: str,
        name: str,
        run: str,
        seconds: tuple[int, int],
        state: str,
        parent: tuple[str, str, str] | None = None,
    ) -> Iterator[Json]:
        """START and end of a run that names no dataset."""
        facets = {"nominalTime": self.nominal(system)}
        if parent is not None:
            facets["parent"] = self.parent(system, *parent)
        for kind, second in zip(("START", state), seconds, strict=True):
            yield _said(system, "RunEvent", self.at + timedelta(seconds=second)) | {
                "eventType": kind,
                "run": {"runId": run, "facets": facets},
                "job": {"namespace": namespace, "name": name, "facets": {}},
                "inputs": [],
                "outputs": [],
            }

    def task(self, step: Step) -> Iterator[Json]:
        """The Airflow task around a step, and for dbt the run of dbt around its models."""
        steps = [other for other in STEPS if other.task == step.task]
        begin = 60 * steps[0].minute - 20
        end = 60 * steps[-1].minute + steps[-1].seconds + 20
        state = "FAIL" if self.failed and step.task == "dbt" else "COMPLETE"
        name, run = f"{DAG}.{step.task}", run_id(self.at, step.task)
        top = (self.dag, NAMESPACE, DAG)
        yield from self.run("airflow", NAMESPACE, name, run, (begin, end), state, top)
        if step.system == "dbt":
            inner = run_id(self.at, "dbt-run")
            within = (run, NAMESPACE, name)
            yield from self.run(
                "dbt", "dbt", "dbt-run-shop", inner, (begin + 5, end - 5), state, within
            )

    def step(self, step: Step) -> Iterator[Json]:
        """START with what is read, the end with all; Spark says START twice."""
        facets = {"parent": self.parent(step.system, *self.around(step))}
        if step.name == "train_churn":
            facets["executionParameters"] = facet(
                step.system,
                "1-0-0/ExecutionParametersRunFacet",
                parameters=[{"key": "depth", "value": str(4 + self.night)}],
            )
            facets["catchment_evaluation"] = {
                "_producer": f"{PRODUCER}/{step.system}",
                "_schemaURL": f"{PRODUCER}/catchment_evaluation.json",
                "metrics": [{"name": "auc", "value": round(0.81 + 0.01 * self.night, 2)}],
            }
        failed = self.failed and "customer_features" in step.writes
        reads = [self.read(step, key) for key in step.reads]
        writes = [] if failed else [self.written(step, key) for key in step.writes]
        begin = self.at + timedelta(minutes=step.minute)
        times: list[tuple[str, datetime, list[Json], list[Json]]] = [("START", begin, reads, [])]
        if step.system == "spark":
            times.append(("START", begin + timedelta(seconds=3), [], []))
        if step.system == "dbt":  # it names the output at once, even if it will fail
            times = [("START", begin, reads, [self.written(step, key) for key in step.writes])]
        end = begin + timedelta(seconds=step.seconds)
        times.append(("FAIL" if failed else "COMPLETE", end, reads, writes))
        for kind, at, inputs, outputs in times:
            more = {"errorMessage": self.error(step.system)} if kind == "FAIL" else {}
            yield _said(step.system, "RunEvent", at) | {
                "eventType": kind,
                "run": {"runId": run_id(self.at, step.name), "facets": facets | more},
                "job": self.job(step),
                "inputs": inputs,
                "outputs": outputs,
            }

    def around(self, step: Step) -> tuple[str, str, str]:
        if step.system == "airflow":
            return self.dag, NAMESPACE, DAG
        if step.system == "dbt":
            return run_id(self.at, "dbt-run"), "dbt", "dbt-run-shop"
        return run_id(self.at, step.task), NAMESPACE, f"{DAG}.{step.task}"

    def parent(self, system: str, run: str, namespace: str, name: str) -> Json:
        root = {"run": {"runId": self.dag}, "job": {"namespace": NAMESPACE, "name": DAG}}
        return facet(
            system,
            "1-2-0/ParentRunFacet",
            run={"runId": run},
            job={"namespace": namespace, "name": name},
            root=root,
        )

    def nominal(self, system: str) -> Json:
        begin = self.at.replace(hour=0)
        return facet(
            system,
            "1-0-1/NominalTimeRunFacet",
            nominalStartTime=(begin - timedelta(days=1)).isoformat(),
            nominalEndTime=begin.isoformat(),
        )

    def error(self, system: str) -> Json:
        return facet(
            system,
            "1-0-1/ErrorMessageRunFacet",
            message="Conversion Error: Could not convert string 'none' to INT32",
            programmingLanguage="SQL",
        )

    def job(self, step: Step) -> Json:
        facets = {}
        if step.query:
            facets["sql"] = facet(step.system, "1-1-0/SQLJobFacet", query=step.query)
        if step.system == "training":
            facets["sourceCodeLocation"] = facet(
                step.system,
                "1-1-0/SourceCodeLocationJobFacet",
                type="git",
                url=f"{PRODUCER}/science/{step.name}.py",
                repoUrl=f"{PRODUCER}/science.git",
                path=f"{step.name}.py",
                version=TRAINED[self.night :] + TRAINED[: self.night],
            )
        if step.explicit:
            entries = [
                {
                    "type": "DATASET",
                    "namespace": TABLES[to].namespace,
                    "name": TABLES[to].name,
                    "inputs": [
                        {
                            "type": "DATASET",
                            "namespace": TABLES[key].namespace,
                            "name": TABLES[key].name,
                        }
                        for key in origins
                    ],
                }
                for to, origins in step.explicit.items()
            ]
            facets["lineage"] = {
                "_producer": f"{PRODUCER}/{step.system}",
                "_schemaURL": f"{FACETS}/1-0-0/LineageFacet.json#/$defs/LineageJobFacet",
                "entries": entries,
            }
        return {"namespace": step.namespace, "name": step.name, "facets": facets}

    def version(self) -> str:
        """Models are numbered; none was trained in the night that failed."""
        return str(self.night + 1 - (self.night > FAILED))

    def versioned(self, step: Step, key: str) -> Json:
        if key != "churn":
            return {}
        return {
            "version": facet(
                step.system, "1-0-1/DatasetVersionDatasetFacet", datasetVersion=self.version()
            )
        }

    def read(self, step: Step, key: str) -> Json:
        return dataset(step.system, key, self.night, **self.versioned(step, key))

    def written(self, step: Step, key: str) -> Json:
        facets = self.versioned(step, key)
        if not step.explicit:
            facets["columnLineage"] = self.column_lineage(step, key)
        rows = 4_000 + 25 * self.night
        statistics = facet(step.system, "1-0-2/OutputStatisticsOutputDatasetFacet", rowCount=rows)
        made = dataset(step.system, key, self.night, **facets)
        return made if key == "churn" else made | {"outputFacets": {"outputStatistics": statistics}}

    def column_lineage(self, step: Step, key: str) -> Json:
        def origin(table: str, column: str, how: tuple[str, str]) -> Json:
            return {
                "namespace": TABLES[table].namespace,
                "name": TABLES[table].name,
                "field": column,
                "transformations": [{"type": how[0], "subtype": how[1]}],
            }

        fields = {}
        for column in columns(key, self.night):
            same = tuple((table, column, IDENTITY) for table in step.reads[:1])
            found = [
                origin(*said)
                for said in step.columns.get(column, same)
                if said[1] in columns(said[0], self.night)
            ]
            fields[column] = {"inputFields": found}
        return facet(
            step.system,
            "1-2-0/ColumnLineageDatasetFacet",
            fields=fields,
            dataset=[origin(*said) for said in step.rows],
        )
