"""Who acts in the story besides the owners, and what the owners are asked."""

from typing import Any

from demo.people import staff_member

SEED = 20260506
ITEMS: tuple[dict[str, Any], ...] = (
    {
        "kind": "COMMON_REVENUE_USE",
        "title": "儿童区长椅：使用共有收入",
        "description": "在儿童活动区安装长椅，费用从共有收入列支。",
    },
    {
        "kind": "FUND_USE",
        "title": "垃圾房水沟改造：使用物业专项维修资金",
        "description": "改造垃圾房排水沟，费用从专项维修资金列支。",
        "budget_fen": 3_850_000,
    },
    {
        "kind": "COMMON_PART_USE",
        "title": "利用共有场地设置充电桩经营",
        "description": "利用共有道路和场地设置充电桩并对外经营。",
    },
)
STAFF = {
    "street_office": staff_member("街道工作人员", 1),
    "residents_committee": staff_member("社区工作人员", 2),
    "property_management_committee": staff_member("物管委经办人", 3),
    "property_manager": staff_member("物业经办人", 4),
}
BUREAU = staff_member("房管局工作人员", 5)
