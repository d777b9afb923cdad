"""Policy: by the name of a job, what of it is emitted, and which parameters are blanked.

In `openlineage.yml`:

    catchment:
      redact: [email]
      policy:
        - jobs: "sandbox.*"
          emit: false
        - jobs: "hr.*"
          parameters: false
          datasets: false

The last rule that fits a name decides, for each thing that it speaks of.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from catchment_emitters.spool.downstream import SECRET_WORDS

log = logging.getLogger("catchment_emitters")

THINGS = ("emit", "parameters", "source_code", "datasets")
# As words of a name only: an author is no secret, nor are a passenger and a number of connections.
_WHOLE = frozenset({"pass", "auth", "connection"})
_LONGER = ("password", "passwd", "passphrase", "authorization", "authentication")
SECRETS = (*(word for word in SECRET_WORDS if word not in _WHOLE), *_LONGER)
_WORDS = re.compile(r"[A-Z]*[a-z]+|[A-Z]+")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What of a job is emitted: anything, its parameters, its source code, its datasets."""

    emit: bool = True
    parameters: bool = True
    source_code: bool = True
    datasets: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules (glob, thing, allowed), and words that make a parameter's name a secret's."""

    rules: tuple[tuple[str, str, bool], ...] = ()
    secrets: tuple[str, ...] = SECRETS

    def of(self, job_name: str) -> Allowed:
        """What of this job is emitted."""
        said = {thing: ok for glob, thing, ok in self.rules if fnmatchcase(job_name, glob)}
        return Allowed(**said)

    def is_secret(self, name: str) -> bool:
        """Whether a value of this name is not for others to see."""
        lower = name.lower()
        words = {word.lower() for word in _WORDS.findall(name)}
        return any(word in lower for word in self.secrets) or not _WHOLE.isdisjoint(words)


def read_policy(ours: Mapping[str, Any]) -> Policy:
    """The policy in our section of the file; what cannot be read is said, and left out."""
    rules: list[tuple[str, str, bool]] = []
    said = ours.get("policy") or []
    for rule in said if isinstance(said, list) else [said]:
        glob = rule.get("jobs") if isinstance(rule, dict) else None
        if not isinstance(glob, str):
            log.warning("a rule of the policy has no `jobs` (a name, with * for any): %r", rule)
            continue
        for thing, ok in rule.items():
            if thing in THINGS and isinstance(ok, bool):
                rules.append((glob, thing, ok))
            elif thing != "jobs":
                log.warning("a rule of the policy says %r: %r; it knows %s, true or false",
                            thing, ok, ", ".join(THINGS))  # fmt: skip
    more = ours.get("redact") or []
    words = more if isinstance(more, list) else [more]
    return Policy(tuple(rules), SECRETS + tuple(str(word).lower() for word in words))
