"""`search`: jobs and datasets by words, as node ids that the other commands take."""

from catchment.cli.asking import ask_json
from catchment.cli.say import answer, answer_json, printable, remark


def run_search(
    words: list[str], kind: str | None, namespace: str | None, limit: int, as_json: bool
) -> None:
    """The best hits, best first."""
    asked = {"q": " ".join(words), "filter": kind, "namespace": namespace, "limit": limit}
    found = ask_json("/api/v1/search", asked)
    if as_json:
        answer_json(found)
        return
    for one in found["results"]:
        answer(printable(one["nodeId"]))
    if found["truncated"]:
        remark("There are more, or may be: say more words, or --limit.")
    elif not found["results"]:
        remark("Nothing that is known has these words.")
