"""Fixtures for all tests: one real PostgreSQL a session."""

from collections.abc import Iterator

import pytest

from services.chassis.embedded import Cluster
from tests.support.postgres import Databases, prepared


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL of this session's own, with nothing in it."""
    with Cluster(tmp_path_factory.mktemp("postgres")) as started:
        yield started


@pytest.fixture(scope="session")
def databases(cluster: Cluster) -> Databases:
    """Every service's database, migrated and granted."""
    return prepared(cluster, cluster.folder)
