"""The year of an estate, chapter by chapter: what the district, the city and the vendor enter."""

from collections.abc import Sequence
from typing import Any

from tests.integration.estate import DWELLINGS, SITE, Row, Year, binding, codes_of, device, moved, refs, slots
from tests.integration.registry_under_test import Caller, pilot, reason
from tests.integration.spreadsheets import KEEP, KEEP_SOME, as_csv, counts, rows_of, to_mend, upload
from tests.unit.registry.sheets import xlsx

HANDOVER = ["试点项目", "住宅假名", "交付日期"]
DWELLING = ["试点项目", "期", "住宅假名", "户型"]
BATCH = 600
OTHERS = tuple(f"hill-{number:02}" for number in range(12))
SWAPPED = refs(1)[100:200]  # whose lamps are replaced
LEAVER, SCEPTIC = refs(1)[1], refs(1)[2]
MISTAKEN = refs(2)[1_160:]  # handed over later than was told
BY_MISTAKE = refs(2)[:20]  # told as handed over before they were built


def registered_and_selected(year: Year) -> None:
    """January: the officer enters it with others, the approver sends it back once, the manager judges his pile."""
    officer, approver, manager = year.officer, year.approver, year.manager
    all_of_them = (SITE, *OTHERS)
    officer.made("/v1/pilots", *(pilot(slug) | {"construction_start_date": "2026-01-04"} for slug in all_of_them))
    phases = ((SITE, 1), (SITE, 2), *((slug, 1) for slug in OTHERS))
    officer.made("/v1/phases", *({"pilot": slug, "number": n, "name": f"{n} 期"} for slug, n in phases))
    a_wrong_file_is_undone(year)
    assert officer.post(f"/v1/pilots/{SITE}/state", {"state": "SUBMITTED"}).status_code == 409  # no code
    for number, slug in enumerate(all_of_them, 1):
        officer.patch(f"/v1/pilots/{slug}", {"registration_code": f"2026-440305-47-01-{number:06}"})
    moved_at_once(officer, all_of_them, "SUBMITTED")
    moved(approver, f"pilots/{SITE}", "DRAFT", "名称与许可证不一致")
    officer.patch(f"/v1/pilots/{SITE}", {"name": "海景花园（虚构）"})
    year.on("2026-01-12")
    moved(officer, f"pilots/{SITE}", "SUBMITTED")
    assert officer.post(f"/v1/pilots/{SITE}/state", {"state": "DISTRICT_CONFIRMED"}).status_code == 403
    for state in ("DISTRICT_CONFIRMED", "NOMINATED"):
        moved_at_once(approver, all_of_them, state)
    year.on("2026-01-20")
    pile = manager.get("/v1/pilots?state=NOMINATED").json
    assert [row["slug"] for row in pile or []] == sorted(all_of_them)
    moved_at_once(manager, OTHERS, "REJECTED", "不属于保障性住房")
    assert manager.post(f"/v1/pilots/{SITE}/state", {"state": "SELECTED"}).status_code == 409  # no document yet
    papers_are_given(year)
    moved(manager, f"pilots/{SITE}", "SELECTED")
    heading = ["项目编号", "名称", "区", "套数", "施工许可日期", "试点项目", "来源", "来源文件SHA-256"]
    row = ["ns-2026-01", "海景花园（虚构）", "南山区", 3_000, "2026-01-04", SITE, "开工台账（虚构）", "ab" * 32]
    assert year.kept(officer, "started-projects", heading, row) == (1, 0)


def moved_at_once(caller: Caller, pilots: Sequence[str], state: str, why: str | None = None) -> None:
    """Move pilots, all of them or none."""
    wanted = [{"id": slug, "version": None, "state": state, "reason": why} for slug in pilots]
    answer = caller.post("/v1/pilots/states", wanted)
    assert answer.status_code == 200, answer.text


def papers_are_given(year: Year) -> None:
    """A document is uploaded, verified by another person, and relied on by a paper; then it cannot be removed."""
    for path, kind, paper in (
        ("selections", "SELECTION", {}),
        ("standard-references", "DESIGN_CHAPTER", {"standard": "示例标准（虚构）", "dwellings": 3_000}),
    ):
        digest = year.document(year.officer, f"{path} 2026", site=SITE, document_kind=kind)
        verify = year.officer.post(f"/v1/documents/{digest}/state", {"state": "VERIFIED"})
        assert verify.status_code == 403
        moved(year.approver, f"documents/{digest}", "VERIFIED")
        told = {"pilot": SITE, "code": "c-1", "document_no": "示例〔2026〕1号", "title": "文件（虚构）"}
        year.officer.made(f"/v1/{path}", told | paper | {"issued_on": "2026-01-19", "sha256": digest})
        moved(year.approver, f"{path}/{SITE}/c-1", "VERIFIED")
        relying: Any = year.officer.get(f"/v1/documents/{digest}/relied-on-by").json
        assert [row["id"] for row in relying] == [f"{SITE}/c-1"]
        gone = year.approver.post(f"/v1/documents/{digest}/state", {"state": "REMOVED", "reason": "重复上传"})
        assert (gone.status_code, reason(gone)) == (409, "conflicting")


