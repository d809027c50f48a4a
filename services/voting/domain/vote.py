"""The vote document as voting takes it; its form is the one that everybody else reads it by."""

from services.proofs import vote
from services.proofs.vote import Choice, NoEvidence, NotAChoice, NotAVote, Vote
from services.voting.domain.errors import ChoiceUnknown, EvidenceMissing, VoteUnreadable


def read_vote(document: bytes) -> Vote:
    """Return the vote that `document` writes.

    Raises:
        VoteUnreadable: too large, not canonical, or not exactly the members in their form.
        ChoiceUnknown: a choice is none of the four.
        EvidenceMissing: officials enter it and do not say from what.
    """
    try:
        return vote.read_vote(document)
    except NotAChoice as refused:
        raise ChoiceUnknown(
            "选项只能是赞同、反对、弃权或随多数。",
            "A choice is AGREE, AGAINST, ABSTAIN or FOLLOW_MAJORITY.",
            choices=[choice.value for choice in Choice],
        ) from refused
    except NoEvidence as refused:
        raise EvidenceMissing(
            "录入纸质或电话投票须附扫描件或录音的校验值（evidence_sha256）。",
            "A vote from paper or telephone names its scan or recording (evidence_sha256).",
        ) from refused
    except NotAVote as refused:
        raise VoteUnreadable(
            "选票格式不正确。", "The vote document is malformed.", reason=str(refused)
        ) from refused
