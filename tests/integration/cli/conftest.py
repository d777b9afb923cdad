"""Where the embedded server of a command may lie."""

from tests.integration.postgres.conftest import data_dir

__all__ = ["data_dir"]
