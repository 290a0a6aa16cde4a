"""Alignment of paragraphs with those of a translation, of their sentences, and of outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if not TYPE_CHECKING:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)
