"""Numbers that mining rests on: lengths, likenesses (cosines of the encoder) and counts.

None is fitted; all were set by hand with the first version of mining (2026-11-22). What a change
does on the pages of references/ is shown by ``python -m benchmarks.terms --mine`` (how many terms
of references/terms.csv are proposed, and the other proposals to look through), and by
tests/terminology/mining, which names the proposals that are wrong.
"""

from __future__ import annotations

__all__ = [
    "CONTRAST_REACH",
    "DISTANCE_PENALTY",
    "EDGE_BONUS",
    "EXTENSION_BONUS",
    "HALF_WORD_TOLERANCE",
    "LOOKED_UP_CONFIDENCE",
    "MAX_COMPARED",
    "MAX_NAME_CHARACTERS",
    "MAX_NAME_RATIO",
    "MAX_NAME_WORDS",
    "MAX_PINYIN_LETTERS",
    "MAX_PINYIN_SYLLABLES",
    "MAX_PINYIN_WORDS",
    "MAX_QUOTED_SAYING",
    "MAX_REACH",
    "MAX_SEARCHED",
    "MAX_SHIFT",
    "MAX_STRETCH",
    "MAX_TERM_CHARACTERS",
    "MIN_CLEARANCE",
    "MIN_COUNT_BESIDE_NAME",
    "MIN_COUNT_BESIDE_RECURRENT",
    "MIN_LISTED_LIKENESS",
    "MIN_LONE_LIKENESS",
    "MIN_NAME_LIKENESS",
    "MIN_NAME_MARGIN",
    "MIN_NAME_RATIO",
    "MIN_PINYIN_LETTERS",
    "MIN_QUOTED_LIKENESS",
    "MIN_TERM_CHARACTERS",
    "QUOTED_CONFIDENCE",
    "REACH",
    "REACH_SHARE",
    "RECURRENT_TOLERANCE",
    "SEGMENTS_PER_BLOCK",
]

# --- the source

# A longer quotation with pronouns, particles and the like is a saying, and no name.
MAX_QUOTED_SAYING = 6
# Han characters of a recurrent phrase: words of two are too common, sentences are no terms.
MIN_TERM_CHARACTERS, MAX_TERM_CHARACTERS = 3, 15
# A character that always has the same other one beside it, and occurs so often, belongs to it:
# at the ends of recurrent phrases, and of the Chinese of names, which occur once as well.
MIN_COUNT_BESIDE_RECURRENT, MIN_COUNT_BESIDE_NAME = 2, 3

# --- capitalised names and their Chinese

# Characters of a stretch that a name is compared with; the longest name of an office has 16.
MAX_NAME_CHARACTERS = 16
# Capitalised words of a name.
MAX_NAME_WORDS = 12
# Words that one name in pinyin may be written in, its letters and its syllables (Chinese
# characters): Xi Jinping, Ouyang Xiu.
MAX_PINYIN_WORDS = 3
MIN_PINYIN_LETTERS, MAX_PINYIN_LETTERS = 4, 24
MAX_PINYIN_SYLLABLES = 4
# How much shorter and longer than usual the Chinese of a name may be.
MIN_NAME_RATIO, MAX_NAME_RATIO = 0.4, 2.2
# A name and its Chinese are at least so alike ...
MIN_NAME_LIKENESS = 0.55
# ... and more so than whatever is elsewhere near, by so much.
MIN_NAME_MARGIN = 0.03
# What a stretch gains in likeness for each end at a mark or a joining character, and loses for
# being as far off as the paragraph is long.
EDGE_BONUS, DISTANCE_PENALTY = 0.02, 0.2
# Likenesses that differ by no more than this are alike: of recurrent phrases so alike the longest
# is taken; an end of a name that no mark shows is where likeness falls by more ...
MIN_CLEARANCE = 0.02
# ... within so many characters.
MAX_SHIFT = 3
# The Chinese of a name is within so many characters of where it should be, or such a share of the
# paragraph, but within so many in any case.
REACH, REACH_SHARE, MAX_REACH = 40, 0.25, 150

# --- the English of a candidate

# Occurrences of one term that are searched, as a search takes milliseconds; the others are looked
# up by the renderings found.
MAX_SEARCHED = 12
# Segments on either side from which passages without the term are taken, to compare with.
CONTRAST_REACH = 50
# Vectors are forgotten after so many segments, as there is no end to them.
SEGMENTS_PER_BLOCK = 100
# The whole of a name may be less alike than the part that the search found, by so much.
EXTENSION_BONUS = 0.05
# A quoted name and capitalised words that the search does not trust are at least so alike.
MIN_QUOTED_LIKENESS = 0.3
# Confidence where quotations are paired by their order.
QUOTED_CONFIDENCE = 0.9
# Confidence where the search had nothing, but the text has a rendering that it found elsewhere.
LOOKED_UP_CONFIDENCE = 0.5

# --- which candidates are kept

# A recurrent phrase is compared with the stretches that begin and end so many characters around it,
# and is not given up for one that is more alike by no more than the first; by no more than the
# second for one that is a character shorter, which half a word would be.
MAX_STRETCH = 3
RECURRENT_TOLERANCE, HALF_WORD_TOLERANCE = 0.05, 0.0125
# Occurrences of a recurrent phrase at which the stretches around it are compared.
MAX_COMPARED = 3
# A name rendered otherwise in every place is kept if it and one rendering are so alike.
MIN_LONE_LIKENESS = 0.8
# An item of an enumeration and its English are at least so alike.
MIN_LISTED_LIKENESS = 0.45
