"""Every refusal of voting as a problem document (RFC 9457); slugs never change once published."""

from services.chassis.gathering import OutcomeUnknown, TooBusy
from services.chassis.problems import Problem
from services.chassis.tlog.refusals import LOG_PROBLEMS
from services.voting.domain import errors

PROBLEMS: dict[type[Exception], Problem] = {
    errors.BallotNotFound: Problem(404, "no-such-ballot", "没有该表决", "No such ballot"),
    errors.ItemNotFound: Problem(404, "no-such-item", "没有该议题", "No such item"),
    errors.ConveningReasonNeeded: Problem(
        409, "convening-reason-needed", "须说明召集理由", "Convening reason needed", "HZ 40, 80"
    ),
    errors.ConveningReasonMisplaced: Problem(
        409, "convening-reason-misplaced", "无需代行理由", "Convening reason misplaced", "HZ 24"
    ),
    errors.DraftOfAnotherBody: Problem(
        403, "draft-of-another-body", "草稿属于其他召集人", "Draft of another body", "HZ 24, 40, 80"
    ),
    errors.KindUnknown: Problem(
        409, "kind-unknown", "没有此类事项", "Unknown kind of item", "HZ 16"
    ),
    errors.KindNotVoted: Problem(
        409, "kind-not-voted", "此类事项不经表决", "Decided without a vote", "HZ 73"
    ),
    errors.NoticeTooShort: Problem(
        409, "notice-too-short", "公告期不足", "Notice too short", "HZ 19; CC 201"
    ),
    errors.VotingTooShort: Problem(
        409, "voting-too-short", "投票时间过短", "Voting time too short", "HZ 20"
    ),
    errors.VotingTooLong: Problem(
        409, "voting-too-long", "投票时间过长", "Voting time too long", "HZ 20"
    ),
    errors.BallotAlreadyAnnounced: Problem(
        409, "already-announced", "已经公告", "Already announced", "HZ 19"
    ),
    errors.BallotNotAnnounced: Problem(409, "not-announced", "尚未公告", "Not announced"),
    errors.RegisterNotSignedOff: Problem(
        409, "register-not-signed-off", "数据治理未完成", "Register not signed off"
    ),
    errors.ElectorateRefused: Problem(
        409, "electorate-refused", "名册未能冻结", "Electorate refused"
    ),
    errors.ElectorateNotVerified: Problem(
        502, "electorate-not-verified", "名册校验不符", "Electorate not verified"
    ),
    errors.VoteUnreadable: Problem(
        422, "vote-unreadable", "选票格式不正确", "Vote document unreadable"
    ),
    errors.ChoiceUnknown: Problem(422, "choice-unknown", "选项不存在", "Unknown choice"),
    errors.IdempotencyKeyDiffers: Problem(
        422, "key-is-not-the-vote-id", "编号不一致", "Idempotency-Key is not the vote id"
    ),
    errors.VoteForAnotherBallot: Problem(
        409, "another-ballot", "选票属于另一表决", "Vote for another ballot"
    ),
    errors.ItemNotPublished: Problem(
        409, "item-not-published", "事项未经公告", "Item not published", "HZ 19"
    ),
    errors.ItemUnanswered: Problem(409, "item-unanswered", "有事项未选择", "Item unanswered"),
    errors.FollowMajorityNotOffered: Problem(
        409, "follow-majority-not-offered", "不设随多数", "Following the majority is not offered"
    ),
    errors.BallotNotOpenYet: Problem(409, "ballot-not-open", "尚未开始", "Not open yet", "HZ 20"),
    errors.BallotClosed: Problem(
        409, "ballot-closed", "已经截止", "The ballot has closed", "HZ 20; CC 203"
    ),
    errors.EvidenceMissing: Problem(422, "evidence-missing", "缺少录入凭据", "Evidence missing"),
    errors.ChannelNotYours: Problem(
        403, "channel-not-yours", "不能以此方式投票", "Not your way to vote"
    ),
    errors.KeyNotForChannel: Problem(
        403, "key-not-for-channel", "密钥不适用此方式", "Key not for this channel"
    ),
    errors.KeyOfAnother: Problem(403, "key-of-another", "非本人密钥", "Another holder's key"),
    errors.KeyNotRegistered: Problem(
        403, "key-not-registered", "密钥未登记或已注销", "Key not registered"
    ),
    errors.KeyNotAttested: Problem(422, "key-not-attested", "密钥证明无效", "Key not attested"),
    errors.VoteSignatureWrong: Problem(422, "signature-wrong", "签名不正确", "Signature wrong"),
    errors.EntryNotInElectorate: Problem(
        409, "entry-not-in-electorate", "名册无此表决权", "Entry not in the electorate"
    ),
    errors.EntryOfAnother: Problem(
        403, "entry-of-another", "非本人专有部分", "Another owner's entry", "CC 278"
    ),
    errors.DependentCardRefused: Problem(
        403,
        "dependent-card-cannot-vote",
        "附属卡不能表决",
        "A dependent card cannot vote",
        "HZ 90(4)",
    ),
    errors.AlreadyVoted: Problem(409, "already-voted", "已经投票", "Already voted", "HZ 17(2)"),
    errors.VoteIdReused: Problem(409, "vote-id-reused", "选票编号重复", "Vote id reused"),
    errors.BallotStillOpen: Problem(409, "still-open", "尚未截止", "Still open", "HZ 20"),
    errors.AlreadyCounted: Problem(409, "already-counted", "已经计票", "Already counted"),
    errors.FrozenRecordsChanged: Problem(
        409, "frozen-records-changed", "冻结记录校验不符", "Frozen records changed"
    ),
    errors.NotCountedYet: Problem(409, "not-counted-yet", "尚未计票", "Not counted yet"),
    errors.VoteNotFound: Problem(404, "no-such-vote", "没有该选票", "No such vote"),
    errors.CheckpointNotFound: Problem(
        404, "no-such-checkpoint", "没有该检查点", "No such checkpoint"
    ),
    TooBusy: Problem(503, "too-busy", "请求过多", "Too busy"),
    OutcomeUnknown: Problem(503, "outcome-unknown", "结果未知", "Outcome unknown"),
    **LOG_PROBLEMS,
}
