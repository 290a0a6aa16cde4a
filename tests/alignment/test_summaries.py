from __future__ import annotations

from mteval.alignment.aligner import align
from mteval.languages.encoder import Embed
from tests.alignment.support import report


def test_a_summary_is_not_taken_for_a_translation(embed: Embed) -> None:
    chinese, english = report("payment")
    summary = [
        "The payment systems of Hong Kong, including the Faster Payment System, grew in 2022.",
        "Work on central bank digital currencies also went on.",
    ]
    assert align(chinese, summary, embed).is_summary
    assert not align(chinese, english, embed).is_summary
    # Half of a document, translated in full, is no summary.
    assert not align(chinese, english[:5], embed).is_summary
    place = next(n for n, text in enumerate(english) if "Project mBridge" in text)
    english[place] = (
        "We worked with the Bank for International Settlements and several central banks on "
        "Project mBridge."
    )
    alignment = align(chinese, english, embed)
    assert [bead.sources for bead in alignment.beads if bead.is_summary] == [(place,)]
    assert not alignment.is_summary
