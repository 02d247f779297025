"""Measure 11: the pilots that were selected."""

from services.adoption.definitions.shape import COVERAGE_MIN, VALID_FROM, Definition, Parameter, Text

SELECTED = Definition(
    id="H1",
    version=1,
    valid_from=VALID_FROM,
    name=Text("入选试点数", "Pilots selected"),
    formula=Text(
        "t1 时有经他人核实的入选文件的试点项目数(目标：不少于 5 个)",
        "distinct pilots with a selection document verified by another person at t1 (goal: at least 5)",
    ),
    numerator=Text(
        "入选文件在 t1 前印发、由登记人以外的人核实、t1 前未撤回的试点项目；一个项目有多份时计一次",
        "pilots with a document issued before t1, verified by somebody other than who recorded it, and not withdrawn "
        "before t1; a pilot with several counts once",
    ),
    denominator=None,
    window=Text(
        "t1 时的状态，即窗口终点(不含)；窗口起点不起作用",
        "the state at t1, the window's end (excluded); its start has no effect",
    ),
    unit="pilot",
    exclusions={
        "withdrawn": Text("入选文件已撤回", "its document is withdrawn"),
        "unverified": Text("入选文件未经他人核实", "its document is not verified by another person"),
        "not_yet_issued": Text("入选文件在 t1 前尚未印发", "its document was not issued before t1"),
        "undocumented": Text("没有入选文件", "it has no selection document"),
    },
    reasons={"selected": Text("有经核实的入选文件", "has a verified selection document")},
    apart={},
    findings={},
    notes={},
    polarity=1,
    coverage_unit="pilot",
    parameters=(
        COVERAGE_MIN,
        Parameter(
            "target", 5, "pilot",
            Text("全市目标，不少于；不作为分母，不折算百分比", "city-wide goal, at least; never a percentage"),
            "深工信规〔2024〕6号", "11", 1, VALID_FROM,
        ),
    ),
    clause="11",
    source="policy page 4.2, 7.1",
)  # fmt: skip
