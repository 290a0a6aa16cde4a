"""The words of terminology: what a rendering may be, what a text may do with a term, changes.

Statuses are those of ISO 30042:2019 (TBX), severities those of MQM.
"""

from __future__ import annotations

from typing import Literal, get_args

from mteval.runs.schema.rows import SEVERITIES, VERDICTS, Severity, Verdict

__all__ = [
    "RIGHT",
    "SEVERITIES",
    "STATUSES",
    "UNLISTED",
    "VERDICTS",
    "CasePolicy",
    "Severity",
    "Status",
    "TermChange",
    "Verdict",
]

Status = Literal["preferred", "admitted", "deprecated"]
# Best first: of renderings alike otherwise the first of these is taken.
STATUSES: tuple[Status, ...] = get_args(Status)

# How the letter case of a rendering counts: of acronyms only, letter by letter, not at all.
CasePolicy = Literal["auto", "exact", "ignore"]

# The verdicts that count as a right rendering.
RIGHT: frozenset[str] = frozenset({"preferred", "admitted"})
# Something is there, and no termbase lists it.
UNLISTED: frozenset[str] = frozenset({"other", "transliterated", "left in Chinese"})

# What became of an occurrence from one run to the next.
TermChange = Literal["new", "fixed", "still wrong"]
