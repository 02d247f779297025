"""People sign in at the city's identity provider: a real one, on loopback, and everything that may be wrong with it."""

import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from flask.testing import FlaskClient
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from services.registry.adapters.authlib_provider import AuthlibProvider
from services.registry.settings import OidcSettings
from services.registry.signing_in import Asked
from shared.failures import Unavailable
from tests.integration.databases import Databases
from tests.integration.offices import invited, move, set_password
from tests.integration.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, answering
from tests.integration.registry_under_test import RegistryUnderTest, reason, registry

DESK = "nanshan-desk-2"


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    with answering(OidcProvider()) as made:
        yield made


def beside(databases: Databases, provider: OidcProvider, tmp_path: Path, secret: str = CLIENT_SECRET) -> Any:
    """A registry that knows the provider, and has an account for ``sub-1``."""
    path = tmp_path / "secret"
    path.write_text(secret + "\n")
    city = registry(databases, oidc=OidcSettings(provider.issuer, CLIENT_ID, path))
    provider.redirect_uri = "http://127.0.0.1:8101/v1/oidc/callback"
    assert set_password(city, DESK, invited(city, oidc_subject="sub-1")).status_code == 204
    return city


@pytest.fixture
def city(databases: Databases, provider: OidcProvider, tmp_path: Path) -> RegistryUnderTest:
    made: RegistryUnderTest = beside(databases, provider, tmp_path)
    return made


def go_there(browser: FlaskClient) -> str:
    """Sign in at the provider; the address it sends the browser back to."""
    answer = browser.get("/v1/oidc/login")
    assert answer.status_code == 302, answer.text
    back = requests.get(answer.headers["Location"], allow_redirects=False, timeout=10)
    assert back.status_code == 302, back.text
    whole = urlsplit(back.headers["Location"])
    return f"{whole.path}?{whole.query}"


def sign_in(city: RegistryUnderTest) -> TestResponse:
    browser = city.app.test_client()
    return browser.get(go_there(browser))


