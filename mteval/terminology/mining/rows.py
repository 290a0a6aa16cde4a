"""Proposals as rows of a termbase."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.mining.proposals import Proposal
from mteval.terminology.termbase import Termbase

__all__ = ["proposed_rows"]


def proposed_rows(proposals: Sequence[Proposal], termbase: Termbase | None) -> list[TermbaseRow]:
    """Return proposals as rows: the target preferred, what else occurs twice or more admitted.

    The name of a concept is made of its English, with a number where the termbase, or a proposal
    before, has it already.
    """
    used = {concept.id.casefold() for concept in (() if termbase is None else termbase.concepts)}
    rows = []
    for proposal in proposals:
        slug = name = _slug(proposal.target)
        number = 2
        while name in used:
            name = f"{slug}-{number}"
            number += 1
        used.add(name)
        note = (
            f"mined: {proposal.count} occurrence{'s' if proposal.count > 1 else ''}, "
            f"document{'s' if len(proposal.documents) > 1 else ''} "
            f"{', '.join(proposal.documents)}, confidence {proposal.confidence:.2f}"
        )
        admitted = [
            text
            for text, count in proposal.renderings
            if count > 1 and text.casefold() != proposal.target.casefold()
        ]
        # The same words in other letter case cannot have two statuses.
        admitted = list({text.casefold(): text for text in reversed(admitted)}.values())[::-1]
        preferred = TermbaseRow(name, proposal.source, proposal.target, "preferred", "minor", note)
        rows.append(preferred)
        rows += [replace(preferred, target=text, status="admitted") for text in admitted]
    return rows


def _slug(text: str) -> str:
    """Return a name for a concept: ASCII letters and digits of its English, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain.replace("'", ""))) or "term"
