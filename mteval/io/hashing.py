"""Hashes of content: what signatures and run names tell inputs apart by."""

from __future__ import annotations

import hashlib

from mteval.io.surrogates import utf8

__all__ = ["sha256"]


def sha256(data: bytes | str) -> str:
    """Return the SHA-256 of bytes, or of text as UTF-8, as 64 hexadecimal digits.

    Raises:
        InputError: the text has half a surrogate pair.
    """
    return hashlib.sha256(utf8(data) if isinstance(data, str) else data).hexdigest()
