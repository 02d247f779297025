"""The page is alone: it reaches no network, stores nothing, and is what the registry hands out."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page

from services.registry.api.pages import PSEUDONYM_PAGE
from tests.browser.conftest import chromium
from tests.browser.pseudonym_page import PseudonymPage, key_file, ref_of, rows_of
from tests.integration.databases import SqliteFiles
from tests.integration.registry_under_test import registry

# Ways by which a script or a page's content could reach a server; each waits until it has succeeded or failed.
WAYS = {
    "fetch": "url => fetch(url, {mode: 'no-cors'}).catch(() => null)",
    "beacon": "url => { navigator.sendBeacon(url); }",
    "image": "url => new Promise(done => { const e = new Image(); e.onload = e.onerror = done; e.src = url; })",
    "style": "url => { document.body.style.backgroundImage = `url(${url})`; }",
    "script": "url => new Promise(done => { const e = document.createElement('script');"
    " e.onload = e.onerror = done; e.src = url; document.head.append(e); })",
    "frame": "url => { const e = document.createElement('iframe'); e.src = url; document.body.append(e); }",
    "form": "url => { const e = document.createElement('form'); e.action = url; document.body.append(e); e.submit(); }",
}


class Listener(ThreadingHTTPServer):
    """A server on loopback that remembers what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.was_asked = threading.Event()
        super().__init__(("127.0.0.1", 0), _Remembering)


class _Remembering(BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self) -> None:
        self.server.asked.append(self.path.rstrip("?"))  # a form adds its fields, none
        self.server.was_asked.set()
        self.send_response(204)
        self.end_headers()

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening
        listening.shutdown()


@pytest.mark.parametrize("way", WAYS)
def test_no_way_out_of_the_page_leads_to_a_server(tab: Page, tmp_path: Path, listener: Listener, way: str) -> None:
    content = PSEUDONYM_PAGE.read_text(encoding="utf-8")
    policy = '<meta http-equiv="Content-Security-Policy"'
    assert content.count(policy) == 1
    for name, page in (("closed", content), ("open", content.replace(policy, '<meta name="none"'))):
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")
        tab.goto((tmp_path / f"{name}.html").as_uri())
        tab.evaluate(WAYS[way], f"http://127.0.0.1:{listener.server_port}/{name}")
        tab.wait_for_timeout(300)  # a request that is forbidden leaves no trace to wait for
    assert listener.was_asked.wait(10)
    assert set(listener.asked) == {"/open"}  # the policy made the difference, not the way


def test_a_whole_use_makes_no_request_and_stores_nothing(tab: Page, tmp_path: Path) -> None:
    requests: list[str] = []
    tab.context.on("request", lambda request: requests.append(request.url))
    tab.goto(PSEUDONYM_PAGE.resolve().as_uri())
    page = PseudonymPage(tab, tmp_path)
    page.choose_key(key_file())
    page.paste("rooms", "房号\n1-101")
    page.choose("refs", page.saved("rooms"))
    assert rows_of(page.saved("refs")) == [["房号"], ["1-101"]]

    assert [url for url in requests if not url.startswith("blob:")] == [PSEUDONYM_PAGE.resolve().as_uri()]
    assert tab.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    tab.reload()
    assert [tab.input_value(f"#{side}-text") for side in ("rooms", "refs")] == ["", ""]
    assert tab.locator("#key-note").is_hidden()


def test_markup_in_a_cell_is_shown_as_text(page: PseudonymPage) -> None:
    page.choose_key(key_file())
    page.paste("rooms", "房号,说明\n1-101,<img src=x onerror=alert(1)>")
    assert rows_of(page.saved("rooms"))[1] == [ref_of("1-101"), "<img src=x onerror=alert(1)>"]
    assert page.tab.locator("#rooms-preview td").all_inner_texts()[1] == "<img src=x onerror=alert(1)>"
    assert page.tab.locator("img").count() == 0


def test_the_page_that_the_registry_hands_out_works_from_disk(tab: Page, tmp_path: Path) -> None:
    answer = registry(SqliteFiles(tmp_path)).app.test_client().get("/v1/pseudonym-page")
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="pilotlight-pseudonym.html"'
    fetched = tmp_path / "pilotlight-pseudonym.html"
    fetched.write_bytes(answer.data)
    tab.goto(fetched.as_uri())
    page = PseudonymPage(tab, tmp_path)
    page.choose_key(key_file())
    page.paste("rooms", "1-101")
    assert rows_of(page.saved("rooms")) == [[ref_of("1-101")]]


def test_without_chromium_the_tests_fail_and_say_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        chromium()
