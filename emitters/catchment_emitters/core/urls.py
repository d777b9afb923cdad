"""URLs without what is secret in them: who may use them, by which password or key."""

import re

from catchment_emitters.spool.downstream import SECRET_WORDS

HIDDEN = "***"
# In container@account the container is no secret: it is what tells two apart.
CONTAINERS = ("abfss", "abfs", "wasbs", "wasb")
# Their paths may well hold an @; in other URLs it is rather one of the password.
_PATHS = ("http", "https", "s3", "s3a", "s3n", "gs", "gcs", "hdfs", "dbfs", "ftp", "sftp", "kafka")
_WORDS = "|".join(SECRET_WORDS)
_NAMED = re.compile(rf"([?&;][^=&;#\s]*(?:{_WORDS})[^=&;#\s]*=)[^&;#\s]*", re.IGNORECASE)
_USER = re.compile(r"://(?:[^\s/@:]*:\S*|[^\s/@:]+)@")


def without_password(url: str) -> str:
    """A URL without who may use it. A password may have a slash or an @ in it."""
    scheme, mark, rest = url.partition("://")
    if not mark or scheme.lower() in CONTAINERS:
        return url
    end = min((at for at in (rest.find("?"), rest.find("#")) if at >= 0), default=len(rest))
    head, tail = rest[:end], rest[end:]
    authority, slash, path = head.partition("/")
    if scheme.lower() in _PATHS:
        if "@" in authority:
            return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}{tail}"
        port = authority.partition(":")[2]
        if not port or port.isdigit():
            return url
    return f"{scheme}://{head.rpartition('@')[2]}{tail}"


def without_secrets(url: str) -> str:
    """The same, and what its query names a secret is hidden. Any other text as it is."""
    return _NAMED.sub(rf"\1{HIDDEN}", without_password(url)) if "://" in url else url


def text_without_secrets(text: str) -> str:
    """Any text: where there is a URL in it, who may use it is hidden."""
    if "://" not in text:
        return text
    return _NAMED.sub(rf"\1{HIDDEN}", _USER.sub(f"://{HIDDEN}@", text))
