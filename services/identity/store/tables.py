"""All tables of the identity database; what is append-only is so by grants and by triggers.

Columns that end in `_sealed` open only under their own row's id; `_index` columns are keyed hashes,
the only way to look a person or a phone up.
"""

from services.chassis.once import retries_table
from services.identity.store.columns import metadata
from services.identity.store.device_key_tables import (
    device_key_revocations,
    device_keys,
    step_up_codes,
)
from services.identity.store.estate_tables import (
    electorate_policies,
    entry_lookups,
    estates,
    frozen_electorates,
    frozen_entries,
    holdings,
    register_sign_offs,
    register_versions,
    staff_grants,
    staff_revocations,
    unit_versions,
    units,
)
from services.identity.store.people_tables import (
    account_parties,
    accounts,
    cards,
    discrepancy_cases,
    parties,
    provider_answers,
    refresh_tokens,
    sessions,
    sign_in_codes,
    verifications,
)

REVISION = "0002"

retries = retries_table(metadata)

__all__ = [
    "REVISION",
    "account_parties",
    "accounts",
    "cards",
    "device_key_revocations",
    "device_keys",
    "discrepancy_cases",
    "electorate_policies",
    "entry_lookups",
    "estates",
    "frozen_electorates",
    "frozen_entries",
    "holdings",
    "metadata",
    "parties",
    "provider_answers",
    "refresh_tokens",
    "register_sign_offs",
    "register_versions",
    "retries",
    "sessions",
    "sign_in_codes",
    "staff_grants",
    "staff_revocations",
    "step_up_codes",
    "unit_versions",
    "units",
    "verifications",
]
