"""GET from a Marquez, and one sentence for whatever goes wrong. Knows no event."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from catchment.errors import BadQuestion, CatchmentError, Permanent, Refused, TooLarge, Transient

_ANSWER_BYTES_MAX = 1024**3
_SECONDS_MAX = 60.0
_LATER = frozenset((408, 425, 429, 500, 502, 503, 504))
_API = "/api/v1"


class MarquezHttp:
    """One address to ask. `shown` is it, less a password; `answered`: something did, once.

    Redirects are followed, and proxies and certificates are those of the environment
    (`HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE`).

    Raises:
        BadQuestion: that is no address, or no key.
    """

    def __init__(self, url: str, key: str | None) -> None:
        try:
            whole = httpx.URL(url.rstrip("/").removesuffix(_API))
        except (httpx.InvalidURL, UnicodeError):
            whole = httpx.URL("")
        if whole.scheme not in ("http", "https") or not whole.host:
            raise BadQuestion(f"{url!r} is no address of a Marquez; write it as http://HOST:PORT.")
        if key is not None and not (key.isascii() and key.isprintable()):
            raise BadQuestion("MARQUEZ_API_KEY holds characters that no header may hold.")
        self._base = whole.copy_with(query=None, fragment=None)
        self.shown = str(self._base.copy_with(userinfo=b"")).rstrip("/")
        self.answered = False
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=_SECONDS_MAX,
            follow_redirects=True,
        )

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def get(self, path: str, parameters: dict[str, Any]) -> bytes:
        """The body of a 200.

        Raises:
            Transient: it is away or busy; the same may succeed later.
            TooLarge: the answer is over a bound.
            BadQuestion: it refuses the parameters.
            Permanent: anything else.
        """
        url = self._base.copy_with(path=self._base.path.rstrip("/") + path)
        with self._sentences(), self._client.stream("GET", url, params=parameters) as found:
            self.answered = True
            if found.status_code != httpx.codes.OK:
                raise self._refusal(path, found)
            held = bytearray()
            for piece in found.iter_bytes():
                held += piece
                if len(held) > _ANSWER_BYTES_MAX:
                    raise TooLarge(f"An answer of {self.shown} is over {_ANSWER_BYTES_MAX} bytes.")
            return bytes(held)

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException:
            raise Transient(f"{self.shown} did not answer within {_SECONDS_MAX:g} s.") from None
        except httpx.ProxyError as error:
            raise Transient(
                f"The proxy before {self.shown} refuses ({error}); see HTTPS_PROXY and NO_PROXY."
            ) from None
        except httpx.TooManyRedirects:
            raise Permanent(f"{self.shown} sends from one address to the next for ever.") from None
        except httpx.RequestError as error:
            raise self._unreachable(error) from None

    def _unreachable(self, error: httpx.RequestError) -> CatchmentError:
        causes = list(_causes(error))
        bad = next((one for one in causes if isinstance(one, ssl.SSLCertVerificationError)), None)
        if bad is not None:
            return Permanent(
                f"The certificate of {self.shown} is not trusted ({bad.verify_message}): name its "
                "authority's file by SSL_CERT_FILE."
            )
        if any(isinstance(one, ssl.SSLError) for one in causes):
            return Permanent(f"{self.shown} does not speak TLS as asked; is it http://?")
        if any(isinstance(one, socket.gaierror) for one in causes):
            return Transient(f"There is no host {self._base.host}.")
        if isinstance(error, httpx.ConnectError):
            return Transient(f"Nothing answers at {self.shown}.")
        return Transient(f"The connection to {self.shown} broke: {error or type(error).__name__}.")

    def _refusal(self, path: str, found: httpx.Response) -> CatchmentError:
        status = found.status_code
        if status in _LATER:
            return Transient(f"{self.shown} answers {status} to GET {path}, again and again.")
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            return Refused(
                f"{self.shown} asks for a key that may read ({status}): set MARQUEZ_API_KEY."
            )
        if status in (httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY):
            return BadQuestion(f"{self.shown} does not understand GET {path} ({status}).")
        if status in (httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED):
            return Permanent(f"What answers at {self.shown} is no Marquez: it has no {path}.")
        return Permanent(f"{self.shown} answers {status} to GET {path}.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
