"""Output checks: what is plainly wrong with a translation, whatever its scores say.

A check is one module and a line in ``mteval.checks.registry``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if not TYPE_CHECKING:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)
