"""What the ledger refuses, named for what happened; `api.problems` gives each its document."""


class Refusal(Exception):
    """Base of every refusal by the ledger's rules; nothing changed when one is raised."""

    def __init__(self, zh: str = "", en: str = "", **facts: object) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.facts = facts


class Unbalanced(Refusal):
    """An entry was to be built whose legs are fewer than two or do not sum to zero."""


class EntryMisformed(Refusal):
    """An entry was to be built that contradicts itself: kind, accounts and authority disagree."""


class SheetUnfit(Refusal):
    """A sheet could not be read as a table at all."""


class SheetDefective(Refusal):
    """A sheet has defects; an import is all or nothing."""


class SheetAlreadyImported(Refusal):
    """The very same sheet, byte for byte, is already imported."""


class ImportUnknown(Refusal):
    """The estate has no such import."""


class ImportAlreadyPublished(Refusal):
    """The import is published; what is published is reversed, never edited or discarded."""


class DraftUnknown(Refusal):
    """The estate has no such draft, or it is published already."""


class EntryUnknown(Refusal):
    """The estate has no such entry."""


class PeriodUnknown(Refusal):
    """There is no such period, or the estate's ledger begins after it."""


class PeriodNotEnded(Refusal):
    """A half-year is published when it is over."""


class StatementUnchanged(Refusal):
    """The half-year is published already, and nothing in it has changed."""


class CheckpointUnknown(Refusal):
    """A receipt was asked for under a checkpoint that is not there, or is older than the entry."""


class OpeningBalanceMissing(Refusal):
    """The estate has not stated its opening balance, so nothing can be published on top of it."""


class OpeningInFuture(Refusal):
    """The opening balance is of a day that has not begun; nothing could be published before it."""


class OpeningBalanceAlreadySet(Refusal):
    """The opening balance is stated once per estate."""


class DatedBeforeOpening(Refusal):
    """A draft happened before the day of the opening balance, which contains it already."""


class VoucherAlreadyPublished(Refusal):
    """A voucher number is used by a published entry of the same year that stands."""


class AuthorityIncomplete(Refusal):
    """An authority lacks what makes it one: the contract's reference, or the item."""


class SpendingWithoutAuthority(Refusal):
    """An expense names no authority, neither itself nor through its category."""


class AuthorityDoesNotFit(Refusal):
    """The named authority cannot cover this category of expense."""


class SpendingLimitsMissing(Refusal):
    """An expense rests on the limits of the rules of procedure, and none are set."""


class SpendingLimitsUnknown(Refusal):
    """Nobody has entered spending limits for the estate."""


class SpendingBeyondLimits(Refusal):
    """An expense goes beyond the count or the amount that the rules of procedure allow."""


class ItemUnknown(Refusal):
    """Voting knows no such item on this estate."""


class ItemUndecided(Refusal):
    """The item that is to cover an expense is not decided yet."""


class ItemNotPassed(Refusal):
    """The item that is to cover an expense did not pass."""


class ItemOfAnotherKind(Refusal):
    """The item passed, and is about something else than using common revenue."""


class ItemWithoutBudget(Refusal):
    """The item passed without an amount, so it covers none."""


class SpendingBeyondBudget(Refusal):
    """Expenses under an item exceed what is left of its budget."""


class DraftsChanged(Refusal):
    """The drafts changed while their items were being asked about; publish again."""


class EntryAlreadyReversed(Refusal):
    """An entry is reversed once."""


class EntryNotReversible(Refusal):
    """Opening balances and reversals are not reversed."""


class CategoryUnknown(Refusal):
    """The chart has no such category."""


class CategoryNeedsNoAuthority(Refusal):
    """Only expenses need an authority; this category is income."""


class LimitsUnreasonable(Refusal):
    """Spending limits contradict each other."""
