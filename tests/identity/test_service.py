"""The service as a whole: refusals, contract, settings, the operator's command."""

import inspect
import json
import secrets
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from services.chassis.keys import new_key_pem
from services.chassis.sealing import SealingKeys
from services.identity import operators
from services.identity.api.problems import PROBLEMS
from services.identity.domain import errors
from services.identity.main import contract, from_environment
from tests.identity.city import City
from tests.support.postgres import Databases


def test_every_refusal_has_a_problem_of_its_own() -> None:
    refusals = {
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.Refusal) and kind is not errors.Refusal
    }
    assert set(PROBLEMS) == refusals
    slugs = [problem.slug for problem in PROBLEMS.values()]
    assert len(set(slugs)) == len(slugs)


def test_the_contract_is_the_same_every_time() -> None:
    assert contract() == contract()


def test_internal_operations_are_kept_from_the_public() -> None:
    document = contract()
    for path, methods in document["paths"].items():
        for operation in methods.values():
            internal = path.startswith(("/internal/", "/health/"))
            assert (operation["x-audience"] == "internal") is internal, path


@pytest.fixture
def environment(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what the launcher sets."""
    (tmp_path / "identity.pem").write_text(new_key_pem())
    (tmp_path / "sealing.json").write_text(SealingKeys.fresh())
    (tmp_path / "pseudonyms.hex").write_text(secrets.token_hex(32) + "\n")
    (tmp_path / "attestation.hex").write_text(secrets.token_hex(32) + "\n")
    settings = {
        "DATABASE_URL": databases.app_url("identity"),
        "SIGNING_KEY_FILES": json.dumps([str(tmp_path / "identity.pem")]),
        "ISSUERS": json.dumps({"identity": "http://127.0.0.1:1/.well-known/jwks.json"}),
        "SEALING_KEYS_FILE": str(tmp_path / "sealing.json"),
        "PSEUDONYM_KEY_FILE": str(tmp_path / "pseudonyms.hex"),
        "ATTESTATION_KEY_FILES": json.dumps([str(tmp_path / "attestation.hex")]),
        "REAL_NAME_URL": "http://127.0.0.1:1",
        "PROPERTY_REGISTRY_URL": "http://127.0.0.1:1",
        "MESSAGES_URL": "http://127.0.0.1:1",
        "GATEWAY_URL": "http://127.0.0.1:1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"IDENTITY_{name}", value)


@pytest.mark.usefixtures("environment")
async def test_the_environment_is_enough_to_build_and_end_the_service() -> None:
    app = from_environment()
    async with app.router.lifespan_context(app):
        assert app.state.name == "identity"


@pytest.mark.usefixtures("environment")
async def test_an_operator_makes_a_phone_the_housing_bureau(city: City) -> None:
    first = await operators.appoint("19800000001")
    assert await operators.appoint("19800000001") == first
    assert city.database is not None
    query = text("SELECT role, granted_by FROM staff_grants WHERE account_id = CAST(:id AS uuid)")
    async with city.database.begin() as connection:
        grants = (await connection.execute(query, {"id": first})).all()
    assert [tuple(grant) for grant in grants] == [("housing_bureau", None)]


def test_an_operator_must_name_a_mobile_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["operators", "grant", "--phone", "12"])
    with pytest.raises(SystemExit) as ended:
        operators.main()
    assert ended.value.code == 2
    assert "11 digits" in capsys.readouterr().err
