"""The rule table that new ballots are announced under, and which kinds of item it lets ask."""

import functools
import importlib.resources

from services.proofs.rules import RuleTable, read_rules
from services.voting.domain.errors import KindNotVoted, KindUnknown


@functools.cache
def current_rules() -> RuleTable:
    """Return the table that new ballots are announced under."""
    table = importlib.resources.files(__package__).joinpath("decision_rules.json")
    return read_rules(table.read_bytes())


def check_kind(table: RuleTable, kind: str) -> None:
    """Refuse an item that the assembly does not decide.

    Raises:
        KindNotVoted: the law decides it without the assembly.
        KindUnknown: the table does not have it.
    """
    if kind in table.without_vote:
        raise KindNotVoted(
            "此类事项依法不经业主大会表决。",
            "The law decides this kind without a vote of the assembly.",
            kind=kind,
            source=table.without_vote[kind],
        )
    if kind not in table.rules:
        raise KindUnknown("没有此类表决事项。", "There is no such kind of item.", kind=kind)
