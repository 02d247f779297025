"""Where a stack keeps what: everything under one folder, readable by its owner only."""

import re
from pathlib import Path

from deploy.local.failures import StackFailed

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(__file__).resolve().parent / "templates"
STACK_VARIABLE = "PILOTLIGHT_STACK"  # in every process of a stack: this folder's absolute path
_SOCKET_LIMIT = 107 - len(".12345678")  # sun_path of unix(7); supervisord binds under a name with its pid first
_PLAIN = re.compile(r"/[\w/.,+@=~-]*")


class Folders:
    """The folders and files of one stack."""

    def __init__(self, var: Path) -> None:
        self.var = var.absolute()
        self.etc = self.var / "etc"
        self.run = self.var / "run"
        self.log = self.var / "log"
        self.data = self.var / "data"
        self.credentials = self.var / "credentials"
        self.socket = self.run / "supervisor.sock"
        self.ports = self.run / "ports.json"
        self.lock = self.var / "lock"
        self.trial = self.var / "trial"  # the mark of a trial's stack, from its first start on
        self.trial_clock = self.data / "trial-clock.json"

    def make(self) -> None:
        """Make the folders, mode 700.

        :raises StackFailed: if the path cannot be used: too long for a socket, or with signs that servers' files quote
        """
        if not _PLAIN.fullmatch(str(self.var)):
            raise StackFailed(
                f"数据目录含空格或特殊字符 / the data folder has a blank or special sign: {self.var}\n"
                "  可用 PILOTLIGHT_VAR 另选目录 / set PILOTLIGHT_VAR to another folder"
            )
        if len(bytes(self.socket)) > _SOCKET_LIMIT:
            raise StackFailed(
                f"数据目录路径过长 / the path of the data folder is too long for a socket: {self.var}\n"
                "  可用 PILOTLIGHT_VAR 另选目录 / set PILOTLIGHT_VAR to a shorter one"
            )
        self.var.mkdir(parents=True, exist_ok=True)
        for folder in (self.etc, self.run, self.log, self.data, self.credentials):
            folder.mkdir(mode=0o700, exist_ok=True)

    def data_of(self, part: str) -> Path:
        """The data folder of one part, made if it is missing."""
        folder = self.data / part
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def log_of(self, program: str) -> Path:
        """The log of one program."""
        return self.log / f"{program}.log"

    def is_used(self) -> bool:
        """Whether a stack was ever started here."""
        return self.lock.exists()

    def mark_kind(self, *, trial: bool) -> None:
        """Remember at the first start whether this is a trial's stack; it stays what it was.

        :raises StackFailed: if it was first started as the other kind
        """
        if not self.ports.exists():  # nothing has been started here yet
            self.trial.unlink(missing_ok=True)
            if trial:
                self.trial.touch()
        elif self.trial.exists() != trial:
            kind = "演练环境 / a trial's stack" if self.trial.exists() else "正式环境 / no trial's stack"
            raise StackFailed(
                f"首次启动时为 / at its first start this was {kind}: {self.var}\n"
                "  演练请另选目录 / a trial needs a folder of its own: PILOTLIGHT_VAR, PILOTLIGHT_TRIAL=1"
            )
