"""What sounds like a secret, and text without it. Pure and linear, for the text may be hostile."""

import re

SECRET = re.compile(
    r"(?i)passw|passphrase|secret|token|api.?key|access.?key|credential|private.?key|authorization"
)
SECRET_BYTES = re.compile(SECRET.pattern.encode())
# The user-info ends with the last `@` before the path, so that a password may hold one too. Each
# pattern begins where no other match of it can run on, so that all are linear.
_USER_INFO = re.compile(r"(://[^/?#\s:@]*):[^/?#\s]*@")
_PARAMETER = re.compile(r"([?&;])([^?&;=\s]*)=[^&;\s]*")


def without_secrets(text: str) -> str:
    """A string less the passwords in URLs, and less parameters that sound like secrets."""
    if "@" in text:
        text = _USER_INFO.sub(r"\1@", text)
    if "=" in text and SECRET.search(text):
        text = _PARAMETER.sub(_blank_parameter, text)
    return text


def _blank_parameter(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}=[redacted]" if SECRET.search(found[2]) else found[0]
