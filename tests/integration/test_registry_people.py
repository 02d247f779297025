"""Accounts of people: invited, opened once, reset, locked, closed; a password opens one that is ACTIVE and no other."""

from typing import Any

import jwt
import pytest
import sqlalchemy as sa

from services.registry import app
from services.registry.attempts import PER_LOGIN
from shared.contracts.civil_time import date_from_day, day_of
from tests.integration.change_log import opened
from tests.integration.databases import Databases
from tests.integration.offices import OFFICER, PASSWORD, code_of, invited, move, person, set_password, sign_in
from tests.integration.registry_under_test import VENDOR, RegistryUnderTest, pointers, reason, registry

DESK = OFFICER["login"]
DAY_MS = 86_400_000


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return registry(databases)


def state(city: RegistryUnderTest, login: str = DESK) -> str:
    return str((city.admin.get(f"/v1/people/{login}").json or {})["state"])


def test_who_is_invited_sets_a_password_and_calls_under_his_posts_name(city: RegistryUnderTest) -> None:
    code = invited(city)
    assert state(city) == "INVITED"
    assert set_password(city, DESK, code).status_code == 204
    assert state(city) == "ACTIVE"

    answer = sign_in(city, DESK)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.json is not None
    claims = jwt.decode(answer.json["access_token"], options={"verify_signature": False})
    assert {name: claims[name] for name in ("sub", "name", "role", "districts", "vendors")} == {
        "sub": "person:nanshan-desk-2",
        "name": "南山区登记岗",
        "role": "district_officer",
        "districts": ["nanshan"],
        "vendors": [],
    }


def test_what_a_person_does_stands_in_the_log_under_his_account(city: RegistryUnderTest) -> None:
    chief = person(city, "city-chief", "administrator")
    chief.made("/v1/organisations", VENDOR)
    told = [(row["entity"], row["id"], row["actor"]) for row in city.admin.changes()[-3:]]
    first = city.admin.changes()[0]["id"]
    assert told == [
        ("person", "city-chief", first),
        ("person", "city-chief", "person:city-chief"),
        ("organisation", "acme", "person:city-chief"),
    ]


def test_neither_password_nor_code_is_kept_or_logged(city: RegistryUnderTest, caplog: pytest.LogCaptureFixture) -> None:
    code = invited(city)
    with opened(city.url) as connection:
        kept = str([connection.exec_driver_sql("SELECT * FROM person_sign_in").all()])
    assert set_password(city, DESK, code).status_code == 204
    sign_in(city, DESK)
    sign_in(city, DESK, PASSWORD + "!")
    with opened(city.url) as connection:
        tables = sa.inspect(connection).get_table_names()
        everything = kept + str([connection.exec_driver_sql(f"SELECT * FROM {table}").all() for table in tables])
    assert "$argon2id$" in everything
    assert "$argon2" not in str(city.admin.changes()) + str(city.admin.get("/v1/people").json)
    assert [word for word in (code, PASSWORD) if word in everything + caplog.text] == []


def test_a_code_opens_an_account_once(city: RegistryUnderTest) -> None:
    code = invited(city)
    assert reason(set_password(city, DESK, "guess")) == "bad_credentials"
    assert reason(set_password(city, "nobody", code)) == "bad_credentials"
    assert set_password(city, DESK, code).status_code == 204
    assert reason(set_password(city, DESK, code, "another long password")) == "bad_credentials"
    assert sign_in(city, DESK).status_code == 200


