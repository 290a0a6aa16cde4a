from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.views.exports.csv import neutralise, restore


@given(st.text())
def test_an_apostrophe_put_before_a_text_can_be_taken_away(text: str) -> None:
    safe = neutralise(text)
    assert restore(safe) == text
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe in (text, f"'{text}")


@pytest.mark.parametrize(
    ("text", "safe"),
    [("=1", "'=1"), ("'=1", "''=1"), ("''@", "'''@"), ("'s", "'s"), ("", ""), ("'", "'")],
)
def test_the_rule_of_apostrophes(text: str, safe: str) -> None:
    assert neutralise(text) == safe
