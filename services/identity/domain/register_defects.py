"""What can be wrong with a register, in words that tell the office what to do about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class DefectKind(StrEnum):
    """The stable names of defects."""

    COLUMN_MISSING = "column_missing"
    REGISTER_EMPTY = "register_empty"
    PLACE_MISSING = "place_missing"
    UNIT_CODE_FORMAT = "unit_code_format"
    UNIT_CODE_CONFLICT = "unit_code_conflict"
    UNIT_CODE_REUSED = "unit_code_reused"
    USE_UNKNOWN = "use_unknown"
    USE_CONFLICT = "use_conflict"
    AREA_MISSING = "area_missing"
    AREA_FORMAT = "area_format"
    AREA_PRECISION = "area_precision"
    AREA_NOT_POSITIVE = "area_not_positive"
    AREA_CONFLICT = "area_conflict"
    AREA_SOURCE_UNKNOWN = "area_source_unknown"
    OWNER_MISSING = "owner_missing"
    OWNER_NAME_CONFLICT = "owner_name_conflict"
    OWNER_REPEATED = "owner_repeated"
    DOCUMENT_TYPE_UNKNOWN = "document_type_unknown"
    DOCUMENT_NUMBER_MISSING = "document_number_missing"
    DOCUMENT_NUMBER_FORMAT = "document_number_format"
    IDENTITY_NUMBER_FORMAT = "identity_number_format"
    IDENTITY_NUMBER_DATE = "identity_number_date"
    IDENTITY_NUMBER_CHECK_DIGIT = "identity_number_check_digit"
    CREDIT_CODE_FORMAT = "credit_code_format"
    CREDIT_CODE_CHECK_DIGIT = "credit_code_check_digit"
    SHARE_FORMAT = "share_format"
    SHARE_SUM = "share_sum"
    PHONE_INVALID = "phone_invalid"
    DELIVERY_UNKNOWN = "delivery_unknown"
    DELIVERY_CONFLICT = "delivery_conflict"
    DATE_INVALID = "date_invalid"
    DATE_IN_FUTURE = "date_in_future"
    DUPLICATE_ROW = "duplicate_row"


class Wording(NamedTuple):
    """What happened and what to do, in both languages."""

    message_zh: str
    message_en: str
    advice_zh: str
    advice_en: str


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing to put right before the register can be imported; carries no cell's content."""

    line: int
    kind: DefectKind
    column: str
    same_as: int | None = None

    @property
    def wording(self) -> Wording:
        """Return the sentences for this kind."""
        return WORDINGS[self.kind]

    @property
    def document(self) -> dict[str, object]:
        """Return the defect as an office reads it; `same_as` only where a row repeats another."""
        said: dict[str, object] = {
            "line": self.line,
            "kind": self.kind.value,
            "column": self.column,
            **self.wording._asdict(),
        }
        return said if self.same_as is None else said | {"same_as": self.same_as}


_BY_CERTIFICATE_ZH = "请对照不动产权证书更正"
_BY_CERTIFICATE_EN = "correct it from the title certificate"
_BY_DOCUMENT_ZH = "请对照证件原件更正"
_BY_DOCUMENT_EN = "correct it from the original document"
_ONE_UNIT_ZH = "同一专有部分的各行必须一致, 请核对后改成相同"
_ONE_UNIT_EN = "all rows of one unit must agree: check and make them equal"

