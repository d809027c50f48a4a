"""The gateway as its environment describes it, in a process of its own."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from services.chassis.keys import new_key_pem
from services.gateway import main
from services.gateway.api.problems import PROBLEMS
from services.gateway.domain import errors
from services.gateway.settings import GatewaySettings
from tests.gateway import contracts
from tests.gateway.fakes import free_port


def settings_in(folder: Path) -> dict[str, str]:
    for service, document in contracts.all_three().items():
        (folder / f"{service}.v1.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "gateway.pem").write_text(new_key_pem())
    away = f"http://127.0.0.1:{free_port()}"
    return {
        "GATEWAY_SIGNING_KEY_FILES": json.dumps([str(folder / "gateway.pem")]),
        "GATEWAY_ISSUERS": json.dumps({"identity": f"{away}/.well-known/jwks.json"}),
        "GATEWAY_IDENTITY_URL": away,
        "GATEWAY_VOTING_URL": away,
        "GATEWAY_LEDGER_URL": away,
        "GATEWAY_CONTRACTS_FOLDER": str(folder),
        "GATEWAY_TRUSTED_PROXIES": '["10.0.0.0/8"]',
        "GATEWAY_SIGN_IN_PER_MINUTE": "7",
        "GATEWAY_PROXY_SECRET": "of the proxy",
    }


def test_the_contract_is_made_from_the_committed_ones(tmp_path: Path) -> None:
    settings_in(tmp_path)
    document = main.contract(tmp_path)
    assert document["servers"] == [{"url": "/"}]
    assert "/v1/decision-rules" in document["paths"]


def test_settings_say_how_much_anyone_may_ask_and_hide_the_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    settings = GatewaySettings()
    assert (settings.sign_in_per_minute, settings.trusted_proxies) == (7, ("10.0.0.0/8",))
    assert "of the proxy" not in repr(settings)
    monkeypatch.setenv("GATEWAY_SIGN_IN_PER_MINUTE", "0")
    with pytest.raises(ValidationError):
        GatewaySettings()


def test_every_refusal_has_its_problem() -> None:
    abstract = {"_ComeBackLater", "_ServiceSilent", "Refusal"}
    # Carries the problem document of identity instead of one of its own.
    passed_on = {"ExchangeRefused"}
    kinds = {
        kind.__name__
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.Refusal)
    }
    assert {kind.__name__ for kind in PROBLEMS} == kinds - abstract - passed_on
    assert len({problem.slug for problem in PROBLEMS.values()}) == len(PROBLEMS)


async def test_a_process_starts_answers_and_stops_when_it_is_told(tmp_path: Path) -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.chassis.serve", "services.gateway.main"),
        *("--port", str(port)),
        env=os.environ | settings_in(tmp_path),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await _until_ready(client)
            away = await client.get("/v1/decision-rules", headers={"accept": "x"})
            assert (away.status_code, away.json()["service"]) == (503, "voting")
            token = {"authorization": "Bearer aaaa.bbbb.cccc"}
            assert (await client.get("/v1/me", headers=token)).status_code == 401
    finally:
        process.send_signal(signal.SIGTERM)
        _, written = await process.communicate()
    # Uvicorn finishes what was begun and then ends by the very signal that it was sent.
    assert process.returncode in {0, -signal.SIGTERM}, written.decode()
    lines = [json.loads(line) for line in written.decode().splitlines()]
    assert "/v1/decision-rules" in {line.get("path") for line in lines}
    assert "aaaa.bbbb" not in written.decode()


async def _until_ready(client: httpx.AsyncClient) -> None:
    for _ in range(200):
        try:
            if (await client.get("/health/ready")).is_success:
                return
        except httpx.TransportError:
            await asyncio.sleep(0.05)
    raise AssertionError("never ready")
