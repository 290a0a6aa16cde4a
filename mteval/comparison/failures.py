"""The reasons why a run does not pass the gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Failure"]


@dataclass(frozen=True, slots=True)
class Failure:
    """One reason why a run does not pass.

    Attributes:
        kind: a score that dropped; a system, document, segment or score that is missing; a wrong
            rendering, or none that was judged; a term that must be right and is not, or that
            was not judged.
        system: the system that fails.
        reason: in words.
    """

    kind: Literal["drop", "missing", "rendering", "term"]
    system: str
    reason: str
