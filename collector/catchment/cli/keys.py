"""`keys`: make, show and revoke API keys. A secret is shown once and kept nowhere."""

import json
from datetime import UTC, datetime
from typing import Any

import typer

from catchment.access.grants import Scope
from catchment.access.keys import new_key
from catchment.app.keys import create, listed, revoke
from catchment.cli.running import run
from catchment.cli.say import answer, answer_json, printable, remark
from catchment.settings import Settings


def run_create(
    settings: Settings,
    name: str,
    scopes: list[str],
    namespaces: list[str],
    *,
    for_file: bool,
    as_json: bool,
) -> None:
    """Make a key and show it."""
    wanted = _scopes(scopes)
    if not all(namespaces):
        raise typer.BadParameter("--namespace is empty: such a key would see nothing.")
    key, key_id, digest = new_key()
    if for_file:
        answer("[[keys]]")
        for field, value in (
            ("id", key_id),
            ("sha256", digest.hex()),
            ("scopes", wanted),
            ("namespaces", namespaces),
        ):
            answer(f"{field} = {json.dumps(value)}")
        remark(f"The key, shown this one time: {key}")
        return
    seq = run(create(settings, key_id, digest, name, wanted, namespaces))
    if as_json:
        answer_json({"id": key_id, "key": key, "scopes": wanted, "seq": seq})
        return
    answer(key)
    remark(f"Key {key_id} is kept as a hash only: it is shown this one time.")


def _scopes(scopes: list[str]) -> list[str]:
    known = [str(scope) for scope in Scope]
    for scope in scopes:
        if scope not in known:
            raise typer.BadParameter(f"{scope!r} is not a scope; there are {', '.join(known)}.")
    return sorted(set(scopes))


def run_list(settings: Settings, as_json: bool) -> None:
    """All keys."""
    rows: list[dict[str, Any]] = [
        {
            "id": row.id,
            "name": row.name,
            "scopes": list(row.scopes),
            "namespaces": list(row.namespaces),
            "createdAt": _when(row.created_at_us),
            "revokedAt": _when(row.revoked_at_us) if row.revoked_at_us is not None else None,
        }
        for row in run(listed(settings))
    ]
    if as_json:
        answer_json({"keys": rows})
        return
    if not rows:
        answer("There are no keys; make one with `catchment keys create`.")
    for row in rows:
        state = f"revoked {row['revokedAt']}" if row["revokedAt"] else ",".join(row["scopes"])
        where = ",".join(row["namespaces"]) or "*"
        answer(printable(f"{row['id']}  {row['createdAt']}  {state}  {where}  {row['name']}"))


def run_revoke(settings: Settings, key_id: str) -> None:
    """Revoke one."""
    seq = run(revoke(settings, key_id))
    answer(f"Key {printable(key_id)} is revoked (entry {seq} of the log).")


def _when(us: int) -> str:
    return datetime.fromtimestamp(us / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
