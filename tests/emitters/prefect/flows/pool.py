"""Tasks in processes of their own, which import Prefect anew."""

from prefect import flow, task
from prefect.task_runners import ProcessPoolTaskRunner

from catchment_emitters.prefect import install


@task
def square(x: int) -> int:
    return x * x


@flow(task_runner=ProcessPoolTaskRunner(max_workers=2))
def pool() -> int:
    return sum(square.map([1, 2, 3]).result())


@flow
def around() -> int:
    return pool()


if __name__ == "__main__":
    install()
    print(around())
