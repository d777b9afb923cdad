"""Run ids: 16 bytes. What is no UUID is mapped to one, always the same, and the text is kept."""

import re
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from catchment.events.names import NAME_CHARS_MAX

# As nearly everybody writes it: read by C, and so exactly that the slow way would agree.
_USUAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DOMAIN = b"catchment run id 1\0"


class RunId(NamedTuple):
    """`external` is the original text where it is not a UUID in the usual form."""

    key: bytes
    external: str | None


def read_run_id(text: str) -> RunId | None:
    """The run id that this text gives; None if it is empty or too long."""
    if not text or len(text) > NAME_CHARS_MAX:
        return None
    if _USUAL.fullmatch(text):
        return RunId(bytes.fromhex(text.replace("-", "")), None)
    if len(text) == 36:
        try:
            return RunId(UUID(text).bytes, None)
        except ValueError:
            pass
    digest = bytearray(sha256(_DOMAIN + text.encode("utf-8", "surrogatepass")).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x80
    digest[8] = (digest[8] & 0x3F) | 0x80
    return RunId(bytes(digest), text)
