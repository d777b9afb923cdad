"""A flow that is served, and one that calls it by its deployment, in another process."""

import sys

from prefect import flow, task
from prefect.deployments import run_deployment

tries: list[int] = []


@task
def twice(x: int) -> int:
    return 2 * x


@flow(retries=1)
def remote(x: int) -> int:
    tries.append(x)
    if len(tries) == 1:
        raise ValueError("the first time")
    return twice(x)


@flow
def caller() -> str:
    run = run_deployment("remote/by-name", parameters={"x": 4}, poll_interval=0.5, timeout=90)
    return str(run.state.name)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        remote.serve(
            name="by-name", version="v3", tags=["served"], cron="0 3 1 1 *",
            print_starting_message=False,
        )  # fmt: skip
    else:
        print(caller())
