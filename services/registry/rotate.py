"""A fresh signing key for tokens: ``python -m services.registry.rotate``, e.g. once a quarter, while all keeps running.

It is published at once and signs after a grace, in which every verifier has fetched it; its predecessor is published
until its last token has expired. Run again later, it also takes out of the file what is no longer published. A key that
became known to others is taken out by hand: its tokens are refused at once, and those who held them fetch new ones.
"""

import argparse
import logging
import time
from collections.abc import Sequence

from services.registry import settings
from services.registry.tokens import GRACE_S, KeyRing
from shared.runtime import logs
from shared.runtime.private_files import write_private

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Add a key to the file that SIGNING_KEY_FILE names."""
    logs.configure()
    parser = argparse.ArgumentParser(prog="python -m services.registry.rotate", description=__doc__)
    parser.add_argument("--grace-s", type=int, default=GRACE_S, help="seconds until the fresh key signs (%(default)s)")
    grace_s: int = parser.parse_args(arguments).grace_s
    if grace_s < 0:
        parser.error("--grace-s: 0 or more")
    path = settings.read_signing_key_file()
    rotated = KeyRing(path.read_bytes()).rotated(time.time_ns() // 1_000_000, grace_s)
    write_private(path, rotated)
    kids = [key.jwk["kid"] for key in KeyRing(rotated).keys]
    _log.info("a fresh signing key", extra={"kid": kids[-1], "signs_in_s": grace_s, "in_file": kids})


if __name__ == "__main__":
    main()
