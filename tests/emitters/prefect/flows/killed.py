"""A task that is going on when the process is killed."""

import time

from prefect import flow, task


@task
def waits() -> None:
    time.sleep(60)


@flow
def killed() -> None:
    waits()


if __name__ == "__main__":
    killed()
