"""`events`: the log in order, and one entry of it."""

import json
import sys

from catchment.cli.asking import ask, ask_json
from catchment.cli.say import answer, answer_json, printable, remark


def run_list(after: int | None, limit: int, node: str | None, as_json: bool) -> None:
    """A page of the log."""
    found = ask_json("/api/v1/events", {"after": after, "limit": limit, "nodeId": node})
    if as_json:
        answer_json(found)
        return
    for entry in found["events"]:
        about = entry.get("job") or entry.get("dataset") or {}
        name = f"{about.get('namespace', '')} {about.get('name', '')}".strip()
        parts = (
            f"{entry['seq']:>8}",
            entry.get("eventTime") or entry.get("loggedAt") or "",
            entry.get("eventType") or entry["kind"],
            name,
            f"({len(entry['problems'])} problems)" if entry.get("problems") else "",
        )
        answer(printable("  ".join(part for part in parts if part)))
    if found.get("next") is not None:
        remark(f"More: --after {found['next']}")


def run_show(seq: int, raw: bool) -> None:
    """One entry, indented, or as its bytes."""
    found = ask(f"/api/v1/events/{seq}")
    if raw:
        sys.stdout.buffer.write(found.content)
        return
    try:
        answer_json(json.loads(found.content))
    except ValueError:
        answer(printable(found.content.decode("utf-8", "backslashreplace")))
