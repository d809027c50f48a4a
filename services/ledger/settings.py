"""What a ledger process is told by its environment: `LEDGER_…`."""

from zoneinfo import available_timezones

from pydantic import field_validator
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import LogSettings


class Settings(LogSettings):
    """Settings of the ledger.

    `zone` is the city's: a reversal, and what lies in the future, are judged by its day.
    """

    model_config = SettingsConfigDict(env_prefix="LEDGER_", frozen=True)

    voting_url: str
    zone: str = "Asia/Shanghai"

    @field_validator("zone")
    @classmethod
    def _is_a_known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("not a zone of the IANA database")
        return zone
