"""The leaf envelope: what the audit trail hashes of an entry. Fixed for ever; never change it.

JSON with sorted keys and no spaces of kind, loggedAt (integer µs), seq, sha256 (hex) and source.
"""

import json


def envelope(kind: str, logged_us: int, seq: int, sha256: bytes, source: str) -> bytes:
    """The bytes of one entry's leaf."""
    members = {
        "kind": kind,
        "loggedAt": logged_us,
        "seq": seq,
        "sha256": sha256.hex(),
        "source": source,
    }
    return json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
