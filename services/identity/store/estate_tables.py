"""Tables of estates: staff, policies, register versions, units, holdings, frozen electorates."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    Uuid,
)

from services.identity.store.columns import (
    bytes_column,
    id_column,
    instant_column,
    integer_column,
    metadata,
    ref_column,
    text_column,
    total_column,
    yes_no_column,
)

estates = Table(
    "estates",
    metadata,
    id_column(),
    text_column("name"),
    text_column("district_code"),
    text_column("street_code"),
    text_column("governing_body"),
    text_column("zone"),
    ref_column("created_by", "accounts.id"),
    instant_column("created_at"),
)


electorate_policies = Table(
    "electorate_policies",
    metadata,
    Column("estate_id", Uuid(as_uuid=False), ForeignKey("estates.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    yes_no_column("parking_area_counts"),
    yes_no_column("parking_as_person_counts"),
    text_column("same_owner_rule"),
    ref_column("set_by", "accounts.id"),
    instant_column("set_at"),
)


staff_grants = Table(
    "staff_grants",
    metadata,
    id_column(),
    ref_column("estate_id", "estates.id", optional=True),
    ref_column("account_id", "accounts.id"),
    text_column("role"),
    ref_column("granted_by", "accounts.id", optional=True),
    instant_column("granted_at"),
    CheckConstraint("(role = 'housing_bureau') = (estate_id IS NULL)", name="scope"),
    Index(None, "account_id"),
)


staff_revocations = Table(
    "staff_revocations",
    metadata,
    Column("grant_id", Uuid(as_uuid=False), ForeignKey("staff_grants.id"), primary_key=True),
    ref_column("revoked_by", "accounts.id", optional=True),
    instant_column("revoked_at"),
)


register_versions = Table(
    "register_versions",
    metadata,
    Column("estate_id", Uuid(as_uuid=False), ForeignKey("estates.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    integer_column("rows"),
    integer_column("units"),
    integer_column("parking_spaces"),
    bytes_column("sheet_sha256"),
    ref_column("imported_by", "accounts.id"),
    instant_column("imported_at"),
)


register_sign_offs = Table(
    "register_sign_offs",
    metadata,
    Column("estate_id", Uuid(as_uuid=False), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    text_column("role"),
    ref_column("signed_by", "accounts.id"),
    instant_column("signed_at"),
    ForeignKeyConstraint(
        ["estate_id", "version"], ["register_versions.estate_id", "register_versions.version"]
    ),
)


units = Table(
    "units",
    metadata,
    id_column(),
    ref_column("estate_id", "estates.id"),
    text_column("building"),
    text_column("stairwell"),
    text_column("room"),
    UniqueConstraint("estate_id", "building", "stairwell", "room"),
)


unit_versions = Table(
    "unit_versions",
    metadata,
    Column("estate_id", Uuid(as_uuid=False), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("unit_id", Uuid(as_uuid=False), ForeignKey("units.id"), primary_key=True),
    text_column("unit_code"),
    text_column("use"),
    text_column("delivery"),
    integer_column("area_register_centi", optional=True),
    integer_column("area_survey_centi", optional=True),
    integer_column("area_contract_centi", optional=True),
    integer_column("area_centi"),
    text_column("area_source"),
    ForeignKeyConstraint(
        ["estate_id", "version"], ["register_versions.estate_id", "register_versions.version"]
    ),
    CheckConstraint("area_centi > 0", name="area_positive"),
)


holdings = Table(
    "holdings",
    metadata,
    id_column(),
    ref_column("estate_id"),
    integer_column("version"),
    ref_column("unit_id"),
    ref_column("party_id", "parties.id"),
    integer_column("share_numerator", optional=True),
    integer_column("share_denominator", optional=True),
    bytes_column("name_sealed"),
    bytes_column("phone_sealed", optional=True),
    bytes_column("phone_index", optional=True),
    Column("acquired_on", Date, nullable=True),
    UniqueConstraint("estate_id", "version", "unit_id", "party_id"),
    ForeignKeyConstraint(
        ["estate_id", "version", "unit_id"],
        ["unit_versions.estate_id", "unit_versions.version", "unit_versions.unit_id"],
    ),
)


frozen_electorates = Table(
    "frozen_electorates",
    metadata,
    id_column(),
    ref_column("estate_id", "estates.id"),
    text_column("purpose"),
    integer_column("register_version"),
    yes_no_column("parking_area_counts"),
    yes_no_column("parking_as_person_counts"),
    text_column("same_owner_rule"),
    integer_column("people"),
    total_column("area_centi"),
    text_column("sha256"),
    text_column("content_sha256"),
    instant_column("frozen_at"),
    instant_column("held_until"),
    Index(None, "estate_id"),
)


frozen_entries = Table(
    "frozen_entries",
    metadata,
    Column(
        "electorate_id", Uuid(as_uuid=False), ForeignKey("frozen_electorates.id"), primary_key=True
    ),
    Column("entry_id", Uuid(as_uuid=False), primary_key=True),
    text_column("kind"),
    total_column("area_centi"),
    Column("party_ids", ARRAY(Uuid(as_uuid=False)), nullable=False),
    Column("unit_ids", ARRAY(Uuid(as_uuid=False)), nullable=False),
)


# Who learned which flat is which entry: once a ballot is opened, that tells how the flat voted.
entry_lookups = Table(
    "entry_lookups",
    metadata,
    id_column(),
    ref_column("electorate_id", "frozen_electorates.id"),
    ref_column("unit_id", "units.id"),
    ref_column("asked_by", "accounts.id"),
    instant_column("asked_at"),
    Index(None, "electorate_id", "unit_id"),
)