def test_who_signs_in_there_gets_a_token_of_ours(city: RegistryUnderTest) -> None:
    answer = sign_in(city)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.json is not None
    claims = jwt.decode(answer.json["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["districts"]) == (f"person:{DESK}", ["nanshan"])
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert city.app.test_client().get("/v1/districts", headers=headers).status_code == 200


def test_the_provider_is_asked_with_pkce_state_and_nonce_and_the_browser_keeps_them_for_ten_minutes(
    city: RegistryUnderTest,
) -> None:
    answer = city.app.test_client().get("/v1/oidc/login")
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["scope"] == ["openid"]
    assert asked["code_challenge_method"] == ["S256"]
    assert {len(asked[name][0]) for name in ("state", "nonce", "code_challenge")} == {43}
    kept = {part.strip() for part in answer.headers["Set-Cookie"].split(";")}
    assert {"HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/v1/oidc"} <= kept


@pytest.mark.parametrize(
    "spoilt",
    [
        {"nonce": "another"},
        {"aud": ["another"]},
        {"aud": ["another", "third"], "azp": "another"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": 1_700_000_000},
        {"iat": 4_000_000_000},
        {"at_hash": "another"},
    ],
    ids=lambda spoilt: "-".join(spoilt),
)
def test_an_id_token_that_is_not_right_signs_nobody_in(
    city: RegistryUnderTest, provider: OidcProvider, spoilt: dict[str, Any]
) -> None:
    provider.spoilt = spoilt
    answer = sign_in(city)
    assert (answer.status_code, reason(answer)) == (401, "not_signed_in")
    assert "access_token" not in answer.text


def test_an_id_token_that_expired_a_minute_ago_signs_nobody_in(city: RegistryUnderTest, provider: OidcProvider) -> None:
    provider.spoilt = {"exp": int(time.time()) - 60}
    assert reason(sign_in(city)) == "not_signed_in"


def test_an_id_token_that_another_key_signed_signs_nobody_in(city: RegistryUnderTest, provider: OidcProvider) -> None:
    provider.key = ECKey.generate_key("P-256", {"kid": "key-1"}, auto_kid=False)
    assert reason(sign_in(city)) == "not_signed_in"
    provider.published = provider.key  # the provider rotated its keys
    assert sign_in(city).status_code == 200


def test_an_answer_is_used_once_even_with_the_cookie_of_then(city: RegistryUnderTest) -> None:
    browser = city.app.test_client()
    back = go_there(browser)
    cookie = browser.get_cookie("pilotlight_oidc", path="/v1/oidc")
    assert cookie is not None
    assert browser.get(back).status_code == 200
    assert reason(browser.get(back)) == "not_signed_in"  # the cookie went with the first answer
    browser.set_cookie("pilotlight_oidc", cookie.value, path="/v1/oidc")
    assert reason(browser.get(back)) == "not_signed_in"  # and the code was used up at the provider


def test_an_answer_belongs_to_the_browser_that_asked(city: RegistryUnderTest) -> None:
    mine, anothers = city.app.test_client(), city.app.test_client()
    back = go_there(mine)
    assert reason(city.app.test_client().get(back)) == "not_signed_in"
    go_there(anothers)
    assert reason(anothers.get(back)) == "not_signed_in"
    assert mine.get(back).status_code == 200


@pytest.mark.parametrize("query", ["", "?error=access_denied", "?state=ü&code=x"])
def test_an_answer_without_what_was_asked_for_signs_nobody_in(city: RegistryUnderTest, query: str) -> None:
    browser = city.app.test_client()
    assert browser.get("/v1/oidc/login").status_code == 302
    assert reason(browser.get(f"/v1/oidc/callback{query}")) == "not_signed_in"


def test_what_was_asked_is_forgotten_after_ten_minutes(
    city: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = city.app.test_client()
    back = go_there(browser)
    later_s = time.time() + 602
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later_s)
    assert reason(browser.get(back)) == "not_signed_in"


def test_a_subject_without_an_account_in_use_is_told_so(city: RegistryUnderTest, provider: OidcProvider) -> None:
    provider.subject = "sub-2"
    answer = sign_in(city)
    assert (answer.status_code, reason(answer)) == (403, "no_account")
    provider.subject = "sub-1"
    assert move(city, DESK, "LOCKED").status_code == 200
    assert reason(sign_in(city)) == "no_account"
    assert move(city, DESK, "ACTIVE").status_code == 200
    assert sign_in(city).status_code == 200


def test_while_the_provider_is_away_the_registry_runs_and_says_so(databases: Databases, tmp_path: Path) -> None:
    with answering(OidcProvider()) as provider:
        city, other = (beside(databases, provider, tmp_path) for _ in range(2))
        browser = city.app.test_client()
        back = go_there(browser)
    for asking, path in ((other.app.test_client(), "/v1/oidc/login"), (browser, back)):
        answer = asking.get(path)
        assert (answer.status_code, reason(answer)) == (503, "unavailable")
        assert "Retry-After" in answer.headers
    assert city.admin.get("/v1/people").status_code == 200


def test_whoever_asks_where_to_sign_in_makes_us_ask_the_provider_once_in_five_minutes(provider: OidcProvider) -> None:
    now_s = [0.0]
    identities = AuthlibProvider(provider.issuer, CLIENT_ID, CLIENT_SECRET, "http://127.0.0.1", lambda: now_s[0])
    for now_s[0] in (0.0, 1.0, 299.0):
        assert identities.address(Asked("s", "n", "v" * 43)).startswith(f"{provider.issuer}/authorize?")
    assert provider.requests == ["/.well-known/openid-configuration"]
    now_s[0] = 300.0
    identities.address(Asked("s", "n", "v" * 43))
    assert len(provider.requests) == 2


def test_while_the_provider_is_slow_two_wait_for_it_and_others_are_told_so(provider: OidcProvider) -> None:
    identities = AuthlibProvider(provider.issuer, CLIENT_ID, CLIENT_SECRET, "http://127.0.0.1", time.monotonic)
    provider.answers.clear()
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(identities.address, Asked("s", "n", "v" * 43)) for _ in range(3)]
        told, waiting = wait(asked, return_when=FIRST_COMPLETED)
        provider.answers.set()
    assert [type(each.exception()) for each in told] == [Unavailable]
    assert [each.exception() for each in waiting] == [None, None]


def test_that_our_own_secret_is_wrong_is_no_fault_of_the_caller(
    databases: Databases, provider: OidcProvider, tmp_path: Path
) -> None:
    assert reason(sign_in(beside(databases, provider, tmp_path, secret="wrong"))) == "unavailable"


def test_a_provider_that_calls_itself_otherwise_is_not_believed(
    city: RegistryUnderTest, provider: OidcProvider
) -> None:
    provider.issuer = provider.issuer.replace("127.0.0.1", "localhost")
    assert reason(city.app.test_client().get("/v1/oidc/login")) == "unavailable"


def test_without_a_provider_there_is_nothing_there(databases: Databases) -> None:
    browser = registry(databases).app.test_client()
    assert [reason(browser.get(f"/v1/oidc/{path}")) for path in ("login", "callback")] == ["not_found"] * 2
