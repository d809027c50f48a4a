"""Tables of device keys: the codes that confirm a registration, the keys, and their end."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Uuid

from services.identity.store.columns import (
    bytes_column,
    id_column,
    instant_column,
    integer_column,
    metadata,
    ref_column,
    text_column,
)

step_up_codes = Table(
    "step_up_codes",
    metadata,
    id_column(),
    ref_column("account_id", "accounts.id"),
    text_column("act"),
    bytes_column("act_sha256"),
    bytes_column("code_hash"),
    instant_column("sent_at"),
    instant_column("expires_at"),
    integer_column("tries"),
    instant_column("used_at", optional=True),
    CheckConstraint("octet_length(act_sha256) = 32", name="act_is_hash"),
    Index(None, "account_id", "sent_at"),
)


# A key without a card is an official's. `noticed_at` is when the text sender took the notice: no
# row, so no usable key, without it. One code makes one key.
device_keys = Table(
    "device_keys",
    metadata,
    Column("key_hash", LargeBinary, primary_key=True),
    bytes_column("public_key"),
    ref_column("estate_id", "estates.id"),
    ref_column("account_id", "accounts.id"),
    ref_column("card_id", "cards.id", optional=True),
    bytes_column("label_sealed"),
    Column(
        "step_up_code_id",
        Uuid(as_uuid=False),
        ForeignKey("step_up_codes.id"),
        nullable=False,
        unique=True,
    ),
    instant_column("noticed_at"),
    instant_column("registered_at"),
    CheckConstraint("key_hash = sha256(public_key)", name="named_by_hash"),
    Index(None, "account_id", "estate_id"),
)


# `noticed_at` is empty when the text sender could not be asked: a revocation waits for nobody.
device_key_revocations = Table(
    "device_key_revocations",
    metadata,
    Column("key_hash", LargeBinary, ForeignKey("device_keys.key_hash"), primary_key=True),
    text_column("reason"),
    instant_column("noticed_at", optional=True),
    instant_column("revoked_at"),
)
