"""Debian's Chromium, driven by Playwright, which downloads no browser of its own.

A Chromium that is not installed fails the test, with the command that installs it: nothing is skipped.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from services.registry.api.pages import PSEUDONYM_PAGE
from tests.browser.pseudonym_page import PseudonymPage

INSTALL = "deploy/local/setup.sh browser  (sudo apt-get install chromium)"


def chromium() -> str:
    """Where Chromium is; fails, and says how to install it, if it is nowhere."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail(f"缺少 Chromium / not installed: chromium\n  {INSTALL}")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window; it ends with the tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        yield browser
        browser.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """An empty tab in a profile of its own; a script's error fails the test."""
    errors: list[str] = []
    context = browser.new_context(accept_downloads=True)
    context.set_default_timeout(10_000)
    tab = context.new_page()
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert errors == []


@pytest.fixture
def page(tab: Page, tmp_path: Path) -> PseudonymPage:
    """The page, opened from a folder as people here name them."""
    folder = tmp_path / "试点 资料"
    folder.mkdir()
    kept = folder / "pilotlight-pseudonym.html"
    shutil.copyfile(PSEUDONYM_PAGE, kept)
    tab.goto(kept.as_uri())
    return PseudonymPage(tab, tmp_path)
