"""One warning of each kind a process: a pipeline's log is not ours to fill."""

import logging

logger = logging.getLogger("catchment_emitters")
_said: set[str] = set()


def warn_once(kind: str, message: str, *arguments: object) -> None:
    """Log a warning unless one of this kind was logged; never raises."""
    if kind in _said:
        return
    _said.add(kind)
    try:
        logger.warning(message, *arguments)
    except Exception:
        return
