"""The decision rules of the owners' assembly, read from a table that is data, versioned and hashed.

Every joint decision needs two thirds of the people AND of the area to take part, and of those
taking part more than one half, or for three kinds three quarters, in both measures (CC 278; HZ 16).
A ballot stores the table that it was announced under, so a later table changes no earlier ballot.
"""

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.proofs.canonical import canonical
from services.proofs.refuted import Refuted

Policies = Mapping[str, bool | int | str]

# What the counting here does. A table with another default would be counted wrongly, so it
# is refused when it is read and not when somebody notices.
_HONOURED: Policies = {
    "non_response": "NOT_PARTICIPATED",
    "invalid_item_counts_as_participation": False,
    "duplicate_vote": "FIRST_VALID_WINS",
    "ballot_change_before_close": 0,
}
OF_THE_ELECTORATE = ("parking_area_counts", "parking_as_person_counts", "same_owner_rule")
_NO_VOTE = "NO_VOTE"
_NO_THRESHOLD = "NO_STATUTORY_THRESHOLD"


class NotARuleTable(Refuted):
    """The bytes are no rule table, or ask for a way of counting that is not this one."""


class NotVoted(Refuted):
    """The table has no rule by which the assembly decides items of this kind."""


@dataclass(frozen=True, slots=True)
class Share:
    """A fraction to be reached: 以上 includes the number itself (CC 1259), 过半数 does not."""

    num: int
    den: int
    inclusive: bool

    def holds(self, part: int, whole: int) -> bool:
        """Return whether `part` of `whole` is enough; of nothing, nothing is."""
        if whole <= 0:
            return False
        if self.inclusive:
            return self.den * part >= self.num * whole
        return self.den * part > self.num * whole

    def needed(self, whole: int) -> int:
        """Return the smallest integer that holds; for an empty whole one, which nobody reaches."""
        if self.inclusive:
            return max(1, -(-self.num * whole // self.den))
        return self.num * whole // self.den + 1


@dataclass(frozen=True, slots=True)
class DualShare:
    """A share of the people and a share of the area; both must hold, every time (CC 278(2))."""

    people: Share
    area: Share


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of item is decided. A poll without legal effect has no threshold at all."""

    kind: str
    counted_as: str
    zh: str
    threshold: str | None
    participation: DualShare | None
    approval: DualShare | None
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Periods:
    """Days that the law gives: notice (HZ 19) and voting (HZ 20)."""

    notice_regular_days: int
    notice_extra_days: int
    voting_days_min: int
    voting_days_max: int


@dataclass(frozen=True)
class RuleTable:
    """One version of the rules; `document` is its canonical form and `sha256` the hash of that."""

    version: str
    sha256: str
    document: bytes
    rules: Mapping[str, Rule]
    without_vote: Mapping[str, str]
    participation: DualShare
    policies: Policies
    periods: Periods

    def rule_for(self, kind: str) -> Rule:
        """Return how items of `kind` are decided.

        Raises:
            NotVoted: the table does not have it, or the law decides it without the assembly.
        """
        if kind not in self.rules:
            raise NotVoted(f"no rule for items of the kind {kind}")
        return self.rules[kind]


@functools.lru_cache(maxsize=8)
def read_rules(document: bytes) -> RuleTable:
    """Return the table that `document` writes; the few tables in use are read once a process.

    Raises:
        NotARuleTable: it is not written as a table is, or asks for another counting than this.
    """
    try:
        return _read(json.loads(document))
    except NotARuleTable:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as unreadable:
        raise NotARuleTable("not written as a rule table is") from unreadable


def _read(table: dict[str, Any]) -> RuleTable:
    content = canonical(table)
    policies = _policies(table["policies_set_by_rules_of_procedure"])
    participation = _dual(table["participation"])
    return RuleTable(
        version=table["version"],
        sha256=hashlib.sha256(content).hexdigest(),
        document=content,
        rules=_rules(table, participation),
        without_vote={
            derived["code"]: derived["source"]
            for derived in table["derived"]
            if derived["as"] == _NO_VOTE
        },
        participation=participation,
        policies=policies,
        periods=_periods(table["periods"]),
    )


def frozen_policies(table: RuleTable, electorate_policy: Policies) -> Policies:
    """Return one ballot's rules of procedure (议事规则): the table's defaults, then the estate's.

    The estate's part says how its electorate was made; it comes with the electorate and says
    nothing else.
    """
    estates = {name: electorate_policy[name] for name in OF_THE_ELECTORATE}
    return {**table.policies, **estates}


def _rules(table: dict[str, Any], participation: DualShare) -> dict[str, Rule]:
    rules = {
        kind["code"]: _statutory(kind, table["thresholds"], participation)
        for kind in table["kinds"]
    }
    for derived in table["derived"]:
        if derived["as"] == _NO_THRESHOLD:
            rules[derived["code"]] = _poll(derived)
        elif derived["as"] != _NO_VOTE:
            rules[derived["code"]] = _derived(derived, rules[derived["as"]])
    return rules


def _statutory(kind: dict[str, Any], thresholds: dict[str, Any], participation: DualShare) -> Rule:
    return Rule(
        kind=kind["code"],
        counted_as=kind["code"],
        zh=kind["zh"],
        threshold=kind["threshold"],
        participation=participation,
        approval=_dual(thresholds[kind["threshold"]]),
        articles=(f"CC 278(1)({kind['cc278']})", f"HZ 16({kind['hz16']})"),
    )


def _derived(derived: dict[str, Any], base: Rule) -> Rule:
    source = (derived["source"],) if "source" in derived else ()
    return Rule(
        kind=derived["code"],
        counted_as=base.counted_as,
        zh=derived["zh"],
        threshold=base.threshold,
        participation=base.participation,
        approval=base.approval,
        articles=base.articles + source,
    )


def _poll(derived: dict[str, Any]) -> Rule:
    return Rule(
        kind=derived["code"],
        counted_as=derived["code"],
        zh=derived["zh"],
        threshold=None,
        participation=None,
        approval=None,
        articles=(),
    )


def _dual(written: dict[str, dict[str, Any]]) -> DualShare:
    return DualShare(people=_share(written["people"]), area=_share(written["area"]))


def _share(written: dict[str, Any]) -> Share:
    inclusive = {"gte": True, "gt": False}[written["op"]]
    num, den = written["num"], written["den"]
    if type(num) is not int or type(den) is not int or not 0 < num <= den:
        raise NotARuleTable("a share is a fraction of whole numbers, above zero and up to one")
    return Share(num=num, den=den, inclusive=inclusive)


def _policies(written: dict[str, dict[str, Any]]) -> Policies:
    policies: Policies = {name: policy["default"] for name, policy in written.items()}
    for name, honoured in _HONOURED.items():
        if policies[name] != honoured:
            raise NotARuleTable(f"policy {name}: only {honoured!r} is counted here")
    if not isinstance(policies["abstain_counts_as_participation"], bool):
        raise NotARuleTable("policy abstain_counts_as_participation: either true or false")
    return policies


def _periods(written: dict[str, dict[str, Any]]) -> Periods:
    return Periods(
        notice_regular_days=written["notice_regular_days"]["min"],
        notice_extra_days=written["notice_extra_days"]["min"],
        voting_days_min=written["voting_days"]["min"],
        voting_days_max=written["voting_days"]["max"],
    )
