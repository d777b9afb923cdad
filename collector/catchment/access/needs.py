"""Which scope a request needs, by its method and path. Whatever is not listed needs `admin`.

`raw` and namespace globs are looked at where the answer is made. Knows paths, no handlers.
"""

from catchment.access.grants import Grant, Scope

_INGEST = frozenset(("/", "/lineage", "/lineage/batch", "/api/v1/lineage", "/api/v1/lineage/batch"))
# The first page and what describes the API are open: they show nothing of what is stored.
_OPEN = frozenset(("/", "/docs", "/openapi.json", "/favicon.ico", "/robots.txt"))
_OPEN_UNDER = ("/health/", "/assets/", "/docs/")
_API = "/api/v1/"
_READING = frozenset(("GET", "HEAD"))
_POST_TO_READ = frozenset(("/api/v1/validate", "/mcp"))
# Whoever may send events may ask what would be said of them.
_INGEST_DOES = frozenset(("/api/v1/validate",))


def scope_needed(method: str, path: str) -> Scope | None:
    """The scope; None if everybody may."""
    # A slash too many is told to whoever may ingest, though nothing is there.
    if method == "POST" and (path in _INGEST or path.rstrip("/") in _INGEST):
        return Scope.INGEST
    if method in _READING:
        if path in _OPEN or path.startswith(_OPEN_UNDER):
            return None
        return Scope.READ
    if method == "POST" and path in _POST_TO_READ:
        return Scope.READ
    if _says_what_events_say(method, path):
        return Scope.INGEST
    return Scope.ADMIN


def suffices(grant: Grant, needed: Scope, path: str) -> bool:
    """Whether a caller may do what needs this scope."""
    return grant.may(needed) or (path in _INGEST_DOES and grant.may(Scope.INGEST))


def _says_what_events_say(method: str, path: str) -> bool:
    """Whether this puts a dataset or job, or makes or marks a run: as good as an event.

    E.g. PUT /api/v1/namespaces/NS/jobs/NAME, POST .../jobs/NAME/runs, POST .../jobs/runs/ID/start.
    """
    parts = path.split("/")[3:]
    match method, parts:
        case "PUT", ["namespaces", _, "datasets" | "jobs", _]:
            return path.startswith(_API)
        case "POST", ["namespaces", _, "jobs", _, "runs"] | ["jobs", "runs", _, _]:
            return path.startswith(_API)
    return False
