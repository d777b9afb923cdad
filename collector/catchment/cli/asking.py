"""Ask a running server over HTTP, as `CATCHMENT_URL` and `CATCHMENT_API_KEY` say.

Turns what can go wrong into one sentence. Knows no question by name.
"""

import os
from typing import Any

import httpx

from catchment.errors import BadQuestion, CatchmentError, Refused, Transient, Unknown

DEFAULT_URL = "http://127.0.0.1:8765"
_SECONDS_MAX = 30.0
# How the command line calls the parameters of the API.
_OPTIONS = {
    "asOf": "--as-of",
    "nodeId": "NODE",
    "depth": "--depth",
    "limit": "--limit",
    "filter": "--kind",
}
_ERRORS: dict[int, type[CatchmentError]] = {
    400: BadQuestion,
    401: Refused,
    403: Refused,
    404: Unknown,
    503: Transient,
}


def ask(path: str, parameters: dict[str, Any] | None = None) -> httpx.Response:
    """GET a path; parameters that are None are left out.

    Raises:
        CatchmentError: no server there, or it says no; the sentence is for a person.
    """
    base = os.environ.get("CATCHMENT_URL") or DEFAULT_URL
    key = os.environ.get("CATCHMENT_API_KEY")
    given = {name: value for name, value in (parameters or {}).items() if value is not None}
    try:
        found = httpx.get(
            base.rstrip("/") + path,
            params=given,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=_SECONDS_MAX,
        )
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        raise BadQuestion(f"CATCHMENT_URL is {base!r}; write it as http://HOST:PORT.") from None
    except httpx.TimeoutException:
        raise Transient(f"The server at {base} did not answer within {_SECONDS_MAX:g} s.") from None
    except httpx.TransportError:
        raise Transient(
            f"No server answers at {base}: start one with `catchment serve`, or set CATCHMENT_URL."
        ) from None
    if found.status_code != httpx.codes.OK:
        raise _refusal(base, found)
    return found


def ask_json(path: str, parameters: dict[str, Any] | None = None) -> Any:
    """The same, as JSON."""
    found = ask(path, parameters)
    try:
        return found.json()
    except ValueError:
        raise BadQuestion(
            f"What answers at {found.url.host} is no Catchment server; check CATCHMENT_URL."
        ) from None


def _refusal(base: str, found: httpx.Response) -> CatchmentError:
    status = found.status_code
    try:
        detail = _in_words_of_options(found.json())
    except (ValueError, KeyError, TypeError):
        detail = f"The server at {base} answered {status}."
    if status == httpx.codes.UNAUTHORIZED and os.environ.get("CATCHMENT_API_KEY"):
        detail = (
            "The server does not know the key in CATCHMENT_API_KEY (mistyped, or revoked): "
            "set one of those that `catchment keys list` shows."
        )
    elif status == httpx.codes.UNAUTHORIZED:
        detail = "The server asks for a key: set CATCHMENT_API_KEY to one with scope `read`."
    return _ERRORS.get(status, CatchmentError)(detail)


def _in_words_of_options(problem: Any) -> str:
    """What the server says, with the options of the command instead of its own parameters."""
    detail = str(problem["detail"])
    name, space, rest = detail.partition(" ")
    if name in _OPTIONS:
        return _OPTIONS[name] + space + rest
    reasons = []
    for error in problem.get("errors", ()) if problem["status"] == httpx.codes.BAD_REQUEST else ():
        name = str(error["pointer"]).rpartition("/")[2]
        if str(error["reason"]).lower() in detail.lower():
            continue  # once is enough
        reasons.append(f"{_OPTIONS.get(name, name)}: {error['reason']}")
    return f"{detail.rstrip('.')} ({'; '.join(reasons)})." if reasons else detail
