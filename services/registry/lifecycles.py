"""Lifecycles, declared: from which state to which, and who may go there; pure.

From this table come the checks, the operations, the tests and the README's tables. Names of states:
``../shared/policy`` sections 3.4 and 7.2, in the policy's own words.
"""

from services.registry.edges import Edge as Edge, Lifecycle as Lifecycle
from shared.contracts import registry as contract, vocabulary as words
from shared.contracts.registry import EntityName

ADMINISTRATORS = ("administrator",)
OFFICERS = ("administrator", "district_officer")
APPROVERS = ("district_approver",)
MANAGERS = ("programme_manager",)
VENDORS = ("administrator", "vendor")
AUDITORS = ("auditor",)
DECIDERS = ("administrator", "programme_manager", "district_approver")


def _from_each(sources: tuple[str, ...], target: str, roles: tuple[str, ...], *, judged: bool = False) -> list[Edge]:
    return [Edge(source, target, roles, judged, needs_reason=True) for source in sources]


FOLLOWS_ITS_PHASES = ("SELECTED", *words.PHASE_STATES)  # once selected, a pilot is where its phases are
_REVIEWED = ("SUBMITTED", "DISTRICT_CONFIRMED", "NOMINATED")
_PAPER = ({"RECORDED": "已登记", "VERIFIED": "已核验"}, (Edge("RECORDED", "VERIFIED", DECIDERS, other_person=True),))
_DRAFT_STATES = {"DRAFT": "草拟", "APPROVED": "已批准", "REJECTED": "已驳回"}
_DECIDED = (
    Edge("DRAFT", "APPROVED", DECIDERS, other_person=True, needs_reason=True),
    Edge("DRAFT", "REJECTED", DECIDERS, other_person=True, needs_reason=True),
)
_DRAFTED_AGAIN = Edge("REJECTED", "DRAFT", (*OFFICERS, "vendor"))