def designed(year: Year) -> None:
    """February: two layouts, 3,000 dwellings by spreadsheet, and the slots that the layouts give them."""
    year.on("2026-02-01")
    lamp = {"code": "lamp", "category": "LIGHTING", "required": True}
    curtain = {"code": "curtain", "category": "SHADING", "required": False}
    for code, has in (("a-65", [lamp]), ("b-90", [lamp, curtain])):
        year.officer.made("/v1/layouts", {"pilot": SITE, "code": code, "name": f"户型 {code}", "slots": has})
    layouts = {ref: "b-90" if "curtain" in codes_of(ref) else "a-65" for phase in DWELLINGS for ref in refs(phase)}
    first = [[SITE, 1, ref, layouts[ref]] for ref in refs(1)]
    assert year.kept(year.officer, "dwellings", DWELLING, *first) == (1_800, 0)
    with_faults_mended(year, [[SITE, 2, ref, layouts[ref]] for ref in refs(2)])
    for code, how_many in (("a-65", 2_800), ("b-90", 400)):
        fitted: Any = year.officer.post(f"/v1/layouts/{SITE}/{code}/slots", {}).json
        assert fitted == {"made": how_many, "there": 0, "beyond": 0, "first_beyond": []}
    design_is_noted(year, layouts, {"lamp": lamp, "curtain": curtain})
    moved(year.officer, f"phases/{SITE}/1", "UNDER_CONSTRUCTION")
    year.on("2026-03-01")
    moved(year.officer, f"phases/{SITE}/2", "UNDER_CONSTRUCTION")


def design_is_noted(year: Year, layouts: dict[str, str], positions: dict[str, Row]) -> None:
    """What the officer entered by that, dwelling by dwelling and slot by slot."""
    for phase in DWELLINGS:
        for ref in refs(phase):
            told: Row = {"pilot": SITE, "phase": phase, "dwelling_ref": ref, "layout": layouts[ref]}
            year.told(year.officer, "dwelling", f"{SITE}/{ref}", told | {"handed_over_on": None})
        for ref, code in slots(phase):
            told = {"pilot": SITE, "dwelling_ref": ref, "installed_on": None, "retired_on": None, "state_reason": None}
            year.told(year.officer, "slot", f"{SITE}/{ref}/{code}", told | positions[code])


def with_faults_mended(year: Year, rows: list[list[Any]]) -> None:
    """Somebody left three room numbers in a file, and a layout that is none: what is refused comes back, is mended."""
    wrong: list[list[Any]] = [list(row) for row in rows]
    for position, room in ((7, "3-2-1201"), (8, "3栋1202室"), (1_100, "A-1203")):
        wrong[position][2] = room
    wrong[50][3] = "palace"
    answer = to_mend(year.made, year.officer, "dwellings", as_csv(DWELLING, *wrong), KEEP_SOME)
    assert answer.status_code == 200, answer.text
    headings, *refused = rows_of(answer.data)
    assert [row[2] for row in refused] == ["3-2-1201", "3栋1202室", rows[50][2], "A-1203"]
    assert all(row[4] for row in refused)  # what is wrong with it
    for row, position in zip(refused, (7, 8, 50, 1_100), strict=True):
        row[2:4] = rows[position][2:4]
    mended = upload(year.made, year.officer, "dwellings", xlsx(headings, *refused), KEEP)
    assert counts(mended) == ("KEPT", 4, 0, 0, 0)
    whole = upload(year.made, year.officer, "dwellings", as_csv(DWELLING, *rows), KEEP)
    assert counts(whole) == ("KEPT", 0, 1_200, 0, 0)


