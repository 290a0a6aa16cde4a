from __future__ import annotations

from mteval.io.hashing import sha256


def test_hash_is_that_of_sha256sum() -> None:
    # printf 'abc' | sha256sum (FIPS 180-2, appendix B.1)
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256("abc") == sha256(b"abc") == expected
