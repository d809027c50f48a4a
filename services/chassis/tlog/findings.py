"""The checker's sentences: what each of its codes means, in Chinese and English."""

from services.chassis.tlog.contents import Finding

_SAID = {
    "head-missing": ("日志头缺失", "the head of the log is gone"),
    "head-differs": ("日志头与各条目不符", "the head is not what the leaves add up to"),
    "leaf-missing": ("此处条目缺失", "a leaf is missing here"),
    "leaf-unreadable": ("条目无法读取", "the leaf cannot be read"),
    "leaf-hash-differs": ("条目的哈希与其内容不符", "the leaf's stored hash is not its own"),
    "leaf-signature-wrong": ("条目的签名不对", "the leaf's signature is wrong"),
    "leaf-by-another-key": ("条目由不应签署者签署", "the leaf is signed by another key"),
    "leaf-without-row": ("条目没有对应的数据", "no row stands behind this leaf"),
    "row-without-leaf": ("数据没有对应的条目", "no leaf stands for this row"),
    "row-differs": ("数据与已公布的条目不符", "the row is not what its leaf stands for"),
    "row-signature-differs": ("数据所存签名与条目不符", "the row's signature is not its leaf's"),
    "rows-share-leaf": ("两条数据指向同一条目", "two rows claim one leaf"),
    "kind-foreign": ("此类条目不属于本服务", "no leaf of this kind belongs here"),
    "rows-unreadable": ("数据无法读取", "rows cannot be read any more"),
    "subtree-differs": ("子树哈希不对", "a stored subtree is wrong"),
    "subtree-missing": ("子树哈希缺失", "a stored subtree is missing"),
    "subtree-stray": ("多出子树哈希", "there are subtrees that the log does not have"),
    "checkpoint-unreadable": ("检查点无法读取", "a checkpoint cannot be read"),
    "checkpoint-differs": ("检查点与其签署的文本不符", "a checkpoint's row is not what was signed"),
    "checkpoint-signature-wrong": ("检查点的签名不对", "a checkpoint's signature is wrong"),
    "checkpoint-time-wrong": ("检查点的时间不对", "a checkpoint's time is not the signed one"),
    "checkpoint-backwards": ("检查点的时间倒退", "a checkpoint is older than the one before it"),
    "checkpoint-root-wrong": (
        "检查点的根与各条目不符",
        "the leaves do not lead to this checkpoint",
    ),
    "checkpoint-stray": ("检查点超出日志", "a checkpoint is beyond the log"),
    "checkpoint-missing": ("最新检查点缺失", "the newest checkpoint is missing"),
    "cosignature-wrong": ("见证签名不对", "a witness's cosignature is wrong"),
    "cosignature-stray": ("见证签名没有对应的检查点", "a cosignature of no checkpoint"),
    "witness-unknown": ("见证人从未被选定", "a cosignature by a witness that was never chosen"),
    "policy-unreadable": ("见证规则无法读取", "a witness policy cannot be read"),
    "policy-version-wrong": ("见证规则的版本号不对", "a witness policy's version is wrong"),
    "alarm-wrong": ("警报与其签署的文本不符", "an alarm's row is not what was signed"),
    "check-wrong": ("检查结果与其签署的文本不符", "a check's row is not what was signed"),
    "log-shrank": ("日志比以前检查时短", "the log is shorter than an earlier check found it"),
    "history-changed": ("历史与以前检查时不同", "an earlier check found another history"),
}


def finding(
    code: str,
    *,
    position: int | None = None,
    table: str | None = None,
    key: object | None = None,
) -> Finding:
    """Return the finding of one of the checker's own codes, at its place."""
    zh, en = _SAID[code]
    return Finding(code, zh, en, position, table, None if key is None else str(key))


def unreadable(failed: Exception) -> Finding:
    """Return the finding that rows broke their reader; only the kind of failure is told."""
    return finding("rows-unreadable", key=type(failed).__name__)
