from pathlib import Path

import pytest

from deploy.local.failures import StackFailed
from deploy.local.folders import Folders


def test_a_path_with_a_blank_is_refused_with_the_setting_that_helps(tmp_path: Path) -> None:
    with pytest.raises(StackFailed, match="PILOTLIGHT_VAR"):
        Folders(tmp_path / "my stack").make()


def test_a_path_too_long_for_a_socket_is_refused_with_the_setting_that_helps(tmp_path: Path) -> None:
    with pytest.raises(StackFailed, match="PILOTLIGHT_VAR"):
        Folders(tmp_path / ("x" * 100)).make()


def test_what_is_kept_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "var")

    folders.make()

    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "var").iterdir()}
    assert modes == dict.fromkeys(("etc", "run", "log", "data", "credentials"), 0o700)


@pytest.mark.parametrize("trial", [True, False])
def test_a_folder_stays_what_it_was_at_its_first_start(tmp_path: Path, trial: bool) -> None:
    folders = Folders(tmp_path)
    folders.make()
    folders.mark_kind(trial=not trial)  # a start that failed before anything ran
    folders.mark_kind(trial=trial)
    folders.ports.write_text("{}")
    folders.mark_kind(trial=trial)
    with pytest.raises(StackFailed, match="PILOTLIGHT_TRIAL"):
        folders.mark_kind(trial=not trial)
