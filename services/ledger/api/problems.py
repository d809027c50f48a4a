"""What each refusal of the ledger looks like from outside."""

from collections.abc import Mapping

from services.chassis.problems import Problem
from services.ledger.domain import errors

_USE = "HZ 16(10)"

PROBLEMS: Mapping[type[Exception], Problem] = {
    errors.Unbalanced: Problem(409, "unbalanced", "借贷不平", "Unbalanced entry"),
    errors.EntryMisformed: Problem(409, "entry-misformed", "分录不成立", "Entry misformed"),
    errors.SheetUnfit: Problem(422, "sheet-unreadable", "表格无法读取", "Sheet unreadable"),
    errors.SheetDefective: Problem(409, "sheet-defective", "表格有问题", "Sheet defective"),
    errors.SheetAlreadyImported: Problem(
        409, "sheet-already-imported", "同一表格已导入", "Sheet already imported"
    ),
    errors.ImportUnknown: Problem(404, "no-such-import", "没有这次导入", "No such import"),
    errors.ImportAlreadyPublished: Problem(
        409, "import-already-published", "已公布", "Import already published", "HZ 60(2)"
    ),
    errors.DraftUnknown: Problem(404, "no-such-draft", "没有这条草稿", "No such draft"),
    errors.EntryUnknown: Problem(404, "no-such-entry", "没有这条分录", "No such entry"),
    errors.PeriodUnknown: Problem(404, "no-such-period", "没有这个期间", "No such period"),
    errors.PeriodNotEnded: Problem(
        409, "period-not-ended", "本期尚未结束", "Period not ended", "HZ 30"
    ),
    errors.StatementUnchanged: Problem(
        409, "statement-unchanged", "报表没有变化", "Statement unchanged"
    ),
    errors.CheckpointUnknown: Problem(
        404, "no-such-checkpoint", "没有这样的检查点", "No such checkpoint"
    ),
    errors.OpeningBalanceMissing: Problem(
        409, "opening-balance-missing", "未登记期初结余", "Opening balance missing"
    ),
    errors.OpeningInFuture: Problem(
        409, "opening-in-future", "期初结余日尚未到来", "Opening balance of a day to come"
    ),
    errors.OpeningBalanceAlreadySet: Problem(
        409, "opening-balance-already-set", "期初结余已登记", "Opening balance already set"
    ),
    errors.DatedBeforeOpening: Problem(
        409, "dated-before-opening", "早于期初结余日", "Dated before the opening balance"
    ),
    errors.VoucherAlreadyPublished: Problem(
        409, "voucher-already-published", "凭证已公布", "Voucher already published"
    ),
    errors.AuthorityIncomplete: Problem(
        409, "authority-incomplete", "支出依据不完整", "Authority incomplete", _USE
    ),
    errors.SpendingWithoutAuthority: Problem(
        409, "spending-without-authority", "支出没有依据", "Spending without authority", _USE
    ),
    errors.AuthorityDoesNotFit: Problem(
        409, "authority-does-not-fit", "支出依据不适用", "Authority does not fit", _USE
    ),
    errors.SpendingLimitsMissing: Problem(
        409, "spending-limits-missing", "未登记议事规则限额", "Spending limits missing", _USE
    ),
    errors.SpendingLimitsUnknown: Problem(
        404, "no-spending-limits", "未登记议事规则限额", "No spending limits entered", _USE
    ),
    errors.SpendingBeyondLimits: Problem(
        409, "spending-beyond-limits", "超出议事规则限额", "Spending beyond limits", _USE
    ),
    errors.ItemUnknown: Problem(409, "no-such-item", "没有这个表决事项", "No such item", _USE),
    errors.ItemUndecided: Problem(
        409, "item-undecided", "表决事项尚无结果", "Item not decided yet", _USE
    ),
    errors.ItemNotPassed: Problem(
        409, "item-not-passed", "表决事项未通过", "Item not passed", _USE
    ),
    errors.ItemOfAnotherKind: Problem(
        409, "item-of-another-kind", "表决事项不适用", "Item of another kind", _USE
    ),
    errors.ItemWithoutBudget: Problem(
        409, "item-without-budget", "表决事项未载明金额", "Item without budget", _USE
    ),
    errors.SpendingBeyondBudget: Problem(
        409, "spending-beyond-budget", "超出决定的金额", "Spending beyond budget", _USE
    ),
    errors.DraftsChanged: Problem(409, "drafts-changed", "草稿已变动", "Drafts changed"),
    errors.EntryAlreadyReversed: Problem(
        409, "entry-already-reversed", "分录已冲销", "Entry already reversed"
    ),
    errors.EntryNotReversible: Problem(
        409, "entry-not-reversible", "该分录不能冲销", "Entry not reversible"
    ),
    errors.CategoryUnknown: Problem(409, "no-such-category", "没有这个类别", "No such category"),
    errors.CategoryNeedsNoAuthority: Problem(
        409, "category-needs-no-authority", "该类别不需要依据", "Category needs no authority"
    ),
    errors.LimitsUnreasonable: Problem(
        409, "limits-unreasonable", "限额不合理", "Limits unreasonable"
    ),
}
