"""Uploads as they come over a wire: too long, cut short, streamed; and a process that dies between bytes and row."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from services.registry.settings import DOCUMENTS_MOST_BYTES
from tests.integration.databases import Databases, SqliteFiles
from tests.integration.evidence import evidence
from tests.integration.registry_process import RegistryProcess, registry_process
from tests.integration.registry_under_test import reason
from tests.system.polling import until
from tests.unit.registry import papers

QUERY = {"document_kind": "BOOKING_LEDGER", "title": "预约台账"}
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryProcess]:
    folder = tmp_path_factory.mktemp("served")
    with registry_process(f"sqlite:///{folder}/registry.db", folder) as process:
        yield process


def lines(size: int) -> Iterator[bytes]:
    """A CSV of so many bytes, a MiB at a time."""
    line = "设备,2026-11-01\n".encode()
    chunk = (line * (MIB // len(line) + 1))[: MIB - 1] + b"\n"
    chunk = chunk.decode("utf-8", "ignore").encode().ljust(MIB, b"\n")
    for begin in range(0, size, MIB):
        yield chunk[: min(MIB, size - begin)] if size - begin >= MIB else b"x" * (size - begin)


def incoming(served: RegistryProcess) -> list[str]:
    return [path.name for path in (served.folder / "documents" / "incoming").glob("*")]


def begun(served: RegistryProcess, *headers: str) -> socket.socket:
    """A connection over which an upload's head has been sent."""
    address = urlsplit(served.url)
    connection = socket.create_connection((address.hostname, address.port), timeout=30)
    token = served.session("admin").headers["Authorization"]
    head = [f"POST /v1/documents?{urlencode(QUERY)} HTTP/1.1", "Host: registry", f"Authorization: {token!s}", *headers]
    connection.sendall("\r\n".join([*head, "", ""]).encode())
    return connection


def test_the_most_that_is_taken_is_taken_and_read_again_and_streamed_likewise(served: RegistryProcess) -> None:
    session = served.session("admin")
    digest = hashlib.sha256()
    for chunk in lines(DOCUMENTS_MOST_BYTES):
        digest.update(chunk)
    whole = session.post(f"{served.url}/v1/documents", params=QUERY, data=lines(DOCUMENTS_MOST_BYTES), timeout=60)
    assert whole.status_code == 201, whole.text  # a generator is sent chunked
    told: Any = whole.json()
    assert (told["sha256"], told["size_bytes"]) == (digest.hexdigest(), DOCUMENTS_MOST_BYTES)
    back = session.get(f"{served.url}/v1/documents/{digest.hexdigest()}/content", timeout=60)
    assert hashlib.sha256(back.content).hexdigest() == digest.hexdigest()
    assert incoming(served) == []


def test_a_byte_more_is_refused_before_any_is_read(served: RegistryProcess) -> None:
    with closing(begun(served, f"Content-Length: {DOCUMENTS_MOST_BYTES + 1}")) as connection:
        answer = connection.recv(4096)  # though nothing of the body was sent
    assert answer.startswith(b"HTTP/1.1 413")
    assert incoming(served) == []


def test_a_stream_that_does_not_say_how_long_it_is_is_read_no_further_than_the_limit(served: RegistryProcess) -> None:
    sent = 0
    with closing(begun(served, "Transfer-Encoding: chunked")) as connection:
        connection.settimeout(0.05)
        answer = b""
        for chunk in lines(DOCUMENTS_MOST_BYTES + 8 * MIB):
            connection.settimeout(30)
            connection.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            sent += len(chunk)
            connection.settimeout(0.01 if sent <= DOCUMENTS_MOST_BYTES else 5)
            try:
                answer = connection.recv(4096)
            except TimeoutError:
                continue
            break
    assert answer.startswith(b"HTTP/1.1 413")
    assert DOCUMENTS_MOST_BYTES < sent <= DOCUMENTS_MOST_BYTES + 2 * MIB
    assert incoming(served) == []


@pytest.mark.parametrize("header", ["Content-Length: 1000000", "Transfer-Encoding: chunked"])
def test_an_upload_that_is_cut_short_leaves_nothing(served: RegistryProcess, header: str) -> None:
    before = served.session("admin").get(f"{served.url}/v1/documents").json()
    with closing(begun(served, header)) as connection:
        connection.sendall(b"%x\r\n" % 1_000_000 + papers.CSV)
        until(lambda: incoming(served), lambda found: len(found) == 1, within_s=10)  # it is being received
    until(lambda: incoming(served), lambda found: found == [], within_s=10)
    assert served.session("admin").get(f"{served.url}/v1/documents").json() == before


