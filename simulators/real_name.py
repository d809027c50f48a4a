"""The real-name provider: does this name belong to this document number?

Run: `python -m services.chassis.serve simulators.real_name --port 9000`.
"""

from starlette.applications import Starlette

from simulators.provider import PersonQuestion, source
from simulators.register import Register, Verdict


def _truth(register: Register, asked: PersonQuestion) -> Verdict:
    return register.verdict_on_person(name=asked.name, number=asked.document_number)


def from_environment() -> Starlette:
    """Return the provider over the world that the environment names: `POST /checks`."""
    return source("simulated-real-name", "/checks", PersonQuestion, _truth)
