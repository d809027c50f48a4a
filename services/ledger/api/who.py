"""Who may do what with an estate's ledger, and how an estate and its things are named in a path.

Owners read (HZ 14(7)); so do the officials of the estate and the bureau that supervises. Family
and tenant cards do not. Writing is the property manager's, the limits are the committee's, and
either publishes a half-year. Its log is open to anybody; who is watched by it, the property
manager, neither chooses the witnesses nor has it checked.
"""

from typing import Annotated, Any

from fastapi import Depends, Path

from services.chassis.callers import allow

UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

EstateId = Annotated[str, Path(pattern=UUID, description="小区 / estate")]
EntryId = Annotated[str, Path(pattern=UUID, description="分录 / entry")]
DraftId = Annotated[str, Path(pattern=UUID, description="草稿 / draft")]
ImportId = Annotated[str, Path(pattern=UUID, description="导入 / import")]

_COMMITTEES = ("committee", "property_management_committee", "residents_committee")
_SUPERVISORS = ("street_office", "auditor", "housing_bureau")
_OFFICIALS = (*_COMMITTEES, "property_manager", *_SUPERVISORS)

SIGNED_IN: list[Any] = [
    Depends(allow("person", "verified", "owner", "dependent", *_OFFICIALS)),
]
READERS: list[Any] = [Depends(allow("owner", *_OFFICIALS))]
PREPARERS: list[Any] = [Depends(allow(*_OFFICIALS))]
MANAGER: list[Any] = [Depends(allow("property_manager"))]
PUBLISHERS: list[Any] = [Depends(allow("property_manager", *_COMMITTEES))]
COMMITTEES: list[Any] = [Depends(allow(*_COMMITTEES))]

WITNESS_CHOOSERS = ("street_office", *_COMMITTEES)
CHECKERS = (*_SUPERVISORS, *_COMMITTEES)

PREFIX = "/v1/estates/{estate_id}/ledger"
