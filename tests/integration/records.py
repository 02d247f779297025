"""Records of a lamp, as a gateway sends them.

The moment is always told: records that are stamped one by one may fall on two days, and so in two rows of the ledger.
"""

import json
from typing import Any

Json = dict[str, Any]


def heartbeat(ts: int, /, **fields: Any) -> Json:
    return {"kind": "heartbeat", "ts": ts, "device": "lamp"} | fields


def usage(ts: int, seq: int, /, **fields: Any) -> Json:
    return {"kind": "usage", "ts": ts, "device": "lamp", "seq": seq, "action": "on", "trigger": "app"} | fields


def pack(*records: Any) -> bytes:
    return json.dumps(records).encode()
