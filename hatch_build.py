"""Put folders of the top into wheels; editable installs read them from the checkout."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DataFolders(BuildHookInterface[Any]):
    """Adds the data folders of the repository's top to the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it builds a target."""
        if version == "editable":
            return
        for name in ("migrations", "schemas", "examples/estate"):
            folder = Path(self.root) / name
            if any(folder.glob("*")):
                build_data["force_include"][str(folder)] = f"catchment/{name}"
