"""A rule table out of somebody's bundle: read as the law is written, or refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.proofs.rules import NotARuleTable, NotVoted, read_rules

TABLE = Path("services/voting/domain/decision_rules.json").read_bytes()
ABSTAIN = "abstain_counts_as_participation"


def procedure(table: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = table["policies_set_by_rules_of_procedure"]
    return found


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.pop("kinds"),
        lambda table: table.pop("periods"),
        lambda table: table.update(derived=[{}]),
        lambda table: table.update(kinds="FUND_USE"),
        lambda table: table["kinds"][0].update(threshold="HALF"),
        lambda table: table["kinds"][0].update(code=["FUND_USE"]),
        lambda table: table["participation"]["people"].update(op="eq"),
        lambda table: table["participation"]["people"].update(num="2"),
        lambda table: table["participation"]["people"].update(num=True),
        lambda table: table["participation"]["people"].update(num=0),
        lambda table: table["participation"]["people"].update(num=4),
        lambda table: table["participation"]["people"].update(den=-3, num=-2),
        lambda table: table["participation"].pop("area"),
        lambda table: procedure(table).pop(ABSTAIN),
        lambda table: procedure(table)[ABSTAIN].update(default="yes"),
        lambda table: procedure(table)["duplicate_vote"].update(default="LATEST_WINS"),
        lambda table: procedure(table).pop("duplicate_vote"),
    ],
)
def test_another_table_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    table = json.loads(TABLE)
    change(table)
    with pytest.raises(NotARuleTable):
        read_rules(json.dumps(table).encode())


@pytest.mark.parametrize("kind", ["FUND_USE_EMERGENCY", "CHANGE_TO_BUSINESS", ""])
def test_a_kind_without_a_rule_is_not_counted(kind: str) -> None:
    with pytest.raises(NotVoted):
        read_rules(TABLE).rule_for(kind)


@given(some.binary(max_size=60))
def test_any_bytes_are_no_table(content: bytes) -> None:
    with pytest.raises(NotARuleTable):
        read_rules(content)


def test_too_deep_a_table_is_no_table() -> None:
    with pytest.raises(NotARuleTable):
        read_rules(b'{"a":' * 100_000)
