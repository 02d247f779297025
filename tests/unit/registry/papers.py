"""Small files of each kind, made without our code: what scanners, cameras and spreadsheets write."""

import io
import struct
import zipfile
import zlib

import openpyxl

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
ENCRYPTED_PDF = PDF.replace(b"<</Root 1 0 R>>", b"<</Root 1 0 R/Encrypt 5 0 R/ID[<00><00>]>>")
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + b"\xff\xd9"
CSV = "设备编号,序列号\r\nlamp-1,SN-0001\r\n".encode("gb18030")
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)  # [MS-CFB]: .xls, and what Office encrypts


def png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def xlsx() -> bytes:
    made = io.BytesIO()
    openpyxl.Workbook().save(made)
    return made.getvalue()


def zipped(*names: str, encrypted: bool = False) -> bytes:
    """A zip of empty files; ``encrypted`` sets the flag by which readers know it (APPNOTE 4.4.4)."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    content = made.getvalue()
    if encrypted:
        content = content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    return content


WORKBOOK = ("[Content_Types].xml", "xl/workbook.xml")
