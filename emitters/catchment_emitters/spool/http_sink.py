"""Over HTTP: batches where the peer takes them, else one event a request.

The session is of requests, the bearers of openlineage-python: what works in its http transport
(`url`, `endpoint`, `auth`, `verify`, `sslContext`, `custom_headers`, `timeout`) works here.
"""

import gzip
import json
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from catchment_emitters import __version__
from catchment_emitters.spool.downstream import http_address
from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.sink import LATER, Answer

_GZIP_BYTES_MIN = 1024
_REASON_CHARS_MAX = 500
_NO_BATCHES = {404, 405, 501}


class _NoBatches(Exception):
    """The peer has no such endpoint."""


class _TooMuch(Exception):
    """The peer does not take this as a whole."""


class _Away(Exception):
    """Nothing is known of what was sent; the same may pass later."""

    def __init__(self, reason: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class _Bearer(AuthBase):
    """Sets the header as `auth`, or a .netrc of the user would replace it."""

    def __init__(self, auth: Mapping[str, Any]) -> None:
        key = auth.get("apiKey") or auth.get("apikey") or auth.get("api_key")
        self._value = f"Bearer {key}" if auth.get("type") == "api_key" and key else None
        self._provider = None
        if self._value is None:
            # Importing openlineage costs 0.4 s: only for tokens that have to be fetched.
            from openlineage.client.transport.http import create_token_provider

            self._provider = create_token_provider(dict(auth))

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        value = self._value if self._provider is None else self._provider.get_bearer()
        if value:
            request.headers["Authorization"] = value
        return request


class HttpSink:
    """An OpenLineage endpoint over HTTP."""

    def __init__(self, config: Mapping[str, Any], limits: SpoolLimits) -> None:
        """ValueError if there is no usable `url`; KeyError for an `auth` that lacks something."""
        parts = urlsplit(str(config.get("url") or "").strip())
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"the downstream needs a `url`, not {config.get('url')!r}")
        self._address = http_address(config)
        self._seconds = (
            limits.connect_seconds_max,
            float(config.get("timeout") or limits.request_seconds_max),
        )
        self._batches = True
        self._gzip = True
        self._gzip_single = config.get("compression") == "gzip"
        self._batch_bytes_max = limits.batch_bytes_max
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"catchment-emitters/{__version__}"
        self._session.headers.update(config.get("custom_headers") or {})
        self._set_tls(config)
        if auth := config.get("auth"):
            self._session.auth = _Bearer(auth)

    def _set_tls(self, config: Mapping[str, Any]) -> None:
        self._session.verify = config.get("verify", True)
        context = next(
            (
                config[name]
                for name in ("sslContext", "ssl_context", "sslcontext")
                if name in config
            ),
            None,
        )
        if context is None:
            return
        from openlineage.client.transport.http import HttpSslContextConfig

        found = HttpSslContextConfig.from_dict(context)
        self._session.verify = found.ca_cert_path or self._session.verify
        self._session.cert = found.as_requests_cert()

    def send(self, events: Sequence[bytes]) -> Answer:
        """In as few requests as the peer allows."""
        answer = Answer()
        parts = deque(self._parts(events))
        alone: set[int] = set()  # the peer's word on one event counts only if it came as one
        while parts:
            part = parts.popleft()
            try:
                if self._batches and part[0] not in alone:
                    self._send_batch(events, part, answer)
                else:
                    self._send_singly(events, part, answer)
            except _NoBatches:
                self._batches = False
                parts.appendleft(part)
            except _TooMuch:
                middle = len(part) // 2
                if middle == 0:
                    alone.update(part)
                parts.extendleft(half for half in (part[middle:], part[:middle]) if half)
            except _Away as away:
                answer.retry += [*part, *(position for rest in parts for position in rest)]
                answer.reason = str(away)
                answer.retry_after_seconds = away.retry_after_seconds
                break
        # What had its verdict before the peer went away is not asked again.
        refused = {position for position, _ in answer.refused}
        answer.retry = [position for position in answer.retry if position not in refused]
        return answer

    def _parts(self, events: Sequence[bytes]) -> list[list[int]]:
        parts: list[list[int]] = [[]]
        size = 0
        for position, event in enumerate(events):
            if parts[-1] and size + len(event) > self._batch_bytes_max:
                parts.append([])
                size = 0
            parts[-1].append(position)
            size += len(event) + 1
        return parts if events else []

    def _send_batch(self, events: Sequence[bytes], part: list[int], answer: Answer) -> None:
        body = b"[" + b",".join(events[position] for position in part) + b"]"
        response = self._post(f"{self._address.rstrip('/')}/batch", body, compress=self._gzip)
        status = response.status_code
        if status == 415 and self._gzip:
            self._gzip = False
            response = self._post(f"{self._address.rstrip('/')}/batch", body, compress=False)
            status = response.status_code
        if status in _NO_BATCHES:
            raise _NoBatches
        if status == 413 and len(part) > 1:
            self._batch_bytes_max = max(1, len(body) // 2)
        if 400 <= status < 500:
            raise _TooMuch
        if status in (201, 202, 204):
            return
        self._read_verdicts(response, part, answer)

    def _read_verdicts(self, response: requests.Response, part: list[int], answer: Answer) -> None:
        try:
            said = response.json()
            failed = said["failed_events"] if said["status"] == "partial_success" else []
            if said["status"] not in ("success", "partial_success"):
                raise KeyError(said["status"])
            verdicts = [(part[int(f["index"])], bool(f["retriable"]), f["reason"]) for f in failed]
            if len(verdicts) < int(said["summary"]["failed"]):
                raise KeyError("failed_events")
        except (ValueError, LookupError, TypeError):
            # Something answers there, but not what takes batches of events.
            raise _NoBatches from None
        for position, retriable, reason in verdicts:
            if retriable:
                answer.retry.append(position)
                answer.reason = str(reason)[:_REASON_CHARS_MAX]
            else:
                answer.refused.append((position, str(reason)[:_REASON_CHARS_MAX]))

    def _send_singly(self, events: Sequence[bytes], part: list[int], answer: Answer) -> None:
        for done, position in enumerate(part):
            try:
                response = self._post(self._address, events[position], compress=self._gzip_single)
                if response.status_code in _NO_BATCHES:
                    self._batches = True  # nothing is there today: ask again for everything
                    raise _Away(f"{_said(response)}: is the url right?")
            except _Away:
                del part[:done]
                raise
            if response.status_code >= 400:
                answer.refused.append((position, _said(response)))

    def _post(self, address: str, body: bytes, *, compress: bool) -> requests.Response:
        """The peer's answer, if it is one about the events: 2xx, or a 4xx that will not pass."""
        headers = {"Content-Type": "application/json"}
        if compress and len(body) >= _GZIP_BYTES_MIN:
            body = gzip.compress(body, compresslevel=1)
            headers["Content-Encoding"] = "gzip"
        try:
            # Redirected, a POST becomes a GET that is answered 200, and the events are gone.
            response = self._session.post(
                address, data=body, headers=headers, timeout=self._seconds, allow_redirects=False
            )
        except Exception as error:
            # Besides those of requests: whatever a token provider raises.
            raise _Away(_root(error)) from error
        status = response.status_code
        if 300 <= status < 400:
            raise _Away(f"{status}: moved to {response.headers.get('Location')}; set that `url`")
        if status in LATER or (status >= 500 and status != 501):
            raise _Away(_said(response), _retry_after(response))
        return response

    def probe(self) -> tuple[bool, str]:
        """Whether the peer answers as it should, asked with a batch of no events; and what."""
        try:
            response = self._post(f"{self._address.rstrip('/')}/batch", b"[]", compress=False)
        except _Away as away:
            return False, str(away)
        if response.status_code < 300:
            return True, "answers, and takes batches"
        if response.status_code in _NO_BATCHES:
            try:
                single = self._post(self._address, b"{}", compress=False)
            except _Away as away:
                return False, str(away)
            html = "html" in single.headers.get("Content-Type", "")
            if single.status_code in _NO_BATCHES or html:
                hint = "is the url right? OPENLINEAGE_URL is the server only"
                return False, f"{_said(single)}: {hint}"
        return True, f"answers ({response.status_code} to a batch); events are posted singly"

    def close(self) -> None:
        """Give back connections."""
        self._session.close()


def _root(error: BaseException) -> str:
    """What went wrong in the end, below all that wrapped it."""
    while (below := error.__cause__ or error.__context__) is not None:
        error = below
    return f"{type(error).__name__}: {error}"[:_REASON_CHARS_MAX]


def _said(response: requests.Response) -> str:
    """The status, and what an answer in problem+json (RFC 9457) says of it."""
    try:
        problem = json.loads(response.content[:65_536])
        detail = problem.get("detail") or problem.get("title") or problem.get("message")
        pointed = "; ".join(
            f"{error.get('pointer')}: {error.get('reason')}"
            for error in (problem.get("errors") or [])[:5]
        )
        text = ": ".join(part for part in (detail, pointed) if part)
    except (ValueError, AttributeError, TypeError):
        text = response.text[:200]
    return f"{response.status_code} {text or response.reason}"[:_REASON_CHARS_MAX]


def _retry_after(response: requests.Response) -> float | None:
    """Seconds, from either form of the header."""
    told = response.headers.get("Retry-After", "").strip()
    if told.isdigit():
        return float(told)
    try:
        return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
