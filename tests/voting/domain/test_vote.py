"""The vote document and what it may say."""

import hashlib
import json

import pytest

from services.proofs.vote import Channel, Choice
from services.voting.domain.errors import ChoiceUnknown, EvidenceMissing, VoteUnreadable
from services.voting.domain.vote import read_vote
from tests.voting.domain.papers import BALLOT_ID, numbered, written

ITEM = numbered("item", 1)


def test_a_good_document_is_read_and_keeps_its_bytes() -> None:
    document = written()
    read = read_vote(document)
    assert read.document == document
    assert read.document_sha256 == hashlib.sha256(document).digest()
    assert read.choices == {ITEM: Choice.AGREE}
    assert (read.channel, read.evidence_sha256) == (Channel.PHONE, None)


@pytest.mark.parametrize("channel", ["PAPER", "TELEPHONE"])
def test_what_officials_enter_without_evidence_is_refused(channel: str) -> None:
    with pytest.raises(EvidenceMissing):
        read_vote(written(channel=channel))


@pytest.mark.parametrize("channel", [Channel.PAPER, Channel.TELEPHONE])
def test_what_officials_enter_names_what_they_entered_it_from(channel: Channel) -> None:
    read = read_vote(written(channel=channel.value, evidence_sha256="ab" * 32))
    assert (read.channel, read.evidence_sha256) == (channel, "ab" * 32)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        json.dumps(json.loads(written())).encode(),
        written(extra=1),
        written(channel="phone"),
        written(channel=None),
        written(channel=["PHONE"]),
        written(evidence_sha256="00" * 32),
        written(channel="PAPER", evidence_sha256="00" * 31),
        written(channel="TELEPHONE", evidence_sha256=None),
        written(salt="5A" * 32),
        written(salt="5a" * 31),
        written(salt=None),
        written(vote_id="1"),
        written(vote_id=numbered("vote", 1).upper()),
        written(entry_id=7),
        written(ballot_id=[BALLOT_ID]),
        written(choices={}),
        written(choices=[]),
        written(choices="AGREE"),
        written(choices={numbered("item", number): "AGREE" for number in range(400)}),
        written().replace(b'"salt"', b'"entry_id":1,"salt"'),
        written().removesuffix(b"}"),
        b'{"choices":' * 1000,
    ],
    ids=lambda document: document[:40].decode("latin-1"),
)
def test_any_other_document_is_unreadable(document: bytes) -> None:
    with pytest.raises(VoteUnreadable):
        read_vote(document)


@pytest.mark.parametrize("choice", ["", "agree", "YES", "AGREE ", None, 1, True, ["AGREE"]])
def test_an_unknown_choice_is_refused(choice: object) -> None:
    with pytest.raises(ChoiceUnknown):
        read_vote(written(choices={ITEM: choice}))