def equipped(year: Year, phase: int, entered: str, installed: str, bound_from: str) -> None:
    """The vendor tells its devices, which are provisional; the officer says when slots were fitted, and binds."""
    year.on(entered)
    places = list(slots(phase))
    rows = [["acme", device(*place), "照明" if place[1] == "lamp" else "遮阳"] for place in places]
    assert year.kept(year.vendor, "devices", ["厂商", "设备编号", "类别"], *rows) == (len(rows), 0)
    first = f"/v1/devices/acme/{device(*places[0])}"
    assert (year.vendor.get(first).json or {})["state"] == "PROVISIONAL"
    dates = [[SITE, ref, code, installed] for ref, code in places]
    heading = ["试点项目", "住宅假名", "点位编号", "安装日期"]
    assert year.kept(year.officer, "slot-dates", heading, *dates) == (0, len(dates))
    bound = [["acme", device(ref, code), bound_from, f"{SITE}/{ref}/{code}"] for ref, code in places]
    assert year.kept(year.officer, "bindings", ["厂商", "设备编号", "启用日期", "点位"], *bound) == (len(bound), 0)
    assert (year.vendor.get(first).json or {})["state"] == "REGISTERED"
    for ref, code in places:
        year.told(year.officer, "slot", f"{SITE}/{ref}/{code}", {"installed_on": installed}, holds_from=installed)
        key, row = binding(ref, code, bound_from)
        year.told(year.officer, "binding", key, row)


def accepted(year: Year, phase: int, day: str) -> None:
    """A phase is accepted by another person than who registered it."""
    year.on(day)
    moved(year.approver, f"phases/{SITE}/{phase}", "ACCEPTED")


def handed_over(year: Year, phase: int, day: str, first: int) -> None:
    """Six hundred dwellings of a phase are handed over; with the first of them it is in operation."""
    year.on(day)
    if first == 0:
        moved(year.officer, f"phases/{SITE}/{phase}", "IN_OPERATION")
    batch = refs(phase)[first : first + BATCH]
    assert year.kept(year.officer, "handover", HANDOVER, *([SITE, ref, day] for ref in batch)) == (0, BATCH)
    for ref in batch:
        year.told(year.officer, "dwelling", f"{SITE}/{ref}", {"handed_over_on": day})


def a_wrong_file_is_undone(year: Year) -> None:
    """January: the officer uploads dwellings of another pilot, sees it, and takes them back."""
    rows = [[OTHERS[0], 1, ref, ""] for ref in refs(1)[:BATCH]]
    told: Any = upload(year.made, year.officer, "dwellings", as_csv(DWELLING, *rows), KEEP).json
    undone = year.officer.post(f"/v1/imports/{told['import']}/undo", {"reason": "传错了文件"})
    assert (undone.status_code, (undone.json or {})["state"]) == (200, "UNDONE")
    assert year.officer.get(f"/v1/dwellings?pilot={OTHERS[0]}").json == []


def a_wrong_list_takes_a_second_person(year: Year) -> None:
    """July: some dwellings are told as handed over before they were built; of a selected pilot, two put that right."""
    year.on("2026-07-02")
    content = as_csv(HANDOVER, *([SITE, ref, "2026-07-02"] for ref in BY_MISTAKE))
    told: Any = upload(year.made, year.officer, "handover", content, KEEP).json
    undone = year.officer.post(f"/v1/imports/{told['import']}/undo", {"reason": "传错了文件"})
    assert (undone.status_code, reason(undone)) == (409, "conflicting")
    edit = {"entity": "dwelling", "changes": {"handed_over_on": None}, "reason": "尚未交付"}
    year.officer.made("/v1/amendments", *(edit | {"of": f"{SITE}/{ref}"} for ref in BY_MISTAKE))
    for ref in BY_MISTAKE:
        year.told(year.officer, "dwelling", f"{SITE}/{ref}", {"handed_over_on": "2026-07-02"})
    year.on("2026-07-03")
    for ref in BY_MISTAKE:
        moved(year.approver, f"amendments/dwelling/{SITE}/{ref}/1", "APPROVED", "与签收单核对无误")
        year.told(year.approver, "dwelling", f"{SITE}/{ref}", {"handed_over_on": None})


def a_typhoon_comes(year: Year) -> None:
    """August: the city closes; the manager says so for all districts at once, no district does."""
    year.on("2026-08-20")
    closure = {"code": "typhoon-2026-08", "name": "台风停业（虚构）", "kind": "TYPHOON", "source": "通告（虚构）"}
    closure |= {"source_sha256": "cd" * 32, "valid_from": "2026-08-20", "valid_to": "2026-08-22"}
    assert year.officer.post("/v1/closures", [closure]).status_code == 403
    year.manager.made("/v1/closures", closure)
    assert [row["code"] for row in year.officer.get("/v1/closures").json or []] == ["typhoon-2026-08"]
