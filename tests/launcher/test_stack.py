"""Which databases a stack uses: those that the environment names, the embedded one for the rest."""

from pathlib import Path

import pytest

from launcher.stack import Choices, Stack
from tests.support.postgres import Databases


def test_a_database_that_is_named_is_used_though_the_others_are_embedded(
    tmp_path: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOTING_DATABASE_URL", databases.app_url("voting"))
    stack = Stack(Choices(tmp_path, tmp_path / "register.csv"))
    try:
        stack._prepare_databases()
    finally:
        stack.stop()
    assert stack.environment["VOTING_DATABASE_URL"] == databases.app_url("voting")
    # Nobody gave the role that owns its tables, so it is not migrated from here.
    assert "VOTING_MIGRATION_URL" not in stack.environment
    others = [
        stack.environment[f"{name}_{kind}_URL"]
        for name in ("IDENTITY", "LEDGER")
        for kind in ("DATABASE", "MIGRATION")
    ]
    assert all(f":{databases.cluster.port}/" not in url for url in others)


def test_nothing_is_embedded_when_every_database_is_named(
    tmp_path: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, url in databases.urls.items():
        monkeypatch.setenv(name, url)
    stack = Stack(Choices(tmp_path, tmp_path / "register.csv"))
    stack._prepare_databases()
    assert stack.environment == databases.urls
    assert not (tmp_path / "postgres").exists()
