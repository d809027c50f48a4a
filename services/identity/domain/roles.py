"""Roles on an estate, and who may give them to whom; nobody gives one to himself."""

from collections.abc import Collection
from enum import StrEnum


class Role(StrEnum):
    """What an account may be, on one estate or (housing bureau) everywhere."""

    PERSON = "person"
    VERIFIED = "verified"
    OWNER = "owner"
    DEPENDENT = "dependent"
    COMMITTEE = "committee"
    PROPERTY_MANAGEMENT_COMMITTEE = "property_management_committee"
    RESIDENTS_COMMITTEE = "residents_committee"
    PROPERTY_MANAGER = "property_manager"
    STREET_OFFICE = "street_office"
    AUDITOR = "auditor"
    HOUSING_BUREAU = "housing_bureau"


ESTATE_STAFF = frozenset(
    {
        Role.COMMITTEE,
        Role.PROPERTY_MANAGEMENT_COMMITTEE,
        Role.RESIDENTS_COMMITTEE,
        Role.PROPERTY_MANAGER,
        Role.STREET_OFFICE,
        Role.AUDITOR,
    }
)

REGISTER_KEEPERS = frozenset(
    {Role.PROPERTY_MANAGER, Role.RESIDENTS_COMMITTEE, Role.STREET_OFFICE, Role.HOUSING_BUREAU}
)
# Who may convene an assembly (HZ 24, 40, 80) enters the votes that were given on paper.
CONVENERS = frozenset(
    {Role.COMMITTEE, Role.PROPERTY_MANAGEMENT_COMMITTEE, Role.RESIDENTS_COMMITTEE}
)
SIGNERS_OFF = frozenset({Role.RESIDENTS_COMMITTEE, Role.STREET_OFFICE, Role.HOUSING_BUREAU})


def may_grant(granter: Collection[str], role: Role) -> bool:
    """Whether one who holds the roles `granter` on the estate may give or take `role` there.

    The housing bureau appoints the street office; the street office appoints the rest.
    """
    if role is Role.STREET_OFFICE:
        return Role.HOUSING_BUREAU in granter
    return role in ESTATE_STAFF and Role.STREET_OFFICE in granter
