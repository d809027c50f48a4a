"""The sentences in which the checker says what is wrong with voting's rows."""

from services.chassis.tlog.contents import Finding

_SAID = {
    "announcement-differs": (
        "公告的字段与其所据数据不符",
        "a column of an announcement is not what it follows from",
    ),
    "ballot-missing": ("公告没有对应的表决", "an announcement without its ballot"),
    "vote-differs": (
        "选票与其文件、签名、名册或时间不符",
        "a vote is not what its document, its signature, the roll or its time say",
    ),
    "result-differs": ("结果与重新计票不符", "a result is not what its votes count to"),
    "row-stray": ("数据不属于任何已公告的表决", "a row belongs to no ballot"),
    "key-unfounded": (
        "密钥证明无效，或无选票使用该密钥",
        "a key that no attester vouches for, or that signed no vote",
    ),
}


def finding(code: str, table: str, key: object, *, position: int | None = None) -> Finding:
    """Return the finding of one of voting's codes about one row."""
    zh, en = _SAID[code]
    return Finding(code, zh, en, position, table, str(key))
