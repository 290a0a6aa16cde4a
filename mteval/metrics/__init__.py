"""Metrics: what they are, which there are, and what computes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if not TYPE_CHECKING:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)
