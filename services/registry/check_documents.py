"""Check the bytes of every document: ``python -m services.registry.check_documents``; 1 if any is missing or altered.

``--tidy`` removes what no row names: bytes that a process left behind that died before its commit.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence

from services.registry.adapters.folder_documents import FolderDocuments
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.documents import REMOVED
from services.registry.scope import Reach
from services.registry.settings import read_documents
from services.registry.store import Asked
from shared.contracts.registry_audit import Document
from shared.failures import Unavailable


def main(arguments: Sequence[str] | None = None) -> int:
    """Name every document whose bytes are not what was registered, and say how many files no row names."""
    parser = argparse.ArgumentParser(description="逐份核对佐证材料 / check every document's bytes")
    parser.add_argument("--tidy", action="store_true", help="删除无登记的文件 / remove files that no row names")
    tidy = parser.parse_args(arguments).tidy
    url, folder = read_documents()
    database, shelf = SqlDatabase(url, lambda: 0), FolderDocuments(folder)
    try:
        known = {document.sha256 for document in _documents(database)}
        wrong = [str(error) for sha256 in sorted(known) if (error := _failure(shelf, sha256))]
        left = _left_over(database, shelf, remove=tidy)
    finally:
        database.close()
    for each in wrong:
        sys.stdout.write(f"缺失或已被改动 / missing or altered: {each}\n")
    what = "已删除 / removed" if tidy else "尚在 / left"
    sys.stdout.write(
        f"核对 / checked: {len(known)}, 有误 / wrong: {len(wrong)}, 无登记 / named by no row, {what}: {left}\n"
    )
    return 1 if wrong else 0


def _documents(database: SqlDatabase) -> Iterator[Document]:
    """Every document that has not been removed, a page at a time."""
    after = ""
    while True:
        with database.reading() as reading:
            page = reading.page("document", Reach(everything=True), Asked(after=after, limit=1_000))
        if not page:
            return
        after = page[-1][0]
        yield from (row for _, (row, _) in page if isinstance(row, Document) and row.state != REMOVED)


def _failure(shelf: FolderDocuments, sha256: str) -> str | None:
    try:
        shelf.open(sha256).close()
    except Unavailable as error:
        return f"{sha256} ({error})"
    return None


def _left_over(database: SqlDatabase, shelf: FolderDocuments, *, remove: bool) -> int:
    """How many files no row names. Nobody registers meanwhile, so bytes whose row is about to be stay."""
    with database.writing("check_documents") as store:
        there = list(shelf.every())
        rows = {key: stored.row for key, stored in store.known("document", there).items()}
        kept = {key for key, row in rows.items() if isinstance(row, Document) and row.state != REMOVED}
        left = [sha256 for sha256 in there if sha256 not in kept]
        for sha256 in left if remove else ():
            shelf.discard(sha256)
    return len(left) + (shelf.tidy_incoming() if remove else 0)


if __name__ == "__main__":
    raise SystemExit(main())
