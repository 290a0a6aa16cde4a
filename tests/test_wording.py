from __future__ import annotations

from mteval.wording import counted, joined, listing


def test_lists_name_the_first_few_and_count_the_rest() -> None:
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"], shown=3) == "a, b, c"
    assert listing(range(1205), shown=2) == "0, 1 and 1,203 more"
    assert listing([]) == ""


def test_one_is_singular() -> None:
    assert counted(0, "segment") == "0 segments"
    assert counted(1, "segment") == "1 segment"
    assert counted(12000, "hypothesis", "hypotheses") == "12,000 hypotheses"
    assert counted(1, "hypothesis", "hypotheses") == "1 hypothesis"


def test_names_are_joined_as_in_a_sentence() -> None:
    assert [joined("abcdefg"[:n]) for n in (1, 2, 3, 5)] == [
        *("a", "a and b", "a, b and c", "a, b, c, d and e")
    ]
    assert joined("abcdefg") == "a, b, c, d, e and 2 more"
