"""The bounds of reading events. Knows nothing of what they bound."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of reading; each with its unit in its name."""

    depth_max: int = 128
    problems_max: int = 100
    facet_name_chars_max: int = 1_024
    facet_cache_bytes_max: int = 64 * 1024 * 1024
    element_cache_bytes_max: int = 64 * 1024 * 1024
