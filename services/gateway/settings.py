"""What the gateway is told by its environment (`GATEWAY_…`)."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import ServiceSettings

CONTRACTS_FOLDER = Path(__file__).parents[2] / "openapi"


class GatewaySettings(ServiceSettings):
    """Where the services are, whom to believe about addresses, and how much anyone may ask.

    Budgets are counted per process. `trusted_proxies` are networks whose `X-Forwarded-For` is
    believed. Without `proxy_secret` no proxy can exchange tokens at `/internal/v1/exchange`.
    """

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True)

    identity_url: str
    voting_url: str
    ledger_url: str
    contracts_folder: Path = CONTRACTS_FOLDER
    server_url: str = "/"
    trusted_proxies: tuple[str, ...] = ()
    proxy_secret: SecretStr = SecretStr("")

    connect_seconds: float = Field(default=1.0, gt=0)
    silence_seconds: float = Field(default=15.0, gt=0)
    total_seconds: float = Field(default=90.0, gt=0)

    source_per_minute: int = Field(default=6_000, ge=1)
    source_burst: int = Field(default=600, ge=1)
    sign_in_per_minute: int = Field(default=30, ge=1)
    sign_in_burst: int = Field(default=30, ge=1)
    stranger_per_minute: int = Field(default=60, ge=1)
    stranger_burst: int = Field(default=60, ge=1)
    session_per_minute: int = Field(default=600, ge=1)
    session_burst: int = Field(default=120, ge=1)
