"""Step-up: an act that a signed-in person confirms by a code sent for that very act.

A stolen token confirms nothing, and a code that somebody was talked into reading out confirms only
what the text message names.
"""

from enum import StrEnum

from services.proofs.possession import ACT

PURPOSE = "step-up code"


class Act(StrEnum):
    """What can be confirmed."""

    REGISTER_DEVICE_KEY = ACT


def code_secret(code_id: str, *, account_id: str, act_sha256: bytes, code: str) -> str:
    """Return what is hashed of a code: it holds for one account and one act, wherever it lies."""
    return f"{code_id}:{account_id}:{act_sha256.hex()}:{code}"
