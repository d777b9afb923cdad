"""What only Prefect's API knows of a flow run: its deployment, and who called it from elsewhere.

Asked in a thread of its own, so that the flow does not wait; the answer goes out as one more event
of the run. Only runs of deployments have something to ask for, and these have an API.
"""

import atexit
import threading
import time
from typing import Any

from catchment_emitters.core.emitter import emitter
from catchment_emitters.core.events import RUNNING, Job, Parent, now, run_event
from catchment_emitters.core.facets import Facet, bag, custom
from catchment_emitters.prefect.jobs import namespace
from catchment_emitters.prefect.runs import Known

FLOWS_UP_MAX = 20
"""How many calls of a flow by a flow are followed to find the outermost."""
EXIT_SECONDS_MAX = 1.0
"""How long a process that ends waits for all answers together."""

_asking: set[threading.Thread] = set()


def look_up(run: Known, flow_run: Any) -> None:
    """Ask, and tell."""
    if run.outer is None and (flow_run.deployment_id or flow_run.parent_task_run_id):
        thread = threading.Thread(
            target=_look_up, args=(run, flow_run), name="catchment-prefect-lookup", daemon=True
        )
        # Added once it has begun: none other can be waited for.
        thread.start()
        _asking.add(thread)
        if not thread.is_alive():
            _asking.discard(thread)


def deployment_facet(flow_run: Any, deployment: Any = None) -> Facet | None:
    """`prefect_deployment`, as far as it is known."""
    if not flow_run.deployment_id:
        return None
    said = {
        "id": str(flow_run.deployment_id),
        "name": getattr(deployment, "name", None),
        "version": flow_run.deployment_version or getattr(deployment, "version", None),
        "entrypoint": getattr(deployment, "entrypoint", None),
        "work_pool": getattr(flow_run, "work_pool_name", None),
        "schedule": _schedules(deployment),
    }
    return custom("RunFacet", **{name: value for name, value in said.items() if value})


def _schedules(deployment: Any) -> list[str]:
    found = getattr(deployment, "schedules", None) or []
    return [str(one.schedule) for one in found if getattr(one, "active", True)]


def _look_up(run: Known, flow_run: Any) -> None:
    try:
        # A thread has a context of its own: this client is no other's.
        from prefect.client.orchestration import get_client
        from prefect.settings import PREFECT_API_URL

        if not PREFECT_API_URL.value():
            return
        with get_client(sync_client=True) as client:
            deployment = None
            if flow_run.deployment_id:
                deployment = client.read_deployment(flow_run.deployment_id)
            if flow_run.parent_task_run_id and run.active.parent is None:
                run.active.parent = _parent(client, flow_run)
        _tell(run, deployment_facet(flow_run, deployment))
    except Exception as error:
        emitter().warn("Prefect's API did not tell of a deployment", error)
    finally:
        _asking.discard(threading.current_thread())


def _parent(client: Any, flow_run: Any) -> Parent | None:
    """The flow run that called this one, and the outermost."""
    callers: list[tuple[str, Job]] = []
    task_run_id = flow_run.parent_task_run_id
    while task_run_id and len(callers) < FLOWS_UP_MAX:
        caller_id = client.read_task_run(task_run_id).flow_run_id
        if caller_id is None:
            break
        caller = client.read_flow_run(caller_id)
        callers.append((str(caller.id), Job(namespace(), client.read_flow(caller.flow_id).name)))
        task_run_id = caller.parent_task_run_id
    if not callers:
        return None
    return Parent(*callers[0], *callers[-1])


def _tell(run: Known, deployment: Facet | None) -> None:
    active = run.active
    said = bag(prefect_deployment=deployment)
    if said or active.parent is not None:
        event = run_event(
            RUNNING, active.run_id, Job(active.job.namespace, active.job.name),
            at=now(), parent=active.parent, run_facets=said,
        )  # fmt: skip
        emitter().emit(event)


@atexit.register
def _wait() -> None:
    until = time.monotonic() + EXIT_SECONDS_MAX
    try:
        for thread in list(_asking):
            thread.join(max(0.0, until - time.monotonic()))
    except Exception as error:
        emitter().warn("answers of Prefect's API were not waited for", error)
