"""The leaf envelope is hashed by an audit trail: these bytes may never change."""

from catchment.lineage.leaf import envelope


def test_the_bytes_are_these_for_ever() -> None:
    assert envelope("event", 1_767_225_600_123_456, 7, bytes(range(32)), "http") == (
        b'{"kind":"event","loggedAt":1767225600123456,"seq":7,'
        b'"sha256":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",'
        b'"source":"http"}'
    )
