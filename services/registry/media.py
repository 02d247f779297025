"""Which kind of file some bytes are, told by themselves; what cannot be read, or could run, is refused.

Four signatures, the directory of a zip, and text; nothing is unpacked. PDF: ISO 32000-2, 7.5.2; JPEG: ITU-T T.81, B.1;
PNG: RFC 2083, 3.1; XLSX: a zip (APPNOTE 4.3.7) with the parts of a workbook (ECMA-376-2).
"""

import codecs
import mmap
import re
from typing import BinaryIO

from services.registry.refusal import Refused, fault, pointer
from services.registry.zips import entries_of, has_more_entries

PDF, JPEG, PNG, CSV = "application/pdf", "image/jpeg", "image/png", "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXTENSIONS = {PDF: ("pdf",), JPEG: ("jpg", "jpeg"), PNG: ("png",), XLSX: ("xlsx",), CSV: ("csv",)}
_SIGNATURES = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"PK\x03\x04", XLSX))
_SAYS_NOTHING = ("", "application/octet-stream", "application/x-www-form-urlencoded")
_SAME = {"application/vnd.ms-excel": CSV, "text/plain": CSV, "image/jpg": JPEG}
_ENCRYPTED_PDF = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")  # of a trailer, which is never packed
_MOST_ENTRIES = 5_000
_CHUNK = 1 << 20


def media_type_of(file: BinaryIO) -> str:
    """The media type of a file that may be kept.

    :raises Refused: if it is of none of these types, encrypted, or has macros
    """
    file.seek(0)
    head = file.read(8)
    told = next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)
    if told is None:
        _check_text(file)
        return CSV
    if told in _CHECKS:
        _CHECKS[told](file)
    return told


def check_said(media_type: str, header: str, filename: str) -> None:
    """Do nothing if what a header and the end of a name say, if they say anything, is what the bytes are.

    :raises Refused: if they say something else
    """
    if header not in _SAYS_NOTHING and _SAME.get(header, header) != media_type:
        raise _refused("rule.document_not_what_it_says", said=header, media_type=media_type)
    _, dot, extension = filename.rpartition(".")
    if dot and extension.lower() not in EXTENSIONS[media_type]:
        raise _refused("rule.document_not_what_it_says", said=f".{extension[:20]}", media_type=media_type)


def _check_text(file: BinaryIO) -> None:
    """CSV is text in UTF-8 or GB 18030, without control characters."""
    if not any(_is_text(file, encoding) for encoding in ("utf-8-sig", "gb18030")):
        raise _refused("rule.document_kind_of_file")


def _is_text(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            if any(character < " " and character not in "\t\r\n" for character in set(decoder.decode(chunk))):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return file.tell() > 0


def _check_pdf(file: BinaryIO) -> None:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if _ENCRYPTED_PDF.search(content):
            raise _refused("rule.document_encrypted")


def _check_workbook(file: BinaryIO) -> None:
    """An archive is no paper: what is in it is uploaded one by one, each with its own hash."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if has_more_entries(content, _MOST_ENTRIES):
            raise _refused("rule.document_kind_of_file")
    if (entries := entries_of(file)) is None:
        raise _refused("rule.document_kind_of_file")
    names = {entry.filename.lower() for entry in entries}
    if any(entry.flag_bits & 1 for entry in entries):
        raise _refused("rule.document_encrypted")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise _refused("rule.document_macros")
    if not {"[content_types].xml", "xl/workbook.xml"} <= names:
        raise _refused("rule.document_kind_of_file")


def _refused(message: str, **params: str) -> Refused:
    return Refused([fault(pointer(), "not_supported_media", message, **params)])


_CHECKS = {PDF: _check_pdf, XLSX: _check_workbook}
