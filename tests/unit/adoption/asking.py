"""Questions to the HTTP process, by somebody of a role."""

from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient

NOW = 1_710_201_600_000  # 2024-03-12, 08:00 in Shanghai
KEY = Ed25519PrivateKey.generate()
WINDOW = "from=2024-02-26&to=2024-03-04"


class OneKey:
    def get(self, token: str) -> Any:
        return KEY.public_key()


def token(role: str, **claims: Any) -> dict[str, str]:
    now = {"iat": 1_700_000_000, "exp": 4_000_000_000}
    made = jwt.encode({"iss": "pilotlight", "sub": "k1", "name": "n", "role": role} | now | claims, KEY, "EdDSA")
    return {"Authorization": f"Bearer {made}"}


def get(client: FlaskClient, path: str, role: str = "auditor", **claims: Any) -> Any:
    answer = client.get(path, headers=token(role, **claims))
    assert answer.status_code == 200, answer.text
    return answer.json
