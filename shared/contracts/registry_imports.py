"""What the registry publishes of bulk imports: each that was kept, and whether it was taken back.

A row of the change feed; :mod:`shared.contracts.registry` has the others, and the feed itself.
"""

import msgspec


class Import(msgspec.Struct, frozen=True):
    """批量导入: one file that was kept and changed something. Id: ``id``, given by the registry; later ones sort later.

    The changes from ``first_sequence`` to ``last_sequence``, both included, are all that it did, and only its own.
    KEPT, or UNDONE: taken back, by the changes of the second pair of sequences.
    """

    id: str
    kind: str
    file_sha256: str
    rows: int
    new: int
    changed: int
    unchanged: int
    first_sequence: int
    last_sequence: int
    imported_by: str
    imported_at: str
    state: str = "KEPT"
    state_reason: str | None = None
    undone_first_sequence: int | None = None
    undone_last_sequence: int | None = None
