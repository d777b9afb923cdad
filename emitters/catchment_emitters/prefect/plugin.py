"""What Prefect calls when it is imported with `PREFECT_PLUGINS_ENABLED=1`.

Entry point `catchment` of the group `prefect.plugins`.
"""

from typing import Any

import pluggy

from catchment_emitters.prefect import install

# The name that Prefect's manager has in pluggy, from its experimental days to this one.
_hook = pluggy.HookimplMarker("prefect-experimental")


@_hook  # its argument is by keyword alone, as in the specification: pluggy compares
def setup_environment(*, ctx: Any) -> None:
    """Install the tap; there is nothing to set in the environment."""
    del ctx
    install()
