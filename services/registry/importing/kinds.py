"""What can be imported, declared: a new kind is a row of this table.

A column has its heading in Chinese and in English, the field it fills, an example, the message that says what it
wants, and how a cell of it is read. The row of examples is recognised and skipped.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from services.registry.collection import Collection
from services.registry.entities import BY_ENTITY
from services.registry.importing import cells
from services.registry.importing.cells import Cell, Value
from shared.contracts import vocabulary

Names = Mapping[str, str]


class Column(NamedTuple):
    """One column of a template. ``names`` are the words of an enumeration, with their Chinese names."""

    zh: str
    en: str
    field: str
    example: str
    hint: str = "rule.slug"
    read: Callable[[Cell], Value] = cells.text
    names: Names = MappingProxyType({})
    opaque: bool = False  # a pseudonym: what has the form of a room number is one


class Kind(NamedTuple):
    """One template. ``amends``: it changes these fields of what is registered, and registers nothing."""

    name: str
    zh: str
    collection: Collection
    columns: tuple[Column, ...]
    amends: tuple[str, ...] = ()

    @property
    def writers(self) -> tuple[str, ...]:
        """Who may import: who may do the same row by row."""
        access = self.collection.access
        return (self.amends and access.amenders) or access.writers

    @property
    def required(self) -> frozenset[str]:
        """The fields without which a row is not accepted."""
        fields = self.collection.schema().fields
        must = self.collection.key if self.amends else [column.field for column in self.columns]
        return frozenset(name for name in must if fields[name].required) | set(self.amends)

    def column(self, field: str) -> Column | None:
        """The column that fills a field."""
        return next((column for column in self.columns if column.field == field), None)


def _day(zh: str, en: str, field: str, example: str) -> Column:
    return Column(zh, en, field, example, "rule.sheet_day", cells.day)


def _word(zh: str, en: str, field: str, example: str, names: Names) -> Column:
    return Column(zh, en, field, example, "rule.one_of", cells.words(names), names)


def _flag(zh: str, en: str, field: str, example: str) -> Column:
    return Column(zh, en, field, example, "rule.sheet_flag", cells.flag)


def _number(zh: str, en: str, field: str, example: str) -> Column:
    return Column(zh, en, field, example, "rule.sheet_number", cells.whole)


_CATEGORIES = {code: category.name_zh for code, category in vocabulary.CATEGORIES.items()}
_PILOT = Column("试点项目", "Pilot", "pilot", "example-garden")
_DWELLING = Column("住宅假名", "Dwelling ref", "dwelling_ref", "EXAMPLE_q7Xk2mPz", "rule.dwelling_ref", opaque=True)
_VENDOR = Column("厂商", "Vendor", "vendor", "example-vendor")
_DEVICE = Column("设备编号", "Device", "device", "EXAMPLE.lamp-0001", "rule.device")

KINDS = (
    Kind(
        "dwellings",
        "住宅套",
        BY_ENTITY["dwelling"],
        (_PILOT, _number("期", "Phase", "phase", "1"), _DWELLING),
    ),
    Kind(
        "handover",
        "交付",
        BY_ENTITY["dwelling"],
        (_PILOT, _DWELLING, _day("交付日期", "Handed over on", "handed_over_on", "2026-06-30")),
        amends=("handed_over_on",),
    ),
    Kind(
        "slots",
        "配置点位",
        BY_ENTITY["slot"],
        (
            _PILOT,
            _DWELLING,
            Column("点位编号", "Slot code", "code", "living-room-lamp"),
            _word("类别", "Category", "category", "照明", _CATEGORIES),
            _flag("必配", "Required", "required", "是"),
            _day("安装日期", "Installed on", "installed_on", "2026-06-01"),
            _day("拆除日期", "Retired on", "retired_on", ""),
        ),
    ),
    Kind(
        "devices",
        "设备",
        BY_ENTITY["device"],
        (
            _VENDOR,
            _DEVICE,
            _word("类别", "Category", "category", "照明", _CATEGORIES),
            _number("上报间隔（秒）", "Reporting interval (s)", "reporting_interval_s", "900"),
        ),
    ),
    Kind(
        "bindings",
        "设备绑定",
        BY_ENTITY["binding"],
        (
            _VENDOR,
            _DEVICE,
            _day("启用日期", "Valid from", "valid_from", "2026-06-01"),
            Column("点位", "Slot", "slot", "example-garden/EXAMPLE_q7Xk2mPz/living-room-lamp", "rule.place"),
            Column("VR设施", "Installation", "installation", "", "rule.place"),
            _day("停用日期", "Valid to", "valid_to", ""),
        ),
    ),
    Kind(
        "occupancies",
        "月度入住",
        BY_ENTITY["occupancy"],
        (
            _PILOT,
            _DWELLING,
            Column("月份", "Month", "month", "2026-07", "rule.month", cells.month),
            _flag("是否入住", "Occupied", "occupied", "是"),
        ),
    ),
    Kind(
        "tenancies",
        "租住",
        BY_ENTITY["tenancy"],
        (
            _PILOT,
            _DWELLING,
            _number("租期序号", "Number", "number", "1"),
            _day("起租日期", "Valid from", "valid_from", "2026-07-01"),
            _day("退租日期", "Valid to", "valid_to", ""),
            _word("同意情况", "Consent", "consent", "同意", vocabulary.CONSENTS),
            _day("同意情况日期", "Consent from", "consent_from", "2026-07-01"),
            _day("原同意日期", "Given from", "given_from", ""),
        ),
    ),
)
