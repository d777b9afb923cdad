"""Routes match on the path as it was sent, so that names may hold `/`, `:`, `%` and `#`, encoded.

Without this a name's `%2F` would have become a `/` before any route looks. Routes write their
parameters as `{namespace:name}`: one segment, percent-decoded after the match. Import this module
before such a route is made. Knows no route.
"""

from urllib.parse import unquote_to_bytes

from starlette.convertors import Convertor, register_url_convertor
from starlette.types import ASGIApp, Receive, Scope, Send


class NameConvertor(Convertor[str]):
    """One segment of a path, whatever characters it stands for."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        """The name that the segment stands for."""
        raw = unquote_to_bytes(value)
        try:
            # A lone surrogate in a name is `%ED%A0%80`, as it is in the name's key.
            return raw.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:  # no name that was ever stored
            return raw.decode("utf-8", "surrogateescape")

    def to_string(self, value: str) -> str:
        """The decoded name again; used by nothing but error messages."""
        return value


register_url_convertor("name", NameConvertor())


class RawPath:
    """Pure ASGI: puts the path as it was sent where the router looks. The outermost layer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; a path without `%` is the same either way."""
        raw = scope.get("raw_path")
        if raw and b"%" in raw:
            scope = dict(scope, path=raw.decode("latin-1"))
        await self._app(scope, receive, send)
