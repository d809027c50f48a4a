"""Fixtures for all tests: one real PostgreSQL a session."""

from collections.abc import Iterator

import pytest

from services.chassis.embedded import Cluster
from tests.support.postgres import Databases, prepared


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Every service's database, migrated and granted, on a cluster of this session's own."""
    folder = tmp_path_factory.mktemp("postgres")
    with Cluster(folder) as cluster:
        yield prepared(cluster, folder)
