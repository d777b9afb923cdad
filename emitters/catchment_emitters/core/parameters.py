"""Parameters of a run as text: short, without secrets, whatever the objects do."""

from collections.abc import Mapping

from catchment_emitters.core.policy import Policy
from catchment_emitters.core.urls import text_without_secrets

VALUE_CHARACTERS_MAX = 256
PARAMETERS_MAX = 100
_READ_CHARACTERS_MAX = 10_000
HIDDEN = "***"
# By the names of their classes: these are known to be secrets, whatever they are called.
_SECRET_TYPES = frozenset({"SecretStr", "SecretBytes", "Secret", "SecretDict", "Block"})
_DEPTH_MAX = 3
_PLAIN = (str, int, float, bool, type(None))


def as_text(parameters: Mapping[str, object], policy: Policy) -> dict[str, str]:
    """Name -> value, cut to what a person reads; a secret's is hidden.

    Only plain values and containers of them are written out. Of other objects the class is named:
    their `repr` could be of any length, take any time, or tell a secret.
    """
    shown = {}
    for name, value in list(parameters.items())[:PARAMETERS_MAX]:
        hidden = policy.is_secret(str(name))
        shown[str(name)] = HIDDEN if hidden else _text(value, policy)[:VALUE_CHARACTERS_MAX]
    return shown


def _text(value: object, policy: Policy, depth: int = 0) -> str:
    if any(one.__name__ in _SECRET_TYPES for one in type(value).__mro__):
        return HIDDEN
    if type(value) is str:
        # Before it is cut: half a password would not be known for one.
        text = text_without_secrets(value[:_READ_CHARACTERS_MAX])[: VALUE_CHARACTERS_MAX + 1]
        return text if depth == 0 else repr(text)
    if type(value) in _PLAIN:
        return repr(value) if not isinstance(value, int) or abs(value) < 10**80 else "<int>"
    if type(value) in (list, tuple, set, frozenset, dict):
        if depth > _DEPTH_MAX:
            return "..."
        inside = _members if type(value) is dict else _items
        return inside(value, policy, depth)
    return _named(value)


def _items(value: object, policy: Policy, depth: int) -> str:
    assert isinstance(value, list | tuple | set | frozenset)
    texts: list[str] = []
    for one in value:
        texts.append(_text(one, policy, depth + 1))
        if sum(map(len, texts)) > VALUE_CHARACTERS_MAX:
            break
    return f"[{', '.join(texts)}]"


def _members(value: object, policy: Policy, depth: int) -> str:
    assert isinstance(value, dict)
    texts: list[str] = []
    for key, one in value.items():
        name = _text(key, policy, depth + 1)
        hidden = policy.is_secret(name)
        texts.append(f"{name}: {HIDDEN if hidden else _text(one, policy, depth + 1)}")
        if sum(map(len, texts)) > VALUE_CHARACTERS_MAX:
            break
    return "{" + ", ".join(texts) + "}"


def _named(value: object) -> str:
    """Dates, paths, ids and enums say themselves; of others it is said what they are."""
    kind = type(value)
    if kind.__module__ in ("datetime", "uuid", "decimal", "pathlib"):
        return str(value)
    return f"<{kind.__module__}.{kind.__qualname__}>"
