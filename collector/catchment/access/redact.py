"""What a caller is shown of stored JSON: no secret without scope `raw`, no name out of its globs.

Pure functions over bytes. The log keeps what was received; this is only how it is served. Only what
must not be seen is replaced, and lexemes that JSON does not know (NaN, Infinity) become null;
everything else stays byte for byte. Iterative and linear, for what is stored may be hostile.
"""

import re
from typing import NamedTuple

import msgspec

from catchment.access.grants import Grant, Scope, matches
from catchment.errors import NotJson
from catchment.events import splitter
from catchment.events.canonical import string
from catchment.events.names import cut_password
from catchment.events.secrets import SECRET, SECRET_BYTES, without_secrets
from catchment.events.text import require_utf8

BLANK = b'"[redacted]"'
NOBODY = b'{"namespace":"[redacted]","name":"[redacted]"}'
_GAP = re.compile(rb"[ \t\n\r,:]*")
_WORD = re.compile(rb"[^ \t\n\r,\]}]+")
# Where a facet of column lineage has its columns at the deepest; each level costs another look.
_COLUMN_DEPTH_MAX = 8
_NO_NUMBERS = (b"NaN", b"Infinity", b"-Infinity")
_any_json = msgspec.json.Decoder(msgspec.Raw)


class View(NamedTuple):
    """What of a grant matters here. No globs: any namespace."""

    raw: bool
    namespaces: tuple[str, ...]

    def sees(self, namespace: str) -> bool:
        """Whether the namespace is one of the caller's; a password in it does not matter."""
        known = cut_password(namespace)
        return not self.namespaces or any(matches(glob, known) for glob in self.namespaces)


def view_of(grant: Grant) -> View:
    """The view that a grant gives."""
    return View(grant.may(Scope.RAW), grant.namespaces)


def shown(body: bytes, view: View) -> bytes:
    """A stored JSON value (well-formed, but for NaN and Infinity) as JSON for this caller."""
    if not _may_change(body, view):
        return body
    edits = sorted(_Scan(body, view).edits(), key=lambda edit: (edit[0], -edit[1]))
    pieces: list[bytes] = []
    done = 0
    for start, end, instead in edits:
        if start >= done:  # else it lies inside of what was replaced whole
            pieces += (body[done:start], instead)
            done = end
    pieces.append(body[done:])
    return b"".join(pieces)


def shown_entry(body: bytes, view: View) -> bytes:
    """The same of an entry of the log, which may be anything: what is no JSON is withheld whole."""
    try:
        _require_json(body)
        return shown(body, view)
    except NotJson:
        return BLANK


def is_json(body: bytes) -> bool:
    """Whether a stored body is one JSON value; NaN, Infinity and lone surrogates are let pass."""
    try:
        _require_json(body)
    except NotJson:
        return False
    return True


def _require_json(body: bytes) -> None:
    require_utf8(body)
    try:
        _any_json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        end = splitter.value_end(body, 0)
        if body[end:].strip(b" \t\n\r"):
            raise NotJson("Something follows the value.") from None


def _may_change(body: bytes, view: View) -> bool:
    """False only if nothing can have to be replaced: most bodies need no look at each value."""
    if b"NaN" in body or b"Infinity" in body:
        return True
    escaped = b"\\" in body
    if view.namespaces and (escaped or b'"namespace"' in body):
        return True
    return not view.raw and (escaped or b"@" in body or SECRET_BYTES.search(body) is not None)


class _Open:
    """An object or array whose end was not met yet; `key` of the member whose value comes next."""

    __slots__ = ("is_object", "key", "named", "namespace", "secret", "start", "value")

    def __init__(self, start: int, *, is_object: bool) -> None:
        self.start = start
        self.is_object = is_object
        self.key: str | None = None
        self.secret = False
        self.named = False
        self.namespace: str | None = None
        self.value: tuple[int, int] | None = None


class _Scan:
    """One pass over the values of a body, gathering what to put in place of what."""

    def __init__(self, body: bytes, view: View) -> None:
        self._body = body
        self._view = view
        self._edits: list[tuple[int, int, bytes]] = []
        self._stack: list[_Open] = []

    def edits(self) -> list[tuple[int, int, bytes]]:
        """(start, end, what to put there); one may lie inside another."""
        body, at = self._body, 0
        while True:
            gap = _GAP.match(body, at)
            at = gap.end() if gap else at
            if at >= len(body):
                return self._edits
            byte = body[at : at + 1]
            if byte in (b"{", b"["):
                self._stack.append(_Open(at, is_object=byte == b"{"))
                at += 1
            elif byte in (b"}", b"]"):
                at += 1
                opened = self._stack.pop()
                self._close(opened, at)
                self._member(opened.start, at, None)
            elif byte == b'"':
                at = self._string(at)
            else:
                at = self._scalar(at)

    def _scalar(self, at: int) -> int:
        word = _WORD.match(self._body, at)
        end = word.end() if word else at + 1
        if self._body[at:end] in _NO_NUMBERS:
            self._edits.append((at, end, b"null"))
        self._member(at, end, None)
        return end

    def _string(self, at: int) -> int:
        end = splitter.value_end(self._body, at)
        literal = self._body[at:end]
        text = splitter.text(literal)
        if not self._view.raw:
            clean = without_secrets(text)
            if clean != text:
                self._edits.append((at, end, string(clean)))
        around = self._stack[-1] if self._stack else None
        if around is None or not around.is_object or around.key is not None:
            self._member(at, end, text)
            return end
        around.key = text
        return end if self._view.raw or not SECRET.search(text) else self._blank(around, end)

    def _blank(self, around: _Open, key_end: int) -> int:
        """Replace the value behind a key that sounds like a secret, but no column of that name."""
        gap = _GAP.match(self._body, key_end)
        start = gap.end() if gap else key_end
        end = splitter.value_end(self._body, start)
        near = len(self._stack) <= _COLUMN_DEPTH_MAX
        if near and "inputFields" in splitter.members_of(self._body[start:end]):
            return key_end
        self._edits.append((start, end, BLANK))
        around.key = None
        return end

    def _member(self, start: int, end: int, text: str | None) -> None:
        """A value has ended; note what its neighbours make of it."""
        around = self._stack[-1] if self._stack else None
        if around is None or around.key is None:
            return
        key, around.key = around.key, None
        if key == "value":
            around.value = (start, end)
        elif text is not None and key in ("name", "key"):
            around.secret = around.secret or SECRET.search(text) is not None
            around.named = around.named or key == "name"
        elif text is not None and key == "namespace":
            around.namespace = text

    def _close(self, opened: _Open, end: int) -> None:
        view = self._view
        if not view.raw and opened.value and opened.secret:
            self._edits.append((*opened.value, BLANK))
        if opened.namespace is not None and opened.named and not view.sees(opened.namespace):
            self._edits.append((opened.start, end, NOBODY))
