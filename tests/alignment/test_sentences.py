from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mteval.alignment.sentences import align_sentences
from mteval.languages.encoder import Embed
from tests.alignment.support import PARAGRAPHS, check, hashed, report


@given(st.lists(PARAGRAPHS, max_size=5), st.lists(PARAGRAPHS, max_size=5))
@settings(max_examples=50)
def test_sentences_keep_every_text(sources: list[str], targets: list[str]) -> None:
    found = align_sentences(sources, targets, hashed)
    check(found.alignment, len(found.sources), len(found.targets))
    for side, texts in ((found.sources, sources), (found.targets, targets)):
        for n, text in enumerate(texts):
            together = "".join(s.text for s in side if s.paragraph == n)
            assert "".join(together.split()) == "".join(text.split())


def test_sentences_align_within_their_paragraphs(embed: Embed) -> None:
    chinese, english = report("banking")
    found = align_sentences(chinese, english, embed)
    for bead in found.alignment.paired:
        assert {found.sources[i].paragraph for i in bead.sources} == {
            found.targets[j].paragraph for j in bead.targets
        }
    pairs = {
        (found.sources[bead.sources[0]].text, found.targets[bead.targets[0]].text)
        for bead in found.alignment.paired
    }
    assert (
        "一級資本比率為18.1%。",
        "The Tier 1 capital ratio was 18.1%.",
    ) in pairs
