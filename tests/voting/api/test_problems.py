"""Every refusal has its problem document, and every address of one is its own."""

from services.chassis.gathering import OutcomeUnknown, TooBusy
from services.chassis.tlog.refusals import LOG_PROBLEMS
from services.voting.api.problems import PROBLEMS
from services.voting.domain.errors import Refusal


def _below(kind: type[Exception]) -> set[type[Exception]]:
    return {kind for one in kind.__subclasses__() for kind in ({one} | _below(one))}


def test_every_refusal_has_a_problem() -> None:
    of_the_chassis = {TooBusy, OutcomeUnknown, *LOG_PROBLEMS}
    assert set(PROBLEMS) == _below(Refusal) | of_the_chassis


def test_no_two_refusals_share_an_address() -> None:
    slugs = [problem.slug for problem in PROBLEMS.values()]
    assert len(set(slugs)) == len(slugs)