def test_a_code_is_valid_for_seven_days(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    began_ms, real = app.now_ms(), app.now_ms
    passed_ms = [0]
    monkeypatch.setattr(app, "now_ms", lambda: real() + passed_ms[0])
    city = registry(databases)
    code, other = invited(city), invited(city, login="other")
    passed_ms[0] = 7 * DAY_MS - 60_000
    assert set_password(city, DESK, code).status_code == 204
    passed_ms[0] = 7 * DAY_MS + (real() - began_ms) + 1
    assert reason(set_password(city, "other", other)) == "bad_credentials"


@pytest.mark.parametrize(
    "password", ["short", "eleven char", "my NANSHAN-desk-2 x", "字" * 342, "ﬁ" * 1024, "x" * 1025, ""]
)
def test_a_password_that_will_not_do_leaves_the_code_as_it_is(city: RegistryUnderTest, password: str) -> None:
    code = invited(city)
    answer = set_password(city, DESK, code, password)
    assert (answer.status_code, pointers(answer)) == (422, ["#/password"])
    assert password not in answer.text or len(password) < 2
    assert set_password(city, DESK, code).status_code == 204


@pytest.mark.parametrize("password", ["十二个汉字组成的一句口令", "字" * 341, "e\u0301" * 12])
def test_a_password_may_be_of_any_letters_however_they_were_typed(city: RegistryUnderTest, password: str) -> None:
    assert set_password(city, DESK, invited(city), password).status_code == 204
    assert sign_in(city, DESK, password.replace("e\u0301", "\u00e9")).status_code == 200


def test_a_reset_ends_the_password_at_once_and_each_fresh_code_the_one_before(city: RegistryUnderTest) -> None:
    assert set_password(city, DESK, invited(city)).status_code == 204
    first, second = (code_of(city.admin.post(f"/v1/people/{DESK}/reset", None)) for _ in range(2))
    assert (state(city), reason(sign_in(city, DESK))) == ("INVITED", "bad_credentials")
    assert reason(set_password(city, DESK, first, "another long password")) == "bad_credentials"
    assert set_password(city, DESK, second, "another long password").status_code == 204
    assert reason(sign_in(city, DESK)) == "bad_credentials"
    assert sign_in(city, DESK, "another long password").status_code == 200


def test_a_locked_account_is_refused_until_it_is_unlocked(city: RegistryUnderTest) -> None:
    assert set_password(city, DESK, invited(city)).status_code == 204
    locked = move(city, DESK, "LOCKED")
    assert (locked.status_code, (locked.json or {})["state_reason"]) == (200, "试验")
    assert reason(sign_in(city, DESK)) == "bad_credentials"
    assert reason(move(city, DESK, "LOCKED")) == "conflicting"
    assert move(city, DESK, "ACTIVE").status_code == 200
    assert sign_in(city, DESK).status_code == 200


def test_a_lock_ends_the_code_too_and_only_a_reset_leads_on(city: RegistryUnderTest) -> None:
    code = invited(city)
    assert move(city, DESK, "LOCKED").status_code == 200
    assert reason(set_password(city, DESK, code)) == "bad_credentials"
    assert reason(move(city, DESK, "ACTIVE")) == "conflicting"
    fresh = code_of(city.admin.post(f"/v1/people/{DESK}/reset", None))
    assert set_password(city, DESK, fresh).status_code == 204


def test_a_closed_account_stays_closed_and_keeps_its_login(city: RegistryUnderTest) -> None:
    assert set_password(city, DESK, invited(city)).status_code == 204
    assert move(city, DESK, "CLOSED").status_code == 200
    assert reason(sign_in(city, DESK)) == "bad_credentials"
    assert [reason(move(city, DESK, state)) for state in ("ACTIVE", "LOCKED", "CLOSED")] == ["conflicting"] * 3
    assert reason(city.admin.post(f"/v1/people/{DESK}/reset", None)) == "conflicting"
    again = city.admin.post("/v1/people", OFFICER)
    assert (reason(again), pointers(again)) == ("already_exists", ["#/login"])


def test_the_last_administrator_of_keys_and_people_together_stays(city: RegistryUnderTest) -> None:
    (first,) = [row["key"] for row in city.admin.get("/v1/keys").json or []]
    tomorrow = str(date_from_day(day_of(app.now_ms()) + 1))
    expiring = {"name": "某处", "role": "administrator", "expires_on": tomorrow}
    assert city.admin.post("/v1/keys", expiring).status_code == 201  # one today, but none that lasts
    invited(city, login="never-opened", role="administrator", districts=[])
    assert reason(city.admin.delete(f"/v1/keys/{first}")) == "conflicting"
    person(city, "city-chief", "administrator")
    assert city.admin.delete(f"/v1/keys/{first}").status_code == 204
    assert [reason(move(city, "city-chief", state)) for state in ("LOCKED", "CLOSED")] == ["conflicting"] * 2
    assert reason(city.admin.post("/v1/people/city-chief/reset", None)) == "conflicting"
    person(city, "city-deputy", "administrator")
    assert move(city, "city-chief", "LOCKED").status_code == 200
    assert reason(move(city, "city-deputy", "LOCKED")) == "conflicting"


def test_while_too_many_have_failed_the_right_password_is_refused_too_and_other_logins_are_not(
    city: RegistryUnderTest,
) -> None:
    for login in (DESK, "other"):
        assert set_password(city, login, invited(city, login=login)).status_code == 204
    for number in range(PER_LOGIN):
        assert sign_in(city, DESK, "a wrong password", f"10.0.1.{number}").status_code == 401
    answer = sign_in(city, DESK)
    assert (answer.status_code, reason(answer)) == (429, "too_many_attempts")
    assert 0 < int(answer.headers["Retry-After"]) <= 901
    assert sign_in(city, "other").status_code == 200


@pytest.mark.parametrize(
    ("account", "place"),
    [
        ({"login": "k-1 "}, "#/login"),
        ({"login": "person:x"}, "#/login"),
        ({"post": "desk@nanshan.example"}, "#/post"),
        ({"post": "联系 13800000000"}, "#/post"),
        ({"oidc_subject": "desk@nanshan.example"}, "#/oidc_subject"),
        ({"role": "service", "districts": []}, "#/role"),
        ({"districts": []}, "#/districts"),
        ({"role": "vendor", "districts": [], "vendors": ["nobody"]}, "#/vendors/0"),
        ({"state": "ACTIVE"}, "#/state"),
        ({"handed_over_to": "other"}, "#/handed_over_to"),
    ],
)
def test_an_account_is_a_posts_and_its_scope_fits_its_role(
    city: RegistryUnderTest, account: dict[str, Any], place: str
) -> None:
    answer = city.admin.post("/v1/people", OFFICER | account)
    assert (answer.status_code, pointers(answer)) == (422, [place])


def test_a_change_names_the_version_it_changes(city: RegistryUnderTest) -> None:
    invited(city)
    assert reason(city.admin.post(f"/v1/people/{DESK}/reset", None, None)) == "precondition_required"
    assert reason(city.admin.post(f"/v1/people/{DESK}/reset", None, '"7"')) == "changed_meanwhile"
    assert city.admin.patch(f"/v1/people/{DESK}", {"post": "南山区复核岗"}, '"1"').status_code == 200
    assert reason(city.admin.patch(f"/v1/people/{DESK}", {"role": "administrator"})) == "invalid_request"
    assert reason(city.admin.post("/v1/people/nobody/reset", None)) == "not_found"


def test_an_invitation_sent_again_under_its_name_makes_no_second_code(city: RegistryUnderTest) -> None:
    headers = city.admin.headers | {"Idempotency-Key": "invitation-1"}
    client = city.app.test_client()
    first = client.post("/v1/people", json=OFFICER, headers=headers)
    assert reason(client.post("/v1/people", json=OFFICER, headers=headers)) == "done_before"
    assert set_password(city, DESK, code_of(first)).status_code == 204


def test_a_subject_of_the_identity_provider_has_one_account_until_that_is_closed(city: RegistryUnderTest) -> None:
    invited(city, oidc_subject="sub-1")
    answer = city.admin.post("/v1/people", OFFICER | {"login": "other", "oidc_subject": "sub-1"})
    assert (reason(answer), pointers(answer)) == ("conflicting", ["#/oidc_subject"])
    invited(city, login="other")
    assert reason(city.admin.patch("/v1/people/other", {"oidc_subject": "sub-1"})) == "conflicting"
    assert move(city, DESK, "CLOSED").status_code == 200
    assert city.admin.patch("/v1/people/other", {"oidc_subject": "sub-1"}).status_code == 200
