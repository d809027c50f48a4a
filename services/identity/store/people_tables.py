"""Tables of people: accounts, sign-in, sessions, parties, proofs, cards, cases."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from services.identity.store.columns import (
    bytes_column,
    id_column,
    instant_column,
    integer_column,
    metadata,
    ref_column,
    text_column,
    yes_no_column,
)

accounts = Table(
    "accounts",
    metadata,
    id_column(),
    Column("phone_index", LargeBinary, nullable=False, unique=True),
    bytes_column("phone_sealed"),
    instant_column("created_at"),
)


parties = Table(
    "parties",
    metadata,
    id_column(),
    Column("document_index", LargeBinary, nullable=False, unique=True),
    text_column("document_type"),
    bytes_column("number_sealed"),
    yes_no_column("of_organisation"),
    instant_column("created_at"),
)


sign_in_codes = Table(
    "sign_in_codes",
    metadata,
    id_column(),
    bytes_column("phone_index"),
    bytes_column("code_hash"),
    instant_column("sent_at"),
    instant_column("expires_at"),
    integer_column("tries"),
    instant_column("used_at", optional=True),
    Index(None, "phone_index", "sent_at"),
)


sessions = Table(
    "sessions",
    metadata,
    id_column(),
    ref_column("account_id", "accounts.id"),
    instant_column("started_at"),
    instant_column("ended_at", optional=True),
    text_column("end_reason", optional=True),
)


refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    ref_column("session_id", "sessions.id"),
    integer_column("generation"),
    instant_column("issued_at"),
    instant_column("expires_at"),
    instant_column("replaced_at", optional=True),
    UniqueConstraint("session_id", "generation"),
)


provider_answers = Table(
    "provider_answers",
    metadata,
    id_column(),
    text_column("source"),
    text_column("provider"),
    text_column("answer"),
    text_column("reference"),
    instant_column("as_of", optional=True),
    instant_column("expires_at", optional=True),
    instant_column("asked_at"),
    ref_column("account_id", "accounts.id"),
    bytes_column("document_index"),
    ref_column("unit_id", "units.id", optional=True),
    Index(None, "account_id", "asked_at"),
)


verifications = Table(
    "verifications",
    metadata,
    id_column(),
    ref_column("account_id", "accounts.id"),
    ref_column("provider_answer_id", "provider_answers.id"),
    text_column("consent_version"),
    text_column("document_type"),
    bytes_column("name_sealed"),
    instant_column("made_at"),
)


account_parties = Table(
    "account_parties",
    metadata,
    Column("account_id", Uuid(as_uuid=False), ForeignKey("accounts.id"), primary_key=True),
    Column("party_id", Uuid(as_uuid=False), ForeignKey("parties.id"), nullable=False, unique=True),
    ref_column("verification_id", "verifications.id"),
    instant_column("linked_at"),
)


cards = Table(
    "cards",
    metadata,
    id_column(),
    ref_column("estate_id", "estates.id"),
    ref_column("unit_id", "units.id"),
    ref_column("account_id", "accounts.id"),
    ref_column("party_id", "parties.id", optional=True),
    ref_column("parent_card_id", "cards.id", optional=True),
    text_column("user_type"),
    text_column("basis"),
    text_column("status"),
    instant_column("issued_at"),
    instant_column("expires_at"),
    instant_column("ended_at", optional=True),
    text_column("end_reason", optional=True),
    CheckConstraint("(user_type = 'OWNER') = (parent_card_id IS NULL)", name="hangs_on_main_card"),
    CheckConstraint("(user_type = 'OWNER') = (party_id IS NOT NULL)", name="main_card_has_party"),
    CheckConstraint("(status = 'INVALID') = (ended_at IS NOT NULL)", name="ends_once"),
    Index(
        "uq_cards_main", "unit_id", "party_id", unique=True,
        postgresql_where=text("status = 'ONLINE' AND parent_card_id IS NULL"),
    ),
    Index(
        "uq_cards_dependent", "parent_card_id", "account_id", unique=True,
        postgresql_where=text("status = 'ONLINE' AND parent_card_id IS NOT NULL"),
    ),
    Index(None, "account_id"),
    Index(None, "estate_id"),
)  # fmt: skip


discrepancy_cases = Table(
    "discrepancy_cases",
    metadata,
    id_column(),
    ref_column("estate_id", "estates.id"),
    ref_column("unit_id", "units.id"),
    ref_column("party_id", "parties.id"),
    ref_column("account_id", "accounts.id"),
    text_column("kind"),
    ref_column("provider_answer_id", "provider_answers.id", optional=True),
    instant_column("opened_at"),
    UniqueConstraint("unit_id", "party_id", "kind"),
)
