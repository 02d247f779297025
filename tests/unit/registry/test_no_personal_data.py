"""No field of a collection, a contract or an import is for what says who somebody is or in which room he lives."""

import re
from collections.abc import Iterator

import marshmallow as ma
import pytest

from services.registry.collection import Collection
from services.registry.entities import COLLECTIONS
from services.registry.importing.kinds import KINDS

# Parts of a field's name; a slug, a reference or a key is a name of ours.
PERSONAL = re.compile(
    r"""(^|_)(
    person|people|tenants?|occupants?|residents?|household|owner|guardian|contact|applicant|surname|forename|firstname|
    lastname|full_name|given_name|first_name|last_name|nickname|phone|telephone|tel|mobile|cell|fax|wechat|weixin|qq|
    e?mail|id_?card|id_?no|id_?number|identity|passport|hukou|household_register|birth|birthday|birthdate|age|sex|gender|
    ethnicity|nationality|room|room_no|unit_no|door|house_no|flat|apartment|address|street|bank|account_no|licence_plate
    )(_|$)""",
    re.VERBOSE,
)
PERSONAL_ZH = re.compile(
    r"姓名|名字|联系人|电话|手机|微信|邮箱|身份证|证件|护照|出生|年龄|性别|民族|房号|室号|门牌|地址|住址|银行|户主|租户|住户"
)
NAMED = {  # what has a name, and is no person
    *("organisation", "pilot", "phase", "layout", "venue", "zone", "scene", "closure"),
    *("started_project", "venue_entry"),
}
FLAGS = {"check.person_present"}  # 见人: whether somebody answerable was there, not who


def fields_of(schema: ma.Schema, path: str = "") -> Iterator[str]:
    """The paths of every field, those of nested schemas too."""
    for name, field in schema.fields.items():
        yield f"{path}{name}"
        inner = field.inner if isinstance(field, ma.fields.List) else field
        if isinstance(inner, ma.fields.Nested):
            yield from fields_of(inner.schema, f"{path}{name}.")


@pytest.mark.parametrize(
    "name", ["tenant_name", "phone", "contact", "owner_email", "id_card", "room_no", "room", "birth"]
)
def test_such_a_name_would_be_found(name: str) -> None:
    assert PERSONAL.search(name)


@pytest.mark.parametrize(
    "name", ["dwelling_ref", "tenancy", "device", "managing_authority", "stage", "message", "seats"]
)
def test_a_name_that_is_none_is_not(name: str) -> None:
    assert not PERSONAL.search(name)


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda collection: collection.path)
def test_no_field_is_for_personal_data(collection: Collection) -> None:
    names = {*fields_of(collection.schema()), *collection.kind.__struct_fields__}
    assert len(names) >= 2
    assert {name for name in names if PERSONAL.search(name.rpartition(".")[2])} <= FLAGS


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda collection: collection.path)
def test_only_what_is_no_person_has_a_name(collection: Collection) -> None:
    assert ("name" in collection.schema().fields) == (collection.entity in NAMED)


def test_no_column_of_a_spreadsheet_is_for_personal_data() -> None:
    columns = [column for kind in KINDS for column in kind.columns]
    assert len(columns) > 20
    assert [column.zh for column in columns if PERSONAL_ZH.search(column.zh) or PERSONAL.search(column.field)] == []
