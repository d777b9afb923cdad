"""Ask a running server over HTTP, as `CATCHMENT_URL` and `CATCHMENT_API_KEY` say.

Turns what can go wrong into one sentence. Knows no question by name.
"""

import os
from typing import Any

import httpx

from catchment.errors import BadQuestion, CatchmentError, Refused, Transient, Unknown

DEFAULT_URL = "http://127.0.0.1:8765"
_SECONDS_MAX = 30.0
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
        detail = str(found.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"The server at {base} answered {status}."
    if status == httpx.codes.UNAUTHORIZED:
        detail = "The server asks for a key: set CATCHMENT_API_KEY to one with scope `read`."
    return _ERRORS.get(status, CatchmentError)(detail)
