"""Fitted and chosen numbers of matching verdicts and of the search, with where they come from.

``python -m benchmarks.terms`` shows what a change does: verdicts and renderings found against the
360 labels of tests/data/terms, read and written by hand.
"""

from __future__ import annotations

__all__ = [
    "DISTANCE_SCALE",
    "LENGTH_OFFSET",
    "MAX_DISTANCE",
    "MAX_EXTRA_WORDS",
    "MIN_CONFIDENCE",
    "MIN_WORD_LIKENESS",
    "NEAR_CHARACTERS",
    "NEAR_SHARE",
    "NEIGHBOURS",
    "PASSAGES",
    "SEARCH_WEIGHTS",
    "SHORTLIST",
    "SOURCE_REACH",
    "TEXT_REACH",
]

# By feature of a candidate, its weight in the conditional logit model. Fitted by
# ``python -m benchmarks.terms --fit`` (2026-11-22) on the first two thirds of the labels; the last
# third was written afterwards.
SEARCH_WEIGHTS = {
    "constant": -8.2,
    "like the term": 6.2,
    "parts of the term rendered": 4.9,
    "like a listed rendering": 5.3,
    "like the rendering of the reference": 3.6,
    "gain": 4.4,
    "share of the gain around": 1.5,
    "gain of the outer words": 0.1,
    "gain of the words beside": -5.8,
    "distance": -11.2,
    "length": -1.3,
    "quotation marks": 4.8,
    "capitals": 0.1,
    "digits": 2.2,
    "commas": -3.3,
    "wherever the term occurs": 2.0,
}

# What follows is not fitted but set by hand (2026-11-22, when the first two thirds of the labels
# were there); the weights depend on it, so fit them again after a change.

# Probability that the term is rendered at all below which nothing is claimed: what is likelier.
MIN_CONFIDENCE = 0.5
# Characters of the source on either side of a term whose words compete for the words of the text.
SOURCE_REACH = 30
# Characters of the text on either side of the expected place where candidates are looked for.
TEXT_REACH = 600
# Candidates that are described in full, chosen by the features that cost little.
SHORTLIST = 40
# Cosine; a word less like the term than this does not belong to it, whatever is around it.
MIN_WORD_LIKENESS = 0.4
# A candidate has at most so many words more than the term has characters.
MAX_EXTRA_WORDS = 3
# Words on either side of a candidate among which its share of the gain is taken.
NEIGHBOURS = 4
# The feature "distance" is in units of so many characters, and goes up to so many of them.
DISTANCE_SCALE, MAX_DISTANCE = 200, 2.0
# The feature "length" compares lengths in characters plus this, so that short ones differ less.
LENGTH_OFFSET = 5
# So many passages with the term, and without it, are worth looking a candidate up in.
PASSAGES = 6

# A listed rendering is near where it should be within so many characters, or within such a share
# of the text if that is more; one farther off is rather another occurrence's.
NEAR_CHARACTERS, NEAR_SHARE = 80, 0.25
