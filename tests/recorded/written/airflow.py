"""The shape of Airflow: a DAG run and its task runs, each with a START and an end.

Quirks: the DAG run is known by Airflow's own id, which is no UUID, in its events as in its
children's `parent`; a task that is tried again is another run; times carry an offset; START comes
with datasets, COMPLETE with empty arrays; what must run first (`jobDependencies`) is no data flow;
the events of two tasks are mixed, and one COMPLETE is there before its START.
"""

from tests.recorded.written.shapes import (
    LAKE,
    WAREHOUSE,
    Json,
    bare,
    dataset,
    event,
    facet,
    job_type,
    parent,
    schema,
)

NAMESPACE, DAG = "airflow.production", "shop_daily"
DAG_RUN = "scheduled__2026-03-02T00:00:00+00:00"
CUSTOMERS = "01900000-0000-7000-8000-00000000a001"
ORDERS_FIRST = "01900000-0000-7000-8000-00000000a002"
ORDERS_AGAIN = "01900000-0000-7000-8000-00000000a003"
PUBLISH = "01900000-0000-7000-8000-00000000a004"

NOMINAL = facet(
    "1-0-1/NominalTimeRunFacet",
    nominalStartTime="2026-03-02T00:00:00+00:00",
    nominalEndTime="2026-03-03T00:00:00+00:00",
)
ROOT = {"run": {"runId": DAG_RUN}, "job": {"namespace": NAMESPACE, "name": DAG}}


def _dag() -> tuple[Json, Json]:
    run = {"runId": DAG_RUN, "facets": {"nominalTime": NOMINAL}}
    owners = facet("1-0-1/OwnershipJobFacet", owners=[{"name": "data-team", "type": None}])
    return run, {
        "namespace": NAMESPACE,
        "name": DAG,
        "facets": {"jobType": job_type("AIRFLOW", "DAG"), "ownership": owners},
    }


def _task(run_id: str, task: str, attempt: int = 1, **more: Json) -> tuple[Json, Json]:
    airflow = bare(
        dag={"dag_id": DAG, "schedule_interval": "@daily", "tags": "['shop']"},
        dagRun={"run_id": DAG_RUN, "run_type": "scheduled", "conf": {}},
        task={
            "task_id": task,
            "operator_class": "SQLExecuteQueryOperator",
            "upstream_task_ids": [],
        },
        taskInstance={"try_number": attempt, "pool": "default_pool"},
        taskUuid=run_id,
    )
    facets = {"airflow": airflow, "nominalTime": NOMINAL, **more}
    facets["parent"] = parent(DAG_RUN, NAMESPACE, DAG, ROOT)
    query = f"insert into raw.{task} select * from public.{task}"
    return {"runId": run_id, "facets": facets}, {
        "namespace": NAMESPACE,
        "name": f"{DAG}.{task}",
        "facets": {
            "jobType": job_type("AIRFLOW", "TASK"),
            "sql": facet("1-1-0/SQLJobFacet", query=query),
        },
    }


def _copies(name: str, *columns: str) -> tuple[list[Json], list[Json]]:
    """A table that is copied as it is."""
    return (
        [dataset(WAREHOUSE, f"shop.public.{name}", schema=schema(*columns))],
        [dataset(WAREHOUSE, f"shop.raw.{name}", schema=schema(*columns))],
    )


def events() -> list[Json]:
    """In the order of arrival."""
    customers = _copies("customers", "customer_id", "country")
    orders = _copies("orders", "order_id", "customer_id", "amount")
    first = facet(
        "1-0-1/JobDependenciesRunFacet",
        upstream=[{"job": {"namespace": NAMESPACE, "name": f"{DAG}.customers"}}],
        downstream=[],
        trigger_rule="all_success",
    )
    failed = facet(
        "1-0-1/ErrorMessageRunFacet",
        message="deadlock detected",
        programmingLanguage="PYTHON",
        stackTrace=None,
    )
    export = dataset(WAREHOUSE, "shop.raw.orders"), dataset(LAKE, "raw/orders")
    day = "2026-03-03T"
    return [
        event("START", f"{day}00:00:03.100000+00:00", *_dag()),
        event("START", f"{day}00:00:05.250000+00:00", *_task(CUSTOMERS, "customers"), *customers),
        event("START", f"{day}00:00:06.000000+00:00", *_task(ORDERS_FIRST, "orders"), *orders),
        event("COMPLETE", f"{day}00:01:05.000000+00:00", *_task(CUSTOMERS, "customers")),
        event(
            "FAIL",
            f"{day}00:01:09.000000+00:00",
            *_task(ORDERS_FIRST, "orders", errorMessage=failed),
        ),
        # The end of the second try comes first.
        event("COMPLETE", f"{day}00:07:30.000000+00:00", *_task(ORDERS_AGAIN, "orders", 2)),
        event(
            "START",
            f"{day}02:06:09.000000+02:00",
            *_task(ORDERS_AGAIN, "orders", 2, jobDependencies=first),
            *orders,
        ),
        event("START", f"{day}00:08:00.000000+00:00", *_task(PUBLISH, "publish")),
        event(
            "COMPLETE",
            f"{day}00:09:00.000000+00:00",
            *_task(PUBLISH, "publish"),
            [export[0]],
            [export[1]],
        ),
        event("COMPLETE", f"{day}00:09:01.000000+00:00", *_dag()),
    ]
