"""A body that is longer than it may be, or shorter than it says, over a wire: its beginning is no file."""

import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from services.registry.api.imports import MOST_BYTES
from shared.runtime.web import MAX_BODY_BYTES
from tests.integration.databases import SqliteFiles
from tests.integration.registry_process import registry_process
from tests.integration.registry_under_test import VENDOR

MIB = 1024 * 1024
SENT = 200 * MIB


def test_two_hundred_mebibytes_in_chunks_are_refused_early(tmp_path: Path) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < SENT:
            yield b"x" * MIB
            sent += MIB

    with registry_process(SqliteFiles(tmp_path).empty(), tmp_path) as process:
        authorization = str(process.session("admin").headers["Authorization"])
        connection = HTTPConnection(urlsplit(process.url).netloc, timeout=60)
        headers = {"Authorization": authorization, "Content-Type": "text/csv", "Transfer-Encoding": "chunked"}
        connection.putrequest("POST", "/v1/imports/devices")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        try:
            for chunk in endless():
                connection.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused while we were still sending
        answer = connection.getresponse()
        assert answer.status == 413, answer.read()
        assert sent <= MOST_BYTES + 16 * MIB  # and what the kernel holds between the two
        assert process.answers()


def test_a_body_in_chunks_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    """It is as long as a file may be, and one byte longer: its beginning alone would pass for a file."""
    with registry_process(SqliteFiles(tmp_path).empty(), tmp_path) as process:
        admin = process.session("admin")
        admin.post(f"{process.url}/v1/organisations", json=[VENDOR], timeout=30).raise_for_status()
        rows = "厂商,设备编号\nacme,a\n".encode()
        empty = b" " * 4_000 + b"\n"
        whole = (rows + empty * (MOST_BYTES // len(empty) + 1))[:MOST_BYTES]
        for content, status in ((whole, 200), (whole + b"\n", 413)):
            halves = (half for half in (content[: MIB * 16], content[MIB * 16 :]))
            answer = admin.post(f"{process.url}/v1/imports/devices", data=halves, timeout=60)
            assert answer.status_code == status, answer.text


def test_rows_in_chunks_are_read_whole_or_not_at_all(tmp_path: Path) -> None:
    with registry_process(SqliteFiles(tmp_path).empty(), tmp_path) as process:
        admin = process.session("admin")
        whole = msgspec.json.encode([VENDOR]).ljust(MAX_BODY_BYTES)
        for content, status in ((whole + b"!", 413), (whole + b" ", 413), (whole, 201)):
            for named in ({}, {"Idempotency-Key": f"{status}"}):
                halves = (half for half in (content[:MIB], content[MIB:]))
                told = {"Content-Type": "application/json", **named}
                answer = admin.post(f"{process.url}/v1/organisations", data=halves, headers=told, timeout=60)
                assert answer.status_code == status, answer.text


def test_a_body_that_is_cut_short_is_no_file(tmp_path: Path) -> None:
    with registry_process(SqliteFiles(tmp_path).empty(), tmp_path) as process:
        admin = process.session("admin")
        admin.post(f"{process.url}/v1/organisations", json=[VENDOR], timeout=30).raise_for_status()
        beginning = "厂商,设备编号\nacme,a\n".encode()
        address = urlsplit(process.url)
        head = (
            "POST /v1/imports/devices?dry_run=false HTTP/1.1",
            f"Host: {address.netloc}",
            f"Authorization: {admin.headers['Authorization']!s}",
            "Content-Type: text/csv",
            f"Content-Length: {len(beginning) + 7}",
        )
        with closing(socket.create_connection((address.hostname, address.port), timeout=30)) as connection:
            connection.sendall("\r\n".join([*head, "", ""]).encode() + beginning)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(4096).startswith(b"HTTP/1.1 400")
        assert admin.get(f"{process.url}/v1/devices", timeout=30).json() == []
