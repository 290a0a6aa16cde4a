"""Words are cut as sacrebleu's tokenizer cuts lines, and every symbol has one number."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics.bleu import BLEU

from mteval.metrics.lexical.symbols import (
    WHITE_SPACE,
    cut_by_13a,
    number_characters,
    number_words,
)

# All that the rules of 13a name, and neighbours that decide: digits of other scripts, quotes.
MARKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~09٣५a’“—·。，"


def test_words_are_cut_one_at_a_time_as_13a_cuts_lines() -> None:
    tokenize = BLEU().tokenizer
    words = ["".join(word) for n in (1, 2, 3) for word in product(MARKS, repeat=n)]
    cut = {word: cut_by_13a(tokenize, word) for word in words}
    assert [word for word in words if cut[word] != tokenize(word).split()] == []
    # What stands beside white space has no part in it.
    few = ["".join(word) for n in (1, 2, 3) for word in product(".,-5a'", repeat=n)]
    cut |= {word: cut_by_13a(tokenize, word) for word in few}
    lines = list(product(few, [" ", "\u2028", " \t"], few))
    assert [
        (a, space, b) for a, space, b in lines if tokenize(a + space + b).split() != cut[a] + cut[b]
    ] == []


def test_white_space_is_what_split_splits_at() -> None:
    all_of_it = {chr(i) for i in range(0x110000) if not chr(i).strip()}
    assert set(WHITE_SPACE) == all_of_it


@given(texts=st.lists(st.text(max_size=12), max_size=6))
def test_characters_have_one_number_each_and_white_space_has_none(texts: list[str]) -> None:
    numbers, lengths = number_characters(texts)
    kept = ["".join(text.split()) for text in texts]
    assert lengths.tolist() == [len(text) for text in kept]
    pairs = set(zip("".join(kept), numbers.tolist(), strict=True))
    assert len(pairs) == len({character for character, _ in pairs})
    assert len(pairs) == len({number for _, number in pairs})


def test_words_are_numbered_by_their_pieces() -> None:
    def cut(word: str) -> list[str]:
        return word.split("-")

    numbers, lengths = number_words([["a-b", "c"], [], ["b", "a-c"]], cut)
    assert lengths.tolist() == [3, 0, 3]
    a, b, c = numbers[:3]
    assert len({a, b, c}) == 3
    np.testing.assert_array_equal(numbers, [a, b, c, b, a, c])
