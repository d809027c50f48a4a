"""A real PostgreSQL for the tests: every service's database, migrated, with its two roles."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from migrations import prepare
from services.chassis.embedded import Cluster


@dataclass(frozen=True)
class Databases:
    """The databases of one test session."""

    cluster: Cluster
    urls: dict[str, str]

    def app_url(self, service: str) -> str:
        """Return the URL of a service's restricted role."""
        return self.urls[f"{service.upper()}_DATABASE_URL"]

    def migrator_url(self, service: str) -> str:
        """Return the URL of the role that owns a service's tables."""
        return self.urls[f"{service.upper()}_MIGRATION_URL"]

    def superuser_url(self, service: str) -> str:
        """Return the superuser's URL of a service's database."""
        return self.cluster.admin_url(service)


def prepared(cluster: Cluster, folder: Path) -> Databases:
    """Create and migrate every service's database on a running cluster."""
    passwords = prepare.kept_passwords(folder / "passwords.json")
    asyncio.run(prepare.create(cluster.admin_url(), passwords))
    urls = prepare.urls(cluster.admin_url(), passwords)
    for service in prepare.SERVICES:
        if any((Path("migrations") / service / "versions").glob("*.py")):
            prepare.upgrade(service, urls[f"{service.upper()}_MIGRATION_URL"])
    return Databases(cluster, urls)
