"""The gate in front of every route: Host, Origin, key, scope. Pure ASGI, a few µs a request.

Knows nothing of what is behind a path but the scope that it needs.
"""

from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catchment.access.grants import EVERYTHING, SCOPE_KEY, Grant
from catchment.access.hosts import Hosts, is_own
from catchment.access.keys import KeyRing
from catchment.access.needs import scope_needed, suffices
from catchment.access.problem import send_error, send_problem
from catchment.errors import CatchmentError, Refused

_METHODS = b"GET, HEAD, POST, PUT, DELETE, OPTIONS"
_NOTHING = Grant(None, frozenset())


class Guard:
    """Lets a request through with its `Grant` in the scope, or answers why not.

    `keys` None: nobody is asked for a key, and everybody may everything.
    """

    def __init__(self, app: ASGIApp, *, hosts: Hosts, keys: KeyRing | None) -> None:
        self._app = app
        self._hosts = hosts
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; whatever is not HTTP goes on untouched."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        host, origin, authorization = _credentials(scope)
        if host and not self._hosts.knows(host):
            await _refuse_host(send)
        elif origin and not (is_own(origin, host) or self._hosts.admits(origin)):
            await send_problem(send, 403, "Pages of this origin may not ask here.")
        else:
            if origin:
                send = _with_cors(send, origin)
            await self._admit(authorization, scope, receive, send)

    async def _admit(
        self, authorization: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if scope["method"] == "OPTIONS":
            await _send_options(send)
        elif self._keys is None:
            scope[SCOPE_KEY] = EVERYTHING
            await self._app(scope, receive, send)
        else:
            await self._with_key(self._keys, authorization, scope, receive, send)

    async def _with_key(
        self, keys: KeyRing, authorization: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        needed = scope_needed(scope["method"], scope["path"])
        if needed is None:
            scope[SCOPE_KEY] = _NOTHING
            await self._app(scope, receive, send)
            return
        try:
            grant = await _find(keys, authorization)
        except CatchmentError as error:
            await send_error(send, error)
            return
        if grant is None:
            await _refuse_key(send, given=bool(authorization))
        elif not suffices(grant, needed, scope["path"]):
            await send_error(send, Refused(f"The key has no scope `{needed}`."))
        else:
            scope[SCOPE_KEY] = grant
            await self._app(scope, receive, send)


def _credentials(scope: Scope) -> tuple[bytes, bytes, bytes]:
    host = origin = authorization = b""
    for name, value in scope["headers"]:
        if name == b"host":
            host = value
        elif name == b"origin":
            origin = value
        elif name == b"authorization":
            authorization = value
    return host, origin, authorization


async def _find(keys: KeyRing, authorization: bytes) -> Grant | None:
    kind, _, key = authorization.partition(b" ")
    if kind.lower() != b"bearer":
        return None
    return await keys.find(key.strip().decode("latin-1"))


async def _refuse_host(send: Send) -> None:
    says = "This service is not known under that Host; list it in CATCHMENT_HOSTS_ALLOWED."
    await send_problem(send, HTTPStatus.MISDIRECTED_REQUEST, says)


async def _refuse_key(send: Send, *, given: bool) -> None:
    if given:
        says = "The key is unknown or revoked; send another as `Authorization: Bearer KEY`."
    else:
        says = "A key is needed: send it as `Authorization: Bearer KEY`."
    await send_problem(send, 401, says, headers={"www-authenticate": "Bearer"})


async def _send_options(send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": [(b"allow", _METHODS)]})
    await send({"type": "http.response.body"})


def _with_cors(send: Send, origin: bytes) -> Send:
    headers = [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", b"authorization, content-type, last-event-id"),
        (b"access-control-max-age", b"600"),
        (b"vary", b"origin"),
    ]

    async def send_with_cors(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *headers]
        await send(message)

    return send_with_cors
