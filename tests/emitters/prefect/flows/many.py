"""More runs than are kept: the flow that they are part of goes on meanwhile."""

from prefect import flow, task

from catchment_emitters.prefect import read_asset, runs

runs.RUNS_MAX = 10


@task
def one(x: int) -> int:
    read_asset("s3://lake/parts", str(x))
    return x


@flow
def many() -> int:
    read_asset("s3://lake/all", "v1")
    return sum(one(x) for x in range(12))


@flow
def above() -> int:
    return many()


if __name__ == "__main__":
    print(above())
    kept = [*runs._going.values(), *runs._ended.values()]
    said = [(run.active.inputs(), run.active.run_facets, run.reads, run.links) for run in kept]
    print(len(kept), sum(len(part) for parts in said for part in parts))
