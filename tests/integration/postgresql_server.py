"""A PostgreSQL server of our own: in a temporary folder, heard on a socket in it only; it dies with who started it."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.system.polling import until

DEBIANS = "/usr/lib/postgresql/15/bin"
INSTALL = "deploy/local/setup.sh servers  (sudo apt-get install postgresql)"
# Names sort as a Chinese reader expects, unless a query says otherwise: what our pages must not depend on.
LOCALE = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh")
OWNER = "pilotlight"
MOST_CONNECTIONS = 300


class PostgresqlServer:
    """A server; ``url_of`` are the addresses of its databases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        owner = ("--username", OWNER, "--auth=trust")  # the folder is its owner's alone
        self._run("initdb", *LOCALE, *owner, "-D", str(folder / "data"))

    def start(self) -> None:
        """Start it with what initdb chose, and wait until it answers."""
        self._spawn()
        until(self._why_silent, lambda why: why == "", within_s=30)

    def stop(self) -> None:
        """Let it end its connections and go, without a checkpoint; whatever happens, it is gone afterwards."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGQUIT)
        try:
            self._process.wait(30)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it as a crash would; its children see that and go."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def url_of(self, database: str) -> str:
        """What SQLAlchemy calls a database of this server."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self._folder}"

    def database_of(self, url: str) -> str:
        """Which database has an address."""
        return url.removeprefix(f"postgresql+psycopg://{OWNER}@/").removesuffix(f"?host={self._folder}")

    def create(self, database: str, template: str = "template1") -> str:
        """Make a database like another to which nobody is connected; its address."""
        files = "STRATEGY FILE_COPY"  # without fsync the faster
        self._execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" {files}')
        return self.url_of(database)

    def hang_up(self) -> None:
        """End every connection to every database."""
        self._execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(statement.encode())

    @property
    def _address(self) -> str:
        return f"host={self._folder} user={OWNER} dbname=postgres"

    def _why_silent(self) -> str:
        try:
            psycopg.connect(self._address, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if self._process is None or self._process.poll() is not None:  # a killed one's memory is freed by and by
                self._spawn()
            return f"{error}\n{(self._folder / 'log').read_text(errors='replace')[-2000:]}"
        return ""

    def _spawn(self) -> None:
        # Without fsync what was committed still outlives every killed process; no test cuts the power.
        told = ("listen_addresses=", f"max_connections={MOST_CONNECTIONS}", "fsync=off")
        where = ("-k", str(self._folder), *(part for setting in told for part in ("-c", setting)))
        command = [*_nobody(), "--pdeathsig", "QUIT", _installed("postgres"), "-D", str(self._folder / "data"), *where]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*_nobody(), _installed(program), *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def serving_postgresql() -> Iterator[PostgresqlServer]:
    """A new server that runs; it and its folder are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="pilotlight-pg-"))  # pytest's own folders let no other user through
    try:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        server = PostgresqlServer(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _nobody() -> list[str]:
    """The beginning of a command that PostgreSQL, which refuses root, is run by."""
    as_nobody = ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *as_nobody]


def _installed(program: str) -> str:
    """The path of a program of PostgreSQL; Debian keeps them by version. Fails, with the command that installs it."""
    path = shutil.which(program, path=f"{DEBIANS}:{os.environ.get('PATH', '')}")
    if path is None:
        pytest.fail(f"缺少程序 / not installed: {program}\n  {INSTALL}")
    return path
