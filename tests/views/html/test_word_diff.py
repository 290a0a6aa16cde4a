from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.views.html.word_diff import TOKEN, word_diffs


@given(
    st.text('ab“" .🚢中Σ\r', max_size=20).filter(str.strip),
    st.text('ab“" .🚢中Σ\r', max_size=20),
)
def test_runs_of_words_rebuild_the_hypothesis(reference: str, hypothesis: str) -> None:
    test_set = TestSet((Document.from_columns("d", None, [[reference]]),))
    evaluation = mteval.evaluate(
        test_set, [SystemOutput("x", {"d": (hypothesis,)})], ["bleu"], samples=0, checks=False
    )
    [[runs]] = word_diffs(evaluation)
    counts = [int(count) for count in runs.split()]
    old, new = (
        [word.lower().replace("“", '"') for word in re.findall(TOKEN, text)]
        for text in (reference, hypothesis)
    )
    rebuilt, r, h = [], 0, 0
    for n in range(0, len(counts), 3):
        same, gone, added = counts[n : n + 3]
        rebuilt += old[r : r + same] + new[h + same : h + same + added]
        r += same + gone
        h += same + added
    assert rebuilt + old[r:] == new
