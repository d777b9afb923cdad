"""Where the embedded server of a command may lie, and servers to ask."""

from tests.integration.http.conftest import start
from tests.integration.postgres.conftest import data_dir

__all__ = ["data_dir", "start"]