WORDINGS: dict[DefectKind, Wording] = {
    DefectKind.COLUMN_MISSING: Wording(
        "表头缺少这一列", "the header lacks this column",
        "请按模板补上列名, 不要改名", "add the column under exactly this name",
    ),
    DefectKind.REGISTER_EMPTY: Wording(
        "表中没有任何一行", "there is no row under the header",
        "请确认上传的是业主清册", "check that this is the register",
    ),
    DefectKind.PLACE_MISSING: Wording(
        "缺少幢或室", "the building or the room is missing",
        "请补上幢号和室号", "fill in building and room",
    ),
    DefectKind.UNIT_CODE_FORMAT: Wording(
        "不动产单元号不是28位的规定格式", "the real-estate unit code is not the 28-character form",
        _BY_CERTIFICATE_ZH, _BY_CERTIFICATE_EN,
    ),
    DefectKind.UNIT_CODE_CONFLICT: Wording(
        "同一专有部分有不同的不动产单元号", "one unit is listed with different unit codes",
        _BY_CERTIFICATE_ZH, _BY_CERTIFICATE_EN,
    ),
    DefectKind.UNIT_CODE_REUSED: Wording(
        "该不动产单元号已属于另一专有部分", "the unit code already belongs to another unit",
        _BY_CERTIFICATE_ZH, _BY_CERTIFICATE_EN,
    ),
    DefectKind.USE_UNKNOWN: Wording(
        "用途不在允许的范围内", "the use is not one of those known",
        "请填写住宅、商业、办公、车位、摊位或储藏室",
        "use 住宅, 商业, 办公, 车位, 摊位 or 储藏室",
    ),
    DefectKind.USE_CONFLICT: Wording(
        "同一专有部分有不同的用途", "one unit is listed with different uses",
        _ONE_UNIT_ZH, _ONE_UNIT_EN,
    ),
    DefectKind.AREA_MISSING: Wording(
        "缺少专有面积", "the exclusive area is missing",
        "请按登记、实测、合同的顺序补上面积", "fill it in from register, survey or contract",
    ),
    DefectKind.AREA_FORMAT: Wording(
        "专有面积不是数字", "the exclusive area is not a number",
        "请只填写平方米数", "write square metres as a number only",
    ),
    DefectKind.AREA_PRECISION: Wording(
        "专有面积多于两位小数", "the exclusive area has more than two decimals",
        "请按登记簿填写两位小数, 不要自行四舍五入",
        "copy the two decimals of the register; do not round by hand",
    ),
    DefectKind.AREA_NOT_POSITIVE: Wording(
        "专有面积必须大于零", "the exclusive area must be above zero",
        _BY_CERTIFICATE_ZH, _BY_CERTIFICATE_EN,
    ),
    DefectKind.AREA_CONFLICT: Wording(
        "同一来源给出了不同的专有面积", "one source gives different areas for one unit",
        _ONE_UNIT_ZH, _ONE_UNIT_EN,
    ),
    DefectKind.AREA_SOURCE_UNKNOWN: Wording(
        "面积来源不在允许的范围内", "the source of the area is not one of those known",
        "请填写不动产登记、实测或合同", "use 不动产登记, 实测 or 合同",
    ),
    DefectKind.OWNER_MISSING: Wording(
        "缺少业主姓名", "the owner's name is missing",
        "请补上产权人姓名或单位名称", "fill in the title holder's name",
    ),
    DefectKind.OWNER_NAME_CONFLICT: Wording(
        "同一证件号码对应不同的姓名", "one document number is listed under different names",
        _BY_DOCUMENT_ZH, _BY_DOCUMENT_EN,
    ),
    DefectKind.OWNER_REPEATED: Wording(
        "同一业主在同一专有部分出现两次", "one owner is listed twice for one unit",
        "请合并为一行并写明总份额", "merge the rows and write the whole share",
    ),
    DefectKind.DOCUMENT_TYPE_UNKNOWN: Wording(
        "证件类型不在允许的范围内", "the document type is not one of those known",
        "请填写证件的全称, 例如居民身份证", "write the full name, such as 居民身份证",
    ),
    DefectKind.DOCUMENT_NUMBER_MISSING: Wording(
        "缺少证件号码", "the document number is missing", _BY_DOCUMENT_ZH, _BY_DOCUMENT_EN,
    ),
    DefectKind.DOCUMENT_NUMBER_FORMAT: Wording(
        "证件号码的格式与证件类型不符", "the number does not fit the type of document",
        _BY_DOCUMENT_ZH, _BY_DOCUMENT_EN,
    ),
    DefectKind.IDENTITY_NUMBER_FORMAT: Wording(
        "身份号码不是18位的规定格式", "the identity number is not the 18-character form",
        _BY_DOCUMENT_ZH + "; 在表格软件里请设为文本格式",
        _BY_DOCUMENT_EN + "; format the column as text",
    ),
    DefectKind.IDENTITY_NUMBER_DATE: Wording(
        "身份号码中的出生日期不存在", "the date of birth in the identity number does not exist",
        _BY_DOCUMENT_ZH, _BY_DOCUMENT_EN,
    ),
    DefectKind.IDENTITY_NUMBER_CHECK_DIGIT: Wording(
        "身份号码的校验码不符", "the check character of the identity number does not fit",
        _BY_DOCUMENT_ZH, _BY_DOCUMENT_EN,
    ),
    DefectKind.CREDIT_CODE_FORMAT: Wording(
        "统一社会信用代码不是18位的规定格式", "the credit code is not the 18-character form",
        "请对照营业执照更正", "correct it from the licence",
    ),
    DefectKind.CREDIT_CODE_CHECK_DIGIT: Wording(
        "统一社会信用代码的校验码不符", "the check character of the credit code does not fit",
        "请对照营业执照更正", "correct it from the licence",
    ),
    DefectKind.SHARE_FORMAT: Wording(
        "共有份额无法识别", "the share cannot be read",
        "请填写 1、1/2、50% 这样的份额, 或填写共同共有", "write 1, 1/2, 50% or 共同共有",
    ),
    DefectKind.SHARE_SUM: Wording(
        "该专有部分的共有份额合计不等于1", "the shares of this unit do not add up to 1",
        "请核对是否漏了共有人或份额有误", "look for a missing co-owner or a wrong share",
    ),
    DefectKind.PHONE_INVALID: Wording(
        "联系电话不是有效的手机或固定电话号码", "the phone is no mobile or landline number",
        "请更正, 没有电话时请留空", "correct it, or leave it blank if there is none",
    ),
    DefectKind.DELIVERY_UNKNOWN: Wording(
        "交付状态不在允许的范围内", "the delivery state is not one of those known",
        "请填写已交付、未售或已售未交付", "use 已交付, 未售 or 已售未交付",
    ),
    DefectKind.DELIVERY_CONFLICT: Wording(
        "同一专有部分有不同的交付状态", "one unit is listed with different delivery states",
        _ONE_UNIT_ZH, _ONE_UNIT_EN,
    ),
    DefectKind.DATE_INVALID: Wording(
        "取得日期不存在或无法识别", "the date of acquisition does not exist or cannot be read",
        "请填写 2023-02-28 这样的日期", "write a date such as 2023-02-28",
    ),
    DefectKind.DATE_IN_FUTURE: Wording(
        "取得日期晚于今天", "the date of acquisition lies in the future",
        _BY_CERTIFICATE_ZH, _BY_CERTIFICATE_EN,
    ),
    DefectKind.DUPLICATE_ROW: Wording(
        "与前面的一行完全相同", "the row repeats an earlier one",
        "请删去其中一行", "delete one of the two",
    ),
}  # fmt: skip
