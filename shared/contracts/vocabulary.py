"""Enumerations of the policy with their Chinese names, and the eleven districts.

Source: 深工信规〔2024〕6号 clauses 11 and 12; GB/T 2260 codes where a district has one.
大鹏新区 and 深汕特别合作区 have none: a sum over GB/T 2260 codes alone would lose two of the eleven.
"""

from typing import NamedTuple


class District(NamedTuple):
    """One of the eleven units that are responsible under clauses 11 and 12."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    gbt2260: str | None


class Category(NamedTuple):
    """A device category; usage of a non-interactive one counts only with action ``ack``."""

    name_zh: str
    interactive: bool


DISTRICTS = (
    District("luohu", "罗湖区", "Luohu", "ADMIN_DISTRICT", "440303"),
    District("futian", "福田区", "Futian", "ADMIN_DISTRICT", "440304"),
    District("nanshan", "南山区", "Nanshan", "ADMIN_DISTRICT", "440305"),
    District("baoan", "宝安区", "Bao'an", "ADMIN_DISTRICT", "440306"),
    District("longgang", "龙岗区", "Longgang", "ADMIN_DISTRICT", "440307"),
    District("yantian", "盐田区", "Yantian", "ADMIN_DISTRICT", "440308"),
    District("longhua", "龙华区", "Longhua", "ADMIN_DISTRICT", "440309"),
    District("pingshan", "坪山区", "Pingshan", "ADMIN_DISTRICT", "440310"),
    District("guangming", "光明区", "Guangming", "ADMIN_DISTRICT", "440311"),
    District("dapeng", "大鹏新区", "Dapeng New District", "FUNCTIONAL_AREA", None),
    District("shenshan", "深汕特别合作区", "Shenshan Special Cooperation Zone", "COOPERATION_ZONE", None),
)
DISTRICT_CODES = tuple(district.code for district in DISTRICTS)

CATEGORIES = {
    "GATEWAY": Category("家庭智能终端/网关", False),
    "LIGHTING": Category("照明", True),
    "SHADING": Category("遮阳", True),
    "HVAC_AIR": Category("暖通新风", True),
    "CONTROL_PANEL": Category("开关面板", True),
    "POWER_SOCKET": Category("插座", True),
    "ACCESS_LOCK": Category("门锁门禁", True),
    "INTRUSION_PRESENCE": Category("入侵/人体/门磁", False),
    "LIFE_SAFETY": Category("燃气/烟感/水浸", False),
    "ENVIRONMENT": Category("温湿度/空气", False),
    "VIDEO_INTERCOM": Category("可视对讲/监控", False),
    "APPLIANCE": Category("家电", True),
    "CARE_ACCESSIBLE": Category("适老及无障碍", True),
    "OTHER": Category("其他", True),
}
_MAINS_S, _BATTERY_S, LONGEST_INTERVAL_S = 900, 14_400, 86_400
LONGEST_INTERVALS_S = {  # policy, section 7.2: 15 min on mains, 4 h on a battery, 24 h for leak and smoke
    **dict.fromkeys(("GATEWAY", "LIGHTING", "SHADING", "HVAC_AIR", "CONTROL_PANEL", "POWER_SOCKET"), _MAINS_S),
    **dict.fromkeys(("VIDEO_INTERCOM", "APPLIANCE"), _MAINS_S),
    **dict.fromkeys(("ACCESS_LOCK", "INTRUSION_PRESENCE", "ENVIRONMENT", "CARE_ACCESSIBLE", "OTHER"), _BATTERY_S),
    "LIFE_SAFETY": LONGEST_INTERVAL_S,
}
HOUSING_TYPES = {
    "PUBLIC_RENTAL": "公共租赁住房",
    "AFFORDABLE_RENTAL": "保障性租赁住房",
    "SHARED_OWNERSHIP": "共有产权住房",
    "ALLOCATED_SALE": "配售型保障性住房",
    "OTHER": "其他",
}
VENUE_TYPES = {
    "PARTY_MASS_SERVICE_CENTRE": "党群服务中心",
    "EMERGENCY_SAFETY_EDU_BASE": "应急安全教育基地",
    "SCIENCE_MUSEUM": "科技馆",
    "MUSEUM": "博物馆",
    "TOURIST_ATTRACTION": "旅游景点",
    "OTHER_PUBLIC": "其他公共场所",
}
FUNDING_SOURCES = {
    "GOV_INVESTED": "政府投资",
    "GOV_PURCHASED_SERVICE": "政府购买服务",
    "SOCIAL_CAPITAL": "社会投资",
    "MIXED": "混合",
    "UNKNOWN": "未知",
}
VR_DEVICE_KINDS = {
    "HMD_STANDALONE": "一体机",
    "HMD_TETHERED": "连线头显",
    "AR_GLASSES": "AR眼镜",
    "CAVE_DOME": "沉浸影院/环幕",
    "MOTION_PLATFORM": "动感平台",
    "LARGE_SPACE_VR": "大空间VR",
    "OTHER": "其他",
}
HEADSETS = frozenset({"HMD_STANDALONE", "HMD_TETHERED", "AR_GLASSES"})
PRESENCE_METHODS = {
    "PROXIMITY_SENSOR": "接近传感器",
    "RUNTIME_EVENT": "运行时事件(OpenXR)",
    "MOTION_INFERRED": "运动推断",
    "TICKET_GATE": "检票闸机",
    "MANUAL": "人工登记",
}
SENSOR_PRESENCE_METHODS = frozenset({"PROXIMITY_SENSOR", "RUNTIME_EVENT", "MOTION_INFERRED"})
LEGAL_BASES = {  # PIPL art. 13(1)
    "CONSENT": "取得个人同意",
    "STATUTORY_DUTY": "履行法定职责或者法定义务所必需",
    "CONTRACT": "订立、履行合同所必需",
    "OTHER_LAWFUL": "法律、行政法规规定的其他情形",
}
SCENE_TYPES = {
    "MANUFACTURING": "工业制造",
    "EDUCATION_TRAINING": "教育培训",
    "HEALTHCARE": "医疗健康",
    "COMMERCE_CREATIVE": "商贸创意",
    "PERFORMANCE_ENTERTAINMENT": "演艺娱乐",
    "OTHER": "其他",
}
SWAP_REASONS = {"FAULT": "故障", "UPGRADE": "升级", "LOSS": "丢失", "OTHER": "其他"}
COUNT_METHODS = {"TICKETED": "检票", "FOOTFALL": "客流", "MANUAL": "人工"}
CLOSURE_KINDS = {
    "TYPHOON": "台风",
    "RAINSTORM": "暴雨",
    "HOLIDAY": "节假日",
    "EPIDEMIC": "疫情",
    "OTHER": "其他",
}
CONSENTS = {"GIVEN": "同意", "REFUSED": "拒绝", "WITHDRAWN": "撤回"}
PHASE_STATES = {"UNDER_CONSTRUCTION": "建设中", "ACCEPTED": "验收", "IN_OPERATION": "运行"}
PILOT_STATES = {
    "DRAFT": "草稿",
    "SUBMITTED": "区提交",
    "DISTRICT_CONFIRMED": "区确认",
    "NOMINATED": "推荐",
    "SELECTED": "入选",
    **PHASE_STATES,  # what all its phases have reached
    "EVALUATED": "评估",
    "CLOSED": "结束",
    "REJECTED": "未通过",
    "WITHDRAWN": "撤回",
    "SUSPENDED": "暂停",
}
VENUE_STATES = {
    "DRAFT": "草稿",
    "SUBMITTED": "区提交",
    "APPROVED": "已批准",
    "CLOSED": "关闭",
    "REJECTED": "未通过",
    "WITHDRAWN": "撤回",
}
ORGANISATION_ROLES = {
    "DISTRICT_GOV": "区政府/管委会",
    "MUNICIPAL_BUREAU": "市级部门",
    "DEVELOPER": "建设单位",
    "OPERATOR": "运营单位",
    "VENDOR": "设备厂商",
    "AUDITOR": "第三方审计机构",
    "CARRIER_HOST": "创新载体依托单位",
}
ROLES = (
    "administrator",
    "district_officer",
    "district_approver",
    "vendor",
    "applicant",
    "programme_manager",
    "finance",
    "auditor",
    "service",
)
