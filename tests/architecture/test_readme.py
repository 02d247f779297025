"""What the README names is there."""

import re
from pathlib import Path

README = Path("README.md").read_text(encoding="utf-8")
MAKEFILE = Path("Makefile").read_text(encoding="utf-8")


def test_every_file_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not Path(link).exists()] == []


def test_every_make_word_the_readme_names_is_a_target() -> None:
    words = set(re.findall(r"make ([a-z]+)", README))
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    assert words <= targets


def test_every_service_has_a_readme_of_the_common_shape() -> None:
    headings = ["What it does", "HTTP", "Events in", "Events out", "Settings", "Counters", "Example"]
    missing = {
        f"{service}: {heading}"
        for service in ("registry", "telemetry", "adoption")
        for heading in headings
        if f"\n## {heading}" not in Path(f"services/{service}/README.md").read_text(encoding="utf-8")
    }
    assert missing == set()
