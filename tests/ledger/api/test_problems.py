"""Every refusal has a document."""

from services.ledger.api.problems import PROBLEMS
from services.ledger.domain.errors import Refusal


def test_every_refusal_of_the_ledger_has_its_problem() -> None:
    assert set(PROBLEMS) == set(Refusal.__subclasses__())


def test_types_and_titles_are_one_of_a_kind() -> None:
    for values in (
        [problem.slug for problem in PROBLEMS.values()],
        [problem.title_en for problem in PROBLEMS.values()],
    ):
        assert len(set(values)) == len(values)


def test_refusals_by_the_rules_are_conflicts_or_absences() -> None:
    malformed = {kind.__name__ for kind, one in PROBLEMS.items() if one.status == 422}
    assert malformed == {"SheetUnfit"}
    assert {one.status for one in PROBLEMS.values()} == {404, 409, 422}
