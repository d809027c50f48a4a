"""What voting refuses, each refusal named for what happened.

Every class is mapped to a problem document in `api/problems.py`. Texts carry no personal data.
"""


class Refusal(Exception):
    """A rule said no. Owners read `zh`, developers `en`; `facts` travel in the problem."""

    def __init__(self, zh: str = "", en: str = "", **facts: object) -> None:
        super().__init__(en or zh)
        self.zh = zh
        self.en = en
        self.facts = facts


class BallotNotFound(Refusal):
    """The estate has no ballot of this id that the caller may see."""


class ItemNotFound(Refusal):
    """The estate has no published item of this id."""


class ConveningReasonNeeded(Refusal):
    """Another body than the committee convened without saying why it may (HZ 40, HZ 80)."""


class ConveningReasonMisplaced(Refusal):
    """The committee convenes in its own right (HZ 24); a reason for acting in its place is none."""


class DraftOfAnotherBody(Refusal):
    """A body announced what another one drafted, past its own reason to convene (HZ 24, 40, 80)."""


class KindUnknown(Refusal):
    """An item's kind is not in the rule table."""


class KindNotVoted(Refusal):
    """An item's kind is decided without a vote of the assembly (HZ 73)."""


class NoticeTooShort(Refusal):
    """Fewer full days between notice and opening than 15, or 7 (HZ 19; CC 201)."""


class VotingTooShort(Refusal):
    """Fewer than 5 days of voting (HZ 20)."""


class VotingTooLong(Refusal):
    """More than 60 days of voting (HZ 20)."""


class BallotAlreadyAnnounced(Refusal):
    """The ballot was announced before; what was published stays as it is (HZ 19)."""


class BallotNotAnnounced(Refusal):
    """The ballot is still a draft."""


class RegisterNotSignedOff(Refusal):
    """Identity holds no signed-off register of this estate to freeze an electorate from."""


class ElectorateRefused(Refusal):
    """Identity refused to freeze the electorate for a reason of its own."""


class ElectorateNotVerified(Refusal):
    """The electorate that identity handed over does not match its own hash or totals."""


class VoteUnreadable(Refusal):
    """The vote document is not a canonical document of the agreed members (RFC 8785)."""


class ChoiceUnknown(Refusal):
    """A choice is none of agree, against, abstain, follow the majority."""


class IdempotencyKeyDiffers(Refusal):
    """The Idempotency-Key of a vote is not the vote's own id."""


class VoteForAnotherBallot(Refusal):
    """The document names another ballot than the address that it was sent to."""


class ItemNotPublished(Refusal):
    """No vote on an item that was not published with this ballot (HZ 19)."""


class ItemUnanswered(Refusal):
    """The document leaves out an item; to stay out of a question is to abstain, said aloud."""


class FollowMajorityNotOffered(Refusal):
    """The frozen rules of procedure do not offer 随多数 on this ballot."""


class BallotNotOpenYet(Refusal):
    """The vote came before the ballot opens."""


class BallotClosed(Refusal):
    """The vote came after the ballot closed; 24:00 of the last day is late (CC 203)."""


class EvidenceMissing(Refusal):
    """A vote that officials enter does not name the hash of its scan or recording."""


class ChannelNotYours(Refusal):
    """Owners vote by phone; who convenes enters votes from paper and telephone."""


class KeyNotForChannel(Refusal):
    """An owner's key under a vote from paper or telephone, or an official's under a phone's."""


class KeyOfAnother(Refusal):
    """The key was attested for another holder, or for another estate."""


class KeyNotRegistered(Refusal):
    """The key is not among those that identity names for the caller: unknown, or revoked."""


class KeyNotAttested(Refusal):
    """Identity's word on the key is missing, or not by an attester announced with the ballot."""


class VoteSignatureWrong(Refusal):
    """The key did not sign this vote."""


class EntryNotInElectorate(Refusal):
    """The frozen electorate has no entry of this id."""


class EntryOfAnother(Refusal):
    """The caller is no holder of this electorate entry."""


class DependentCardRefused(Refusal):
    """A family or tenant card never votes (HZ 90(4))."""


class AlreadyVoted(Refusal):
    """The electorate entry has voted in this ballot; the first valid vote stands."""


class VoteIdReused(Refusal):
    """The vote id already stands for another document."""


class BallotStillOpen(Refusal):
    """Nothing is counted before the ballot has closed."""


class AlreadyCounted(Refusal):
    """The ballot was counted; a result is published once."""


class FrozenRecordsChanged(Refusal):
    """What was frozen or taken no longer has its hash; no result is made of it."""


class NotCountedYet(Refusal):
    """There is no result yet."""


class VoteNotFound(Refusal):
    """The caller has cast no vote of this id in this ballot."""


class CheckpointNotFound(Refusal):
    """The log has no checkpoint of this size that covers what is asked about."""
