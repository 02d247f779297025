"""The layout is the architecture: what import-linter cannot see."""

import subprocess
from pathlib import Path

LONGEST = 230  # lines; files of 30–200 are the habit


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in listed.splitlines()]


def test_the_top_level_holds_what_the_layout_names() -> None:
    folders = {path.parts[0] for path in tracked() if len(path.parts) > 1}
    assert folders == {".ci", "deploy", "services", "shared", "simulators", "tests"}


def test_no_file_of_code_is_longer_than_a_reader_bears() -> None:
    long = {
        str(path): lines
        for path in tracked()
        if path.suffix == ".py" and path.parts[0] != "tests" and path.exists()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_no_module_is_named_for_a_pattern() -> None:
    banned = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "base.py", "manager.py", "processor.py"}
    assert [str(path) for path in tracked() if path.name in banned] == []
