"""Where the embedded server of a collector that is killed may lie, and a second database."""

from collections.abc import Iterator

import pytest

from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.postgres.conftest import data_dir

__all__ = ["data_dir", "other_database_url"]


@pytest.fixture
def other_database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A migrated database beside `database_url`."""
    with postgres_server.database(TEMPLATE) as url:
        yield url
