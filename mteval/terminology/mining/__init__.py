"""Mining of terms from aligned texts: candidates, their English, proposals for a termbase."""

from __future__ import annotations

from typing import TYPE_CHECKING

if not TYPE_CHECKING:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)
