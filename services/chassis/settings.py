"""What every service is told by its environment; read once, in `main`, and handed out."""

from pathlib import Path
from typing import Literal, Self

from pydantic import PositiveInt, model_validator
from pydantic_settings import BaseSettings

from services.chassis.clock import Clock, ShiftedClock, SystemClock


class ServiceSettings(BaseSettings):
    """Settings common to all services; each subclass names its environment prefix.

    `issuers` maps each trusted issuer to the URL of its key set. `clock_file` shifts the clock and
    is refused outside the demo profile.
    """

    profile: Literal["production", "demo"] = "production"
    signing_key_files: list[Path]
    issuers: dict[str, str]
    clock_file: Path | None = None
    log_level: str = "INFO"

    @model_validator(mode="after")
    def _only_a_demo_moves_the_clock(self) -> Self:
        if self.clock_file is not None and self.profile != "demo":
            raise ValueError("a shifted clock is for the demo profile only")
        return self

    def clock(self) -> Clock:
        """Return the process's clock."""
        return ShiftedClock(self.clock_file) if self.clock_file else SystemClock()

    def signing_keys(self) -> list[str]:
        """Return the PEM texts of the signing keys, the signing one first."""
        return [path.read_text() for path in self.signing_key_files]


class DatabaseSettings(ServiceSettings):
    """Settings of a service that owns a database; the URL is its restricted role's."""

    database_url: str
    database_pool_size: int = 10


class LogSettings(DatabaseSettings):
    """Settings of a service that keeps transparency logs.

    `log_seed_file` holds 32 bytes in hexadecimal from which every estate's log keys are derived.
    `witnesses_file` names the witnesses that estates may choose from; without it there are none.
    """

    log_seed_file: Path
    witnesses_file: Path | None = None
    witness_interval_seconds: PositiveInt = 60
    check_interval_seconds: PositiveInt = 3600

    def log_seed(self) -> bytes:
        """Return the seed of the log keys."""
        return bytes.fromhex(self.log_seed_file.read_text().strip())