KILLED_BETWEEN_BYTES_AND_ROW = """
import os, signal, sys
from pathlib import Path
from services.registry.adapters.folder_documents import FolderDocuments
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.documents import record
from shared.contracts.registry_audit import Document
from shared.runtime.auth import Principal

keep = FolderDocuments.keep
def keep_and_die(self, received):
    keep(self, received)
    os.kill(os.getpid(), signal.SIGKILL)
FolderDocuments.keep = keep_and_die
url, folder, path = sys.argv[1:]
shelf, caller = FolderDocuments(Path(folder)), Principal("k", "an administrator", "administrator")
with open(path, "rb") as stream, shelf.receive(stream) as received, SqlDatabase(url, lambda: 0).writing("k") as store:
    told = (received.sha256, "OTHER", "title", "application/pdf", received.size_bytes, "k")
    record(store, shelf, received, Document(*told, site="garden"), caller)
"""


def checked(url: str, folder: Path, *arguments: str) -> tuple[int, str]:
    """What the command says of the documents of a registry."""
    done = subprocess.run(
        [sys.executable, "-m", "services.registry.check_documents", *arguments],
        env={"PATH": os.environ["PATH"], "DATABASE_URL": url, "DOCUMENTS_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_process_that_dies_between_bytes_and_row_leaves_bytes_that_are_tidied(tmp_path: Path) -> None:
    folder, paper = tmp_path / "documents", tmp_path / "paper.pdf"
    city = evidence(SqliteFiles(tmp_path), folder)
    paper.write_bytes(papers.PDF)
    before = city.registry.admin.changes()
    program = [sys.executable, "-c", KILLED_BETWEEN_BYTES_AND_ROW, city.registry.url, str(folder), str(paper)]
    killed = subprocess.run(program, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    digest = hashlib.sha256(papers.PDF).hexdigest()
    assert (folder / digest[:2] / digest).read_bytes() == papers.PDF
    assert city.registry.admin.changes() == before
    assert city.officer.get("/v1/documents").json == []

    assert city.uploaded(city.officer) == digest  # nothing stands in the way of those who send it again
    left = city.folder / "ff" / ("ff" * 32)
    left.parent.mkdir()
    left.write_bytes(b"left behind")
    abandoned, fresh = (folder / "incoming" / name for name in ("abandoned", "fresh"))
    abandoned.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(abandoned, (0, 0))
    code, said = checked(city.registry.url, folder)
    assert (code, left.exists()) == (0, True)
    assert "checked: 1, 有误 / wrong: 0" in said
    assert said.endswith("left: 1\n")
    code, said = checked(city.registry.url, folder, "--tidy")
    assert (code, left.exists(), abandoned.exists(), fresh.exists()) == (0, False, False, True)
    assert city.content(city.officer, digest).data == papers.PDF


def test_the_check_names_what_is_missing_and_what_was_altered(databases: Databases, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    city = evidence(databases, folder)
    missing, altered, fine = (city.uploaded(city.officer, each) for each in (papers.PDF, papers.CSV, papers.png()))
    gone = city.uploaded(city.officer, papers.JPEG)
    body = {"state": "REMOVED", "reason": "有误"}
    assert city.officer.post(f"/v1/documents/{gone}/state", body).status_code == 200
    (folder / missing[:2] / missing).unlink()
    (folder / altered[:2] / altered).write_bytes(papers.CSV + b"\n")
    code, said = checked(city.registry.url, folder)
    assert code == 1
    assert [digest in said for digest in (missing, altered, fine, gone)] == [True, True, False, False]
    assert "wrong: 2" in said


def test_a_disk_that_refuses_is_unavailable_and_nothing_is_registered(databases: Databases, tmp_path: Path) -> None:
    (tmp_path / "documents").write_text("a file where the folder should be")
    city = evidence(databases, tmp_path / "documents")
    answer = city.upload(city.officer)
    assert (answer.status_code, reason(answer)) == (503, "unavailable")
    assert city.officer.get("/v1/documents").json == []
