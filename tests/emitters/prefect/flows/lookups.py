"""The API is asked of runs while it does not answer, or when no thread can begin."""

import sys
import threading
import time
from types import SimpleNamespace
from uuid import uuid4

from prefect.flow_runs import wait_for_flow_run  # noqa: F401 - the client is there before the clock

from catchment_emitters.core.active import ActiveRun
from catchment_emitters.core.events import Job
from catchment_emitters.core.policy import Allowed
from catchment_emitters.prefect.lookup import look_up
from catchment_emitters.prefect.runs import Known


def ask() -> None:
    run = Known(ActiveRun(str(uuid4()), Job("prefect", "asks")), Allowed())
    look_up(run, SimpleNamespace(deployment_id=uuid4(), parent_task_run_id=None))


if __name__ == "__main__":
    if sys.argv[1] == "hanging":
        for _ in range(5):
            ask()
        time.sleep(2)  # until all of them wait
    else:
        threading.stack_size(1 << 47)
        try:
            ask()
        except RuntimeError as error:
            print(error)
        threading.stack_size(0)
    print(time.time(), flush=True)
