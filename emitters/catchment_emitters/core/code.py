"""Where code is: file, line and git commit of a function. Looked up once for each function."""

import inspect
import os
import subprocess
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

from catchment_emitters.core.facets import Facet, facet, source_code

SOURCE_CHARACTERS_MAX = 100_000
COMMIT_SECONDS_MAX = 0.3
"""For all that git is asked of one directory: the code that is looked up waits for it."""


class Commit(NamedTuple):
    """A checkout: its root, the commit, whether files differ from it, and where it came from.

    What git did not say in time is None, or not `dirty`.
    """

    root: str
    sha: str
    dirty: bool
    repo_url: str | None
    branch: str | None
    tag: str | None


def code_of(function: Callable[..., Any]) -> CodeType | None:
    """What a function runs, under all that wraps it: shared by all that one `def` makes."""
    found = getattr(_unwrapped(function), "__code__", None)
    return found if isinstance(found, CodeType) else None


def location_facet(function: Callable[..., Any] | CodeType) -> Facet | None:
    """`sourceCodeLocation`: the file in its repository, the line, and the commit.

    A commit whose files were changed says so in the member `dirty`: the commit alone would lie. In
    a checkout that is too slow to look through (`COMMIT_SECONDS_MAX`) that is not known.
    """
    code = function if isinstance(function, CodeType) else code_of(function)
    if code is None or code.co_filename.startswith("<"):
        return None
    return file_facet(code.co_filename, code.co_firstlineno)


def file_facet(path: str, line: int | None = None) -> Facet:
    """The same of a file."""
    return _file_facet(os.path.abspath(path), line)


@lru_cache(maxsize=4_096)
def _file_facet(path: str, line: int | None) -> Facet:
    commit = commit_of(os.path.dirname(path))
    mark = f"#L{line}" if line else ""
    schema = "SourceCodeLocationJobFacet"
    if commit is None:
        return facet("1-1-0", schema, type="file", url=Path(path).as_uri() + mark, path=path + mark)
    inside = os.path.relpath(path, commit.root)
    said = {
        "repoUrl": commit.repo_url,
        "branch": commit.branch,
        "tag": commit.tag,
        "dirty": True if commit.dirty else None,
    }
    return facet(
        "1-1-0",
        schema,
        type="git",
        url=_url(commit, inside) + mark,
        path=inside + mark,
        version=commit.sha,
        **{name: value for name, value in said.items() if value is not None},
    )


def source_facet(function: Callable[..., Any] | CodeType) -> Facet | None:
    """`sourceCode`: the text of a function."""
    code = function if isinstance(function, CodeType) else _unwrapped(function)
    try:
        text = inspect.getsource(code)
    except (OSError, TypeError):
        return None
    return source_code(text[:SOURCE_CHARACTERS_MAX])


@lru_cache(maxsize=256)
def commit_of(directory: str) -> Commit | None:
    """The checkout that a directory is in. As it was when this process first asked.

    Takes `COMMIT_SECONDS_MAX` at most, once: what git says later, or not at all, is left out.
    """
    until = time.monotonic() + COMMIT_SECONDS_MAX
    # What is quick comes first; to see whether files differ, git looks at all of them.
    found = _git(directory, until, "rev-parse", "--show-toplevel", "HEAD", "--abbrev-ref", "HEAD")
    if not found:
        return None
    root, sha, branch = found.rsplit("\n", 2)
    return Commit(
        root=root,
        sha=sha,
        repo_url=without_password(_git(directory, until, "config", "--get", "remote.origin.url")),
        branch=branch if branch != "HEAD" else None,
        dirty=bool(_git(directory, until, "status", "--porcelain", "--untracked-files=no")),
        tag=_git(directory, until, "describe", "--tags", "--exact-match") or None,
    )


def without_password(url: str | None) -> str | None:
    """A URL without who may use it: what stands before the @ is cut."""
    if not url:
        return None
    scheme, mark, rest = url.partition("://")
    if not mark:
        return url
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _git(directory: str, until: float, *arguments: str) -> str | None:
    left_seconds = until - time.monotonic()
    if left_seconds <= 0:
        return None
    try:
        done = subprocess.run(
            ["git", "-C", directory, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=left_seconds,
            check=False,
            # Whatever hook or lock there is: this only looks.
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _url(commit: Commit, inside: str) -> str:
    """A page of the file at this commit, where the host is known to have such pages."""
    repo = (commit.repo_url or "").removesuffix(".git")
    if repo.startswith("git@"):
        repo = "https://" + repo.removeprefix("git@").replace(":", "/", 1)
    if repo.startswith("https://"):
        return f"{repo}/blob/{commit.sha}/{inside}"
    return Path(commit.root, inside).as_uri()


def _unwrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    try:
        inner: Callable[..., Any] = inspect.unwrap(function)
    except ValueError:  # it wraps itself
        return function
    return inner
