"""What the public learns about each refusal: status, stable type, titles, article."""

from collections.abc import Mapping

from services.chassis.problems import Problem
from services.identity.domain import errors

PROBLEMS: Mapping[type[Exception], Problem] = {
    errors.EstateUnknown: Problem(404, "estate-unknown", "没有这个小区", "No such estate"),
    errors.RegisterUnreadable: Problem(
        422, "register-unreadable", "无法读取业主清册文件", "The register file cannot be read"
    ),
    errors.RegisterDefective: Problem(
        409, "register-defective", "业主清册有错误，未作任何导入",
        "The register has defects; nothing was imported",
    ),
    errors.RegisterMissing: Problem(
        404, "register-missing", "尚未导入业主清册", "No register was imported yet"
    ),
    errors.RegisterChanged: Problem(
        409, "register-changed", "业主清册已有新版本，请重新核对",
        "The register has a newer version: look at it first",
    ),
    errors.RegisterAlreadySignedOff: Problem(
        409, "register-already-signed-off", "此版本已完成数据治理确认",
        "This version was signed off before",
    ),
    errors.RegisterNotSignedOff: Problem(
        409, "register-not-signed-off", "小区数据治理尚未确认完成",
        "The register was not signed off", "HZ 13",
    ),
    errors.ElectorateHeld: Problem(
        409, "electorate-held", "已公告的表决正在使用业主名册，本次导入会改变它",
        "An announced ballot holds the electorate, and this import would change it",
    ),
    errors.ElectorateUnknown: Problem(
        404, "electorate-unknown", "本小区没有这份冻结名册",
        "No electorate of this estate was frozen under this id",
    ),
    errors.EntryUnknown: Problem(
        404, "entry-unknown", "该房屋未列入这份冻结名册",
        "The unit stands behind no entry of this electorate",
    ),
    errors.CodeLimitReached: Problem(
        429, "code-limit-reached", "验证码发送过于频繁，请稍后再试",
        "Too many codes for this phone; wait a while",
    ),
    errors.MessageNotSent: Problem(
        503, "message-not-sent", "短信暂时无法发送，请稍后再试",
        "The text message could not be sent; try again later",
    ),
    errors.CodeNotAccepted: Problem(
        403, "code-not-accepted", "验证码不正确或已失效", "The code is wrong or no longer valid"
    ),
    errors.RefreshTokenNotAccepted: Problem(
        403, "refresh-token-not-accepted", "登录已失效，请重新登录",
        "The refresh token is no longer valid; sign in again",
    ),
    errors.OutsideTokenNotAccepted: Problem(
        401, "outside-token-not-accepted", "登录凭证无效", "The outside token is not accepted"
    ),
    errors.SessionEnded: Problem(
        401, "session-ended", "登录已退出，请重新登录", "The session has ended; sign in again"
    ),
    errors.VerificationLimitReached: Problem(
        429, "verification-limit-reached", "今日核验未通过的次数过多，请明日再试或到社区办理",
        "Too many denied checks today; try tomorrow or come to the desk",
    ),
    errors.DocumentNumberWrong: Problem(
        409, "document-number-wrong", "证件号码有误", "The document number cannot be right",
        "GB 11643",
    ),
    errors.AccountAlreadyVerified: Problem(
        409, "account-already-verified", "此账号已完成实名认证",
        "This account was verified before",
    ),
    errors.PersonAlreadyVerified: Problem(
        409, "person-already-verified", "此人已用另一账号完成实名认证",
        "Another account was verified as this person",
    ),
    errors.NotVerified: Problem(
        403, "not-verified", "请先完成实名认证", "Prove your real name first"
    ),
    errors.DeskCheckNeeded: Problem(
        409, "desk-check-needed", "单位业主和开发企业存量房须携原件到社区窗口办理",
        "Organisations and developer's stock need originals at the desk",
    ),
    errors.UnitUnknown: Problem(404, "unit-unknown", "清册中没有这套房屋", "No such unit"),
    errors.NotAnOwnerOfThisUnit: Problem(
        403, "not-an-owner-of-this-unit", "您不是该房屋的登记业主",
        "You are not an owner of this unit", "HZ 13",
    ),
    errors.RegisterDiffers: Problem(
        409, "register-differs", "小区清册与您的登记信息不一致，已转人工核对",
        "The estate's register differs from your name or title; people will settle it", "HZ 13",
    ),
    errors.TitleNotConfirmed: Problem(
        503, "title-not-confirmed", "不动产登记信息暂时无法核实，并不表示您不是业主",
        "The title registry could not tell at present; this denies nothing", "HZ 13",
    ),
    errors.CardAlreadyIssued: Problem(
        409, "card-already-issued", "已有有效的业主卡", "A valid card was issued before"
    ),
    errors.CardUnknown: Problem(
        404, "card-unknown", "您没有这张主卡", "You hold no such main card"
    ),
    errors.CardNotOnline: Problem(
        409, "card-not-online", "主卡已失效", "The main card is no longer valid"
    ),
    errors.AccountUnknown: Problem(404, "account-unknown", "没有这个账号", "No such account"),
    errors.HolderOfMainCard: Problem(
        409, "holder-of-main-card", "主卡持有人不需要附属卡",
        "The holder of the main card needs no dependent card",
    ),
    errors.DeviceKeyUnusable: Problem(
        409, "device-key-unusable", "此公钥不可用，请在设备上重新生成密钥",
        "This public key is not usable; make another on the device",
    ),
    errors.PossessionNotProved: Problem(
        403, "possession-not-proved", "未能证明您持有该密钥",
        "The proof was not made by this key for this registration",
    ),
    errors.DeviceKeyTaken: Problem(
        409, "device-key-taken", "此密钥曾被登记，请在设备上重新生成密钥",
        "This key was registered before; make another on the device",
    ),
    errors.DeviceKeyLimitReached: Problem(
        409, "device-key-limit-reached", "本小区的有效密钥已达十个，请先撤销不再使用的密钥",
        "There are ten living keys on this estate; revoke one that is no longer used first",
    ),
    errors.DeviceKeyUnknown: Problem(
        404, "device-key-unknown", "您没有这个有效的密钥", "You have no such living key"
    ),
    errors.NotAnOfficial: Problem(
        403, "not-an-official", "您不再担任本小区可召集业主大会的职务",
        "You no longer hold a role that may convene on this estate",
    ),
    errors.RoleNotYoursToGrant: Problem(
        403, "role-not-yours-to-grant", "您无权授予或收回此角色",
        "You may not give or take this role",
    ),
    errors.SelfGrant: Problem(
        403, "self-grant", "不得给自己授权", "Nobody gives a role to himself"
    ),
    errors.GranteeNotVerified: Problem(
        409, "grantee-not-verified", "被授权人尚未实名认证",
        "The person has not proved a real name yet",
    ),
    errors.RoleAlreadyGranted: Problem(
        409, "role-already-granted", "此人已有该角色", "The role was granted before"
    ),
    errors.GrantUnknown: Problem(404, "grant-unknown", "没有这项授权", "No such grant in force"),
}  # fmt: skip
