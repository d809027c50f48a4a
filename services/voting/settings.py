"""What a voting process is told by its environment: `VOTING_…`."""

from zoneinfo import available_timezones

from pydantic import field_validator
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import LogSettings


class Settings(LogSettings):
    """Settings of voting.

    `zone` is the city's: announcements are judged in it before identity is asked.
    """

    model_config = SettingsConfigDict(env_prefix="VOTING_", frozen=True)

    identity_url: str
    zone: str = "Asia/Shanghai"

    @field_validator("zone")
    @classmethod
    def _is_a_known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("not a zone of the IANA database")
        return zone
