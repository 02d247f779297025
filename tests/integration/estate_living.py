"""The second half of an estate's year: who moves, what is replaced, what was wrong, and who leaves."""

from typing import Any

from tests.integration.estate import SITE, Row, Year, binding, device, moved, refs
from tests.integration.estate_building import LEAVER, MISTAKEN, SCEPTIC, SWAPPED
from tests.integration.offices import sign_in
from tests.integration.registry_under_test import Caller, reason

FROM = "2026-05-25"  # since when the first phase's devices are in place
SWAP_DAY = "2026-10-12"
PROPOSED = {"handed_over_on": "2026-06-11"}


def tenants_move(year: Year) -> None:
    """Autumn: who moved in is told by spreadsheet; one household moves out, one withdraws its consent."""
    year.on("2026-10-01")
    heading = ["试点项目", "住宅假名", "租期序号", "起租日期", "同意情况", "同意情况日期"]
    consents = {ref: "REFUSED" if number % 20 == 0 else "GIVEN" for number, ref in enumerate(refs(1))}
    rows = [
        [SITE, ref, 1, "2026-10-01", "拒绝" if consent == "REFUSED" else "同意", "2026-10-01"]
        for ref, consent in consents.items()
    ]
    assert year.kept(year.officer, "tenancies", heading, *rows) == (1_800, 0)
    for ref, consent in consents.items():
        year.told(year.officer, "tenancy", f"{SITE}/{ref}/1", tenancy(ref, 1, "2026-10-01", consent))
    year.on("2026-10-20")
    corrected(year, f"{LEAVER}/1", valid_to="2026-10-21")
    next_one = tenancy(LEAVER, 2, "2026-10-25", "REFUSED")
    year.officer.made("/v1/tenancies", next_one)
    year.told(year.officer, "tenancy", f"{SITE}/{LEAVER}/2", next_one)
    corrected(year, f"{SCEPTIC}/1", consent="WITHDRAWN", consent_from="2026-10-18")


def tenancy(ref: str, number: int, valid_from: str, consent: str) -> Row:
    told = {"pilot": SITE, "dwelling_ref": ref, "number": number, "valid_from": valid_from, "valid_to": None}
    return {**told, "consent": consent, "consent_from": valid_from, "given_from": None}


def corrected(year: Year, key: str, **fields: Any) -> None:
    """The officer changes a tenancy."""
    answer = year.officer.patch(f"/v1/tenancies/{SITE}/{key}", fields)
    assert answer.status_code == 200, answer.text
    year.told(year.officer, "tenancy", f"{SITE}/{key}", fields)


def devices_are_replaced(year: Year) -> None:
    """October: the vendor reports a hundred replacements; the district confirms all but one. A device is renamed."""
    year.on("2026-10-14")
    spares = [["acme", device(ref, "lamp", 2), "照明"] for ref in SWAPPED]
    assert year.kept(year.vendor, "devices", ["厂商", "设备编号", "类别"], *spares) == (100, 0)
    heading = ["厂商", "换下设备", "更换日期", "换上设备", "原因"]
    rows = [["acme", device(ref, "lamp"), SWAP_DAY, device(ref, "lamp", 2), "故障"] for ref in SWAPPED]
    assert year.kept(year.vendor, "swaps", heading, *rows) == (100, 0)
    year.on("2026-10-16")
    pile = year.officer.get("/v1/swaps?state=REPORTED&limit=1000").json or []
    assert {row["place"] for row in pile} == {f"{SITE}/{ref}/lamp" for ref in SWAPPED}
    doubted, *others = (f"acme/{device(ref, 'lamp')}/{SWAP_DAY}" for ref in SWAPPED)
    moved(year.officer, f"swaps/{doubted}", "REJECTED", "现场仍为原设备")
    confirmed = [{"id": each, "version": None, "state": "CONFIRMED"} for each in others]
    assert year.vendor.post("/v1/swaps/states", confirmed).status_code == 403
    assert year.officer.post("/v1/swaps/states", confirmed).status_code == 200
    for ref in SWAPPED[1:]:
        out, _ = binding(ref, "lamp", FROM)
        into, row = binding(ref, "lamp", SWAP_DAY, 2)
        year.told(year.officer, "binding", out, {"valid_to": SWAP_DAY})
        year.told(year.officer, "binding", into, row)
    renamed = ["acme", "lamp.renamed", "2026-10-16", device(refs(1)[0], "lamp")]
    assert year.kept(year.vendor, "device-aliases", ["厂商", "别名", "启用日期", "设备编号"], renamed) == (1, 0)


def a_mistake_is_found(year: Year) -> None:
    """November: forty dwellings were handed over ten days later than was told; two persons put it right."""
    year.on("2026-11-02")
    keys = [f"{SITE}/{ref}" for ref in MISTAKEN]
    right = {"handed_over_on": "2026-10-10"}
    refused = year.officer.patch(f"/v1/dwellings/{keys[0]}", right)
    assert refused.status_code == 409
    edit = {"changes": right, "reason": "交付清单日期有误", "effective_from": "2026-09-30"}
    year.officer.made("/v1/amendments", *({"entity": "dwelling", "of": each} | edit for each in keys))
    pending = year.approver.get("/v1/amendments?state=PENDING&limit=1000").json or []
    assert sorted(row["of"] for row in pending) == sorted(keys)
    year.on("2026-11-03")
    approval = {"state": "APPROVED", "reason": "与签收单核对无误"}
    told = [{"id": f"dwelling/{row['of']}/{row['number']}", "version": 1, **approval} for row in pending]
    assert year.officer.post("/v1/amendments/states", told).status_code == 403
    assert year.approver.post("/v1/amendments/states", told).status_code == 200
    for key in keys:
        year.told(year.approver, "dwelling", key, right, holds_from="2026-09-30")


def people_leave(year: Year) -> None:
    """November: the officer and the manager leave; neither's successor signs what they entered."""
    year.on("2026-11-10")
    of = f"{SITE}/{refs(1)[5]}"
    year.officer.made("/v1/amendments", {"entity": "dwelling", "of": of, "changes": PROPOSED, "reason": "日期有误"})
    digest = year.document(year.manager, "notice of the city")
    leave(year, "nanshan-desk-1", "nanshan-desk-2")
    leave(year, "city-desk-1", "city-desk-2")
    amendment, approval = f"/v1/amendments/dwelling/{of}/1", {"state": "APPROVED", "reason": "同意"}
    assert year.successor.post(f"{amendment}/state", approval).status_code == 403
    refused(year.next_manager, f"/v1/documents/{digest}/state", "VERIFIED", "same_person")
    moved(year.colleague, f"documents/{digest}", "VERIFIED")
    moved(year.approver, amendment.removeprefix("/v1/"), "REJECTED", "与签收单不符")
    assert (year.auditor.get(amendment).json or {})["state"] == "REJECTED"


def leave(year: Year, login: str, to: str) -> None:
    """Somebody's work is handed over, and his password opens nothing any more."""
    answer = year.made.admin.post(f"/v1/people/{login}/handover", {"to": to})
    assert (answer.status_code, (answer.json or {})["handed_over_to"]) == (200, to)
    assert sign_in(year.made, login).status_code == 401


def refused(caller: Caller, path: str, state: str, why: str) -> None:
    """A move is refused for a reason."""
    answer: Any = caller.post(path, {"state": state, "reason": "试验"})
    assert (answer.status_code, reason(answer)) == (409, why), answer.text
