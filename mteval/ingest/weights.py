"""Numbers that decide what ingest makes of a page: where each is from, and what checks it.

None is fitted by a program; they were chosen by hand in July 2026 and are checked by

    pytest tests/ingest                                pages of known truth, and lines on either
                                                       side of each bound (test_weights.py)
    python benchmarks/alignment_pages.py               F1 on pages that nothing was chosen on

Limits on size, which keep time and memory in bounds, are in the modules that read files.
"""

from __future__ import annotations

# Languages of pages and lines -----------------------------------------------------------------

# A page with less than this share of its text in a language has none of its text in it: names,
# addresses and a site's own links are left.
MIN_LANGUAGE_SHARE = 0.1
# A Chinese text has so many characters for one English word (WMT21 news zh-en).
HAN_PER_WORD = 1.6
# Letters and spaces that one English word takes, on average.
LETTERS_PER_WORD = 6
# In a line of one of two files, fewer words (or Han characters) of the other language are names.
MIN_WORDS_OF_OTHER_LANGUAGE = 8
# Names and numbers of one language in a line of the other: up to so many of the one for each of
# the other, a line may be in either.
MAX_MIXED_RATIO = 4
# Neighbours in different languages more often than this: the page goes back and forth.
MIN_SHARE_OF_CHANGES = 0.5
# Fewer lines say nothing of how a page is laid out: Chinese, English, Chinese may be a title.
MIN_LINES_IN_TURNS = 4
# What is in both languages in the same words, and no longer, is a name.
MAX_WORDS_OF_NAME = 6

# De-spaced English ----------------------------------------------------------------------------

# Letters in a run that make it no sentence, and characters of a line: searching more takes minutes.
MAX_RUN_RESPACED = 1000
MAX_CHARACTERS_RESPACED = 5000
