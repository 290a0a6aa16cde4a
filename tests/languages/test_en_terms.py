from __future__ import annotations

import pytest

from mteval.languages import en_terms


def test_patterns_of_names() -> None:
    assert en_terms.QUOTED.findall('the “Golden Dragon” and "Peace Ark"') == [
        "Golden Dragon",
        "Peace Ark",
    ]
    match = en_terms.ACRONYM.match(" (ADMM-Plus)")
    assert match is not None
    assert match[1] == "ADMM-Plus"
    assert en_terms.JOINT.fullmatch("’s the ")
    assert not en_terms.JOINT.fullmatch(", ")
    assert {"the", "of", "with"} <= en_terms.FUNCTION_WORDS
    assert "defense" not in en_terms.FUNCTION_WORDS


@pytest.mark.parametrize(
    ("before", "starts"),
    [("", True), ("He left. ", True), ("“", True), ("He left. The ", True), ("He saw ", False)],
)
def test_capitals_of_sentences(before: str, starts: bool) -> None:
    assert bool(en_terms.SENTENCE_START.search(before)) == starts


@pytest.mark.parametrize(
    ("after", "ends"), [("", True), (", and", True), (" of it", True), (" exercise", False)]
)
def test_what_follows_a_noun(after: str, ends: bool) -> None:
    assert bool(en_terms.AFTER_NOUN.match(after)) == ends
