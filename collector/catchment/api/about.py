"""Which entries of the log are about a node: where to look, and what to keep."""

from catchment.api.nodes import find_node
from catchment.api.sight import Sight
from catchment.errors import Unknown
from catchment.events.runids import read_run_id
from catchment.postgres.read import Questions
from catchment.postgres.read.log import About

_RUN = "run:"


async def entries_about(questions: Questions, node_id: str, sight: Sight) -> About:
    """What is asked for by `job:NS:NAME`, `dataset:NS:NAME` or `run:ID`.

    Raises:
        BadQuestion: not a node id, or one that fits several nodes.
        Unknown: nothing of that name was ever named where this caller sees.
    """
    if node_id.startswith(_RUN):
        return await _run(questions, node_id.removeprefix(_RUN), sight)
    node = await find_node(questions.names, node_id, shows=sight.knows)
    if node.is_job:
        return About([node.id])
    return await questions.log.about_dataset(node.id)


async def _run(questions: Questions, text: str, sight: Sight) -> About:
    run_id = read_run_id(text)
    about = await questions.log.about_run(run_id.key) if run_id else None
    jobs = await questions.names.nodes(True, about.subjects) if about else {}
    if about is None or not any(map(sight.knows, jobs.values())):
        raise Unknown(f"No run {text!r} was ever named.")
    return about
