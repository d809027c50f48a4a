"""The property registry: is this person an owner of this unit?

Run: `python -m services.chassis.serve simulators.property_registry --port 9000`.
"""

from pydantic import Field
from starlette.applications import Starlette

from simulators.provider import PersonQuestion, source
from simulators.register import Register, Verdict


class _OwnershipQuestion(PersonQuestion):
    unit_code: str = Field(min_length=1, max_length=60)


def _truth(register: Register, asked: _OwnershipQuestion) -> Verdict:
    return register.verdict_on_owner(
        name=asked.name, number=asked.document_number, unit_code=asked.unit_code
    )


def from_environment() -> Starlette:
    """Return the registry over the world that the environment names: `POST /matches`."""
    return source("simulated-property-registry", "/matches", _OwnershipQuestion, _truth)
