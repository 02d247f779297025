"""The offline page as a file: small, closed, and with the hash by which the browser lets its script run."""

import base64
import hashlib
import re

from services.registry.api.pages import PSEUDONYM_PAGE

PAGE = PSEUDONYM_PAGE.read_text(encoding="utf-8")


def test_the_policy_lets_exactly_this_script_run() -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", PAGE, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert re.findall(r"script-src ([^;]+);", PAGE) == [f"'sha256-{digest}'"]


def test_the_policy_closes_everything_else() -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', PAGE)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("script-src").startswith("'sha256-")
    assert rules == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert PAGE.index("Content-Security-Policy") < PAGE.index("<style>")  # it holds only for what comes after it


def test_the_page_is_one_small_file() -> None:
    assert len(PAGE.encode()) < 30_000
    assert re.findall(r"https?://|\bsrc=|@import|url\(|Storage|indexedDB|\bfetch\(", PAGE) == []
