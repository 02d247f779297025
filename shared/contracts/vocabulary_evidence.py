"""Enumerations of evidence and audit with their Chinese names: what papers there are, what an audit records.

Source: 佐证材料 of the programme's application guides and of 专项审计 (见物、见人、见资料).
"""

DOCUMENT_KINDS = {
    # 保障性住房 · housing
    "CONSTRUCTION_PERMIT": "施工许可/开工证明",
    "DESIGN_CHAPTER": "全屋智能设计专篇",
    "BILL_OF_MATERIALS": "设备清单",
    "CONTRACT": "采购合同",
    "INVOICE": "发票",
    "PAYMENT": "付款凭证",
    "ACCEPTANCE_RECORD": "竣工/专项验收记录",
    "HANDOVER_LIST": "交付清单",
    "SELECTION": "试点入选文件",
    "CONSENT_RECORD": "住户告知同意材料",
    # 场所 · venues
    "VENUE_PROOF": "场所管理单位证明",
    "INSTALLATION_ACCEPTANCE": "装机验收单",
    "SERIAL_LIST": "设备序列号清单",
    "CALENDAR": "开放日历",
    "BOOKING_LEDGER": "预约/票务台账",
    "USAGE_REPORT": "用户使用报告",
    "SITE_PHOTO": "现场照片（无人脸）",
    # 创新载体 · laboratories
    "MINISTRY_AWARD": "部委批复/获评文件",
    "COST_LEDGER": "年度费用明细账",
    "AUDIT_REPORT": "专项审计报告",
    "PAYROLL_TOTALS": "社保或工资汇总表",
    "DEPRECIATION_TABLE": "固定资产折旧表",
    # 申报 · all claims
    "COMMITMENT": "承诺书",
    "CREDIT_CHECK": "信用查询结果",
    "NO_DOUBLE_FUNDING": "未重复享受声明",
    "NO_CASE_BY_CASE": "未享受一事一议声明",
    "CALIBRE_NOTE": "与统计口径一致说明",
    # 数据通道、依据 · feeds, legal grounds
    "OUTAGE_EVIDENCE": "数据中断证明",
    "LEGAL_BASIS": "个人信息处理依据",
    "STANDARD": "标准文本",
    "OTHER": "其他",
}
AUDIT_ENTRY_KINDS = {
    "SAMPLE": "抽样",
    "FIELD_RESULT": "现场核查结果",
    "FINDING": "审计发现",
    "REPLY": "回复",
    "OUTCOME": "处理结果",
    "LEAD": "线索",
}
FIELD_RESULTS = {"MATCHES": "相符", "DIFFERS": "不符", "NOT_VERIFIABLE": "无法核实"}
