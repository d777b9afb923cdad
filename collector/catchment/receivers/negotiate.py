"""What a request's headers say of its body: media type, coding, length. Knows no body.

Header values are few and come again and again, so what was read of them is remembered.
"""

from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from catchment.errors import Unsupported


class Media(Enum):
    """The content types that are read."""

    JSON = "application/json"
    NDJSON = "application/x-ndjson"


class Coding(Enum):
    """The content codings that are undone."""

    IDENTITY = "identity"
    GZIP = "gzip"
    DEFLATE = "deflate"
    ZSTD = "zstd"


class Plan(NamedTuple):
    """How to read a body. `length_bytes`: as sent, None if chunked."""

    media: Media
    coding: Coding
    length_bytes: int | None


_CODINGS = {coding.value: coding for coding in Coding} | {
    "x-gzip": Coding.GZIP,
    "": Coding.IDENTITY,
}


def read_plan(headers: Iterable[tuple[bytes, bytes]]) -> Plan:
    """Read the headers of one request.

    Raises:
        Unsupported: a content type, charset or content coding that is not read here.
    """
    content_type = coding = b""
    length: int | None = None
    for name, value in headers:
        if name == b"content-type":
            content_type = value
        elif name == b"content-length":
            length = int(value) if value.isdigit() else None
        elif name == b"content-encoding":
            coding = coding + b"," + value if coding else value
    media = _media(content_type)
    return Plan(media, _coding(coding) if coding else Coding.IDENTITY, length)


@lru_cache(maxsize=256)
def _media(value: bytes) -> Media:
    kind, *parameters = value.decode("latin-1").split(";")
    try:
        media = Media(kind.strip().lower())
    except ValueError:
        shown = f"`{kind.strip()[:80]}`" if kind.strip() else "missing"
        raise Unsupported(
            f"The Content-Type is {shown}; send `application/json`, or `application/x-ndjson` "
            "to a batch path."
        ) from None
    for parameter in parameters:
        name, _, text = parameter.partition("=")
        if name.strip().lower() == "charset" and not _is_utf8(text):
            raise Unsupported(f"The charset is `{text.strip()[:40]}`; send UTF-8.")
    return media


def _is_utf8(charset: str) -> bool:
    return charset.strip().strip('"').lower() in ("utf-8", "utf8", "us-ascii")


@lru_cache(maxsize=64)
def _coding(value: bytes) -> Coding:
    name = value.decode("latin-1").strip().lower()
    if name not in _CODINGS:
        raise Unsupported(
            f"The Content-Encoding is `{name[:80]}`; send one of gzip, deflate, zstd, or none."
        )
    return _CODINGS[name]
