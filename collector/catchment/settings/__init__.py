"""Every setting and every bound, read once at start.

`load(**overrides)` answers with a frozen `Settings` or raises `BadSettings`, which names every
problem at once. The command line wins over the environment, which wins over the TOML file.
Knows nothing of who uses a setting, opens nothing but that file, shows no secret in `repr`.
"""

from catchment.settings.load import Unknown, load, unknown_variables
from catchment.settings.model import Settings, default_data_dir, is_loopback

__all__ = ["Settings", "Unknown", "default_data_dir", "is_loopback", "load", "unknown_variables"]