_ALL = (
    Lifecycle(
        "pilot",
        words.PILOT_STATES,
        (
            Edge("DRAFT", "SUBMITTED", OFFICERS),
            *_from_each(("SUBMITTED",), "DRAFT", APPROVERS, judged=True),
            Edge("SUBMITTED", "DISTRICT_CONFIRMED", APPROVERS, other_person=True),
            Edge("DISTRICT_CONFIRMED", "NOMINATED", APPROVERS, other_person=True),
            Edge("NOMINATED", "SELECTED", MANAGERS, other_person=True),
            *_from_each(_REVIEWED, "REJECTED", (*APPROVERS, *MANAGERS), judged=True),
            *_from_each(("DRAFT", *_REVIEWED), "WITHDRAWN", OFFICERS),
            *_from_each(FOLLOWS_ITS_PHASES, "SUSPENDED", MANAGERS, judged=True),
            *_from_each(("SUSPENDED",), "SELECTED", MANAGERS, judged=True),
            Edge("IN_OPERATION", "EVALUATED", MANAGERS, other_person=True, needs_reason=True),
            Edge("EVALUATED", "CLOSED", MANAGERS, other_person=True, needs_reason=True),
        ),
        settled=frozenset({"DISTRICT_CONFIRMED", "NOMINATED", *FOLLOWS_ITS_PHASES, "SUSPENDED", "EVALUATED", "CLOSED"}),
    ),
    Lifecycle(
        "phase",
        {"PLANNED": "未开工", **words.PHASE_STATES},
        (
            Edge("PLANNED", "UNDER_CONSTRUCTION", OFFICERS),
            Edge("UNDER_CONSTRUCTION", "ACCEPTED", APPROVERS, other_person=True),
            *_from_each(("ACCEPTED",), "UNDER_CONSTRUCTION", APPROVERS, judged=True),
            Edge("ACCEPTED", "IN_OPERATION", OFFICERS),
        ),
        settled=frozenset({"ACCEPTED", "IN_OPERATION"}),
    ),
    Lifecycle(
        "slot",
        {"PLANNED": "计划", "INSTALLED": "安装", "RETIRED": "退役"},
        (
            Edge("PLANNED", "INSTALLED", OFFICERS),
            Edge("INSTALLED", "RETIRED", APPROVERS, other_person=True, needs_reason=True),
        ),
        marks={"INSTALLED": ("installed_on",), "RETIRED": ("retired_on",)},
    ),
    Lifecycle(
        "venue",
        words.VENUE_STATES,
        (
            Edge("DRAFT", "SUBMITTED", OFFICERS),
            *_from_each(("SUBMITTED",), "DRAFT", APPROVERS, judged=True),
            Edge("SUBMITTED", "APPROVED", APPROVERS, other_person=True),
            *_from_each(("SUBMITTED",), "REJECTED", APPROVERS, judged=True),
            *_from_each(("DRAFT", "SUBMITTED"), "WITHDRAWN", OFFICERS),
            Edge("APPROVED", "CLOSED", APPROVERS, other_person=True, needs_reason=True),
        ),
        settled=frozenset({"APPROVED", "CLOSED"}),
    ),
    Lifecycle(
        "installation",
        {"PLANNED": "计划", "INSTALLED": "安装", "IN_SERVICE": "在用", "RETIRED": "退役"},
        (
            Edge("PLANNED", "INSTALLED", OFFICERS),
            Edge("INSTALLED", "IN_SERVICE", APPROVERS, other_person=True),
            *_from_each(("INSTALLED", "IN_SERVICE"), "RETIRED", APPROVERS, judged=True),
        ),
        settled=frozenset({"IN_SERVICE", "RETIRED"}),
        marks={
            "INSTALLED": ("installed_on",),
            "IN_SERVICE": ("accepted_on", "accepted_by"),
            "RETIRED": ("retired_on",),
        },
    ),
    Lifecycle("selection", *_PAPER, settled=frozenset({"VERIFIED"}), marks={"VERIFIED": ("verified_by",)}),
    Lifecycle("legal_basis", *_PAPER, settled=frozenset({"VERIFIED"}), marks={"VERIFIED": ("verified_by",)}),
    Lifecycle("standard_reference", *_PAPER, settled=frozenset({"VERIFIED"}), marks={"VERIFIED": ("verified_by",)}),
    Lifecycle("funding", *_PAPER, settled=frozenset({"VERIFIED"}), marks={"VERIFIED": ("verified_by",)}),
    Lifecycle("outage", _DRAFT_STATES, _DECIDED),
    Lifecycle(
        "device",
        {"PROVISIONAL": "暂登", "REGISTERED": "已登记", "RETIRED": "退役"},
        (
            Edge("PROVISIONAL", "REGISTERED", ("administrator", *MANAGERS), other_person=True),
            *_from_each(("PROVISIONAL", "REGISTERED"), "RETIRED", VENDORS),
        ),
    ),
    Lifecycle(
        "swap",
        {"REPORTED": "已报告", "CONFIRMED": "已确认", "REJECTED": "已驳回", "WITHDRAWN": "已撤回"},
        (
            Edge("REPORTED", "CONFIRMED", (*OFFICERS, *APPROVERS), other_person=True),
            *_from_each(("REPORTED",), "REJECTED", (*OFFICERS, *APPROVERS), judged=True),
            Edge("REPORTED", "WITHDRAWN", VENDORS),
            Edge("REJECTED", "REPORTED", VENDORS),
            Edge("WITHDRAWN", "REPORTED", VENDORS),
        ),
    ),
    Lifecycle("maintenance", _DRAFT_STATES, (*_DECIDED, _DRAFTED_AGAIN), settled=frozenset({"APPROVED"})),
    Lifecycle(
        "scene",
        {"PLANNED": "计划", "IN_OPERATION": "运行", "CLOSED": "关闭"},
        (
            Edge("PLANNED", "IN_OPERATION", APPROVERS, other_person=True),
            *_from_each(("PLANNED", "IN_OPERATION"), "CLOSED", APPROVERS, judged=True),
        ),
        settled=frozenset({"IN_OPERATION", "CLOSED"}),
    ),
    Lifecycle(
        "document",
        {"RECORDED": "已登记", "VERIFIED": "已核验", "REMOVED": "已移除"},
        (
            Edge("RECORDED", "VERIFIED", DECIDERS, other_person=True),
            *_from_each(("RECORDED",), "REMOVED", (*OFFICERS, *MANAGERS, "vendor")),
            *_from_each(("VERIFIED",), "REMOVED", DECIDERS, judged=True),
        ),
    ),
    Lifecycle(
        "audit_case",
        {"OPEN": "立案", "FIELDWORK": "现场核查", "REPORTED": "出具报告", "CLOSED": "结案"},
        (
            Edge("OPEN", "FIELDWORK", AUDITORS),
            Edge("FIELDWORK", "REPORTED", AUDITORS),
            *_from_each(("REPORTED",), "FIELDWORK", AUDITORS),
            Edge("REPORTED", "CLOSED", AUDITORS, other_person=True),  # 复核: a second auditor has read the file
        ),
    ),
    Lifecycle(
        "amendment",
        {"PENDING": "待批准", "APPROVED": "已批准", "REJECTED": "已驳回", "WITHDRAWN": "已撤回"},
        (
            Edge("PENDING", "APPROVED", DECIDERS, other_person=True, needs_reason=True),
            Edge("PENDING", "REJECTED", DECIDERS, other_person=True, needs_reason=True),
            Edge("PENDING", "WITHDRAWN", OFFICERS, needs_reason=True),
        ),
    ),
    Lifecycle(  # INVITED → ACTIVE is whoever has the code; back to INVITED leads a reset
        "person",
        {"INVITED": "已邀请", "ACTIVE": "在用", "LOCKED": "已锁定", "CLOSED": "已停用"},
        (
            *_from_each(("INVITED", "ACTIVE"), "LOCKED", ADMINISTRATORS),
            *_from_each(("LOCKED",), "ACTIVE", ADMINISTRATORS),
            *_from_each(("INVITED", "ACTIVE", "LOCKED"), "CLOSED", ADMINISTRATORS),
        ),
    ),
)
LIFECYCLES: dict[EntityName, Lifecycle] = {lifecycle.entity: lifecycle for lifecycle in _ALL}


def furthest_of_all(phases: list[contract.Phase]) -> str:
    """What a selected pilot has reached: what the phase that is furthest behind has, SELECTED before any is begun."""
    order = list(LIFECYCLES["phase"].states)
    least = min((order.index(phase.state) for phase in phases), default=0)
    return order[least] if least else "SELECTED"
