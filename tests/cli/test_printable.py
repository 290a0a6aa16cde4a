"""What a terminal may show of a text."""

from __future__ import annotations

import pytest

from mteval.cli.printable import printable


@pytest.mark.parametrize(
    "character", ["\x1b", "\r", "\t", "\x07", "\x9b", "\u200b", "\u202e", "\u2028", "\ud800"]
)
def test_what_moves_turns_or_hides_is_a_sign(character: str) -> None:
    assert printable(f"a{character}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_texts_of_all_scripts_and_their_lines_stay() -> None:
    text = "国务卿 é e\u0301 שלום ✓\nline"
    assert printable(text) == text
