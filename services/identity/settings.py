"""What the identity service is told by its environment."""

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from services.chassis.settings import DatabaseSettings


class Settings(DatabaseSettings):
    """`IDENTITY_…`; the pseudonym key is a file of its own because it is never rotated.

    Each attestation key is a file of 32 bytes in hexadecimal: the first signs, all are published.
    """

    model_config = SettingsConfigDict(env_prefix="IDENTITY_", extra="ignore", frozen=True)

    sealing_keys_file: Path
    pseudonym_key_file: Path
    attestation_key_files: list[Path]
    real_name_url: str
    property_registry_url: str
    messages_url: str
    source_deadline_seconds: float = 3.0
