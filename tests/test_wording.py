from __future__ import annotations

from mteval.wording import counted, listing


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
