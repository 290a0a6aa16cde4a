"""Every fitted or chosen number of the aligner: its source, and what fits or checks it again.

WMT22 is a folder with src.zh, ref.A.en, ref.B.en and systems/ of WMT22 zh-en; NEWS and TED are the
MQM tables of WMT21 news and TED zh-en (columns src and ref). The commands:

    fit      python -m benchmarks.alignment_beads WMT22 NEWS TED --fit      prints MODEL again
    beads    python -m benchmarks.alignment_beads WMT22 NEWS TED            F1 on damaged documents
    large    python -m benchmarks.alignment_beads WMT22 NEWS TED --large N  time and memory
    pages    python -m benchmarks.alignment_pages                           F1 through ``ingest``
    outputs  python -m benchmarks.alignment_outputs WMT22 [--chosen]        outputs and sentences

Each block says which of them chose or checks its numbers. All are of November 2026, and rest on
the embeddings of use-multilingual-3 (mteval/languages/encoder.py): fit again for another encoder.
Lengths are in expected English characters (mteval/languages/pair.py), similarities are cosines.
"""

from __future__ import annotations

import numpy as np

__all__ = [
    "ALONE_LENGTH_UNIT",
    "BLOCK",
    "BROKEN_UP_RATIO",
    "EXPECTED_LENGTH_VOTES",
    "EXTRA_LENGTH",
    "EXTRA_SENTENCE_LENGTH",
    "FEATURES",
    "HEADING_CUT_SHARES",
    "HEADING_CUT_SLACK",
    "JOINED_IS_RIGHT",
    "KEY_DIGITS",
    "LENGTH_RATIO_LIMITS",
    "LENGTH_SLACK",
    "MAX_ARTICLE",
    "MAX_FULL_CELLS",
    "MAX_HEADING_CUTS",
    "MAX_HEADING_LENGTH",
    "MAX_LENGTH_PENALTY",
    "MAX_LOG_LENGTH_RATIO",
    "MAX_LOOKAHEAD",
    "MAX_RUN_DRIFT",
    "MAX_RUN_LENGTH",
    "MAX_SHORT_SHARE",
    "MAX_SUMMARY_TOKENS",
    "MAX_VERY_SHORT_SHARE",
    "MIN_COVERAGE",
    "MIN_COVERAGE_BY_FULL",
    "MIN_FAITHFUL_SIMILARITY",
    "MIN_LENGTH_FOR_RATIO",
    "MIN_LONG_LENGTH",
    "MIN_MARGIN",
    "MIN_OWN_TOKENS",
    "MIN_RUN_ON_SCORE",
    "MIN_SHIFT_CONFIDENCE",
    "MIN_SUMMARY_SIMILARITY",
    "MIN_SURELY_FAITHFUL_SIMILARITY",
    "MIN_WHOLE_SIMILARITY",
    "MODEL",
    "NEIGHBOURS",
    "N_RIVALS",
    "OVERLAP_SMOOTHING",
    "PART_OVERLAP_SMOOTHING",
    "RADIUS",
    "RARENESS_DOCUMENT",
    "RARENESS_SMOOTHING",
    "RIVAL_SIMILARITY",
    "RUN_COVERAGE",
    "RUN_LENGTH",
    "RUN_OMITTED",
    "RUN_ON_GAIN",
    "RUN_TOKENS",
    "SUMMARY_CONFIDENCE",
    "SUMMARY_SHARE",
    "WEIGHTS",
    "WEIGHTS_WITHIN",
    "WEIGHTS_WITHOUT_LENGTH",
]

# --- the model ---------------------------------------------------------------------------------

# Weights under which the true paths of 553 damaged documents are likeliest (conditional random
# field, L-BFGS, ridge 0.05): WMT22 zh-en (first 1,000 segments), WMT21 news and TED zh-en and three
# pages written for it, all in traditional characters, half of them with one to three paragraphs.
# Fitted by: fit; checked by: beads (F1 by pair 0.9914) and pages (0.9969, with --last 0.9979). They
# were fitted when the aligner read numerals by itself, and kept when it no longer did, as F1 did
# not fall (before: 0.9912, 0.9969, 0.9979).
# Three are set by hand, as these texts have no speakers and few headings: "speakers" is as the
# first aligner of ingest had it, "turns in group" keeps questions out of answers, "none, heading
# inside" is as much as lets a short heading within the text pair.
MODEL = {
    "pair": 2.65,
    "group of 2": -4.31,
    "group of 3": 1.62,
    "group of 4": -0.01,
    "two with two": -0.04,
    "similarity of pair": 5.28,
    "similarity of group": 13.76,
    "least similarity of a part": -12.53,
    "gain by grouping": -0.23,
    "coverage of pair": 2.29,
    "coverage of group": 16.91,
    "least coverage": 8.99,
    "gain of coverage": 9.67,
    "margin of pair": 2.99,
    "margin of group": 13.55,
    "least margin": 5.46,
    "length": -7.74,
    "length squared": -2.80,
    "length of group": -6.16,
    "shared": 1.20,
    "source alone": -0.97,
    "target alone": -0.62,
    "overlap": -0.90,
    "least overlap of a part": 0.67,
    "headings alike": 8.91,
    "both headings": -4.51,
    "one heading": 0.39,
    "headings in group": 0.21,
    "questions differ": -0.86,
    "speakers": 3.00,
    "repeats in group": -4.82,
    "turns in group": -6.00,
    "none": 1.34,
    "none, heading": 0.59,
    "none, heading inside": -0.50,
    "none, length": 0.37,
    "none, likeness": 2.21,
}
FEATURES = tuple(MODEL)
WEIGHTS = np.array(list(MODEL.values()))
# Within paragraphs that pair, sentences stand alone more seldom and in groups more often. Chosen
# by: outputs --chosen, on 611 paragraphs: 86 sentences of whole ones are found alone, before 292;
# of 629 sentences taken out 564 are found, before 621.
_WITHIN = {"none": -2.0, "group of 2": 3.0, "group of 3": 3.0, "group of 4": 3.0}
WEIGHTS_WITHIN = WEIGHTS + [_WITHIN.get(name, 0.0) for name in FEATURES]
WEIGHTS_WITHOUT_LENGTH = np.where([name.startswith("length") for name in FEATURES], 0.0, WEIGHTS)

# --- what the features are made of; checked by: beads, and fit again after a change --------------

# Keeps headings of a few characters from looking far apart in length (by eye).
EXTRA_LENGTH = 15.0
# Where lengths differ e²-fold, it does not matter any more by how much.
MAX_LENGTH_PENALTY = 4.0
# A sentence weighs as the root of its length plus this, so that very short ones count.
EXTRA_SENTENCE_LENGTH = 5.0
# The length of a paragraph that "none, length" is 0 for.
ALONE_LENGTH_UNIT = 100.0
# The margin is over the mean of so many best rivals. Each counts as alike as RIVAL_SIMILARITY at
# least, which is the median of that mean in documents of ten paragraphs and more (WMT22 and
# reports), so that short documents, which lack rivals, are judged as long ones are.
N_RIVALS = 2
RIVAL_SIMILARITY = 0.35
# Translators are more or less wordy: up to e**0.3, a third, as far as pairs show it that are each
# other's nearest, stand out by MIN_MARGIN and are not short (half of what counts as long below).
# The expected length has as many votes as two pairs.
MIN_MARGIN = 0.1
MAX_LOG_LENGTH_RATIO = 0.3
MIN_LENGTH_FOR_RATIO = 75.0
EXPECTED_LENGTH_VOTES = 2
# A token (number, date, name) weighs by how rare it is among paragraphs, as if in a document of at
# most 40, so that it weighs the same in long ones; both terms of the ratio are smoothed.
RARENESS_DOCUMENT = 40
RARENESS_SMOOTHING = (20, 0.5)
# Keep the shares of common tokens from jumping where there are few.
OVERLAP_SMOOTHING = 1.0
PART_OVERLAP_SMOOTHING = 0.5
# Four digits tell years apart and take 212.7 billion for 212,706 million.
KEY_DIGITS = 4

# --- the band; checked by: large -----------------------------------------------------------------

# Documents up to so many pairs of paragraphs are searched in full, longer ones within a band of so
# many paragraphs around a chain of nearest neighbours.
MAX_FULL_CELLS = 90_000
RADIUS = 16
NEIGHBOURS = 5
# So many rows are worked on at a time, which bounds memory; it decides no result.
BLOCK = 256

# --- beads of more than four; checked by: outputs ------------------------------------------------

# A bead has space for paragraphs of up to this factor of the length that it lacks; the ratio of the
# lengths of both sides is trusted within limits.
LENGTH_SLACK = 2.0
LENGTH_RATIO_LIMITS = (0.7, 1.4)
# Runs of more paragraphs alone than this end a document, for a bead that looks for the next pair.
MAX_LOOKAHEAD = 256
# How well a bead must cover what it takes. A bead that has all it can be found with is likely to go
# on, but its paragraphs were found to be alone; in outputs nearly every line stands for something.
MIN_COVERAGE_BY_FULL = 0.5
MIN_COVERAGE = 0.3
# A bead that was changed afterwards was first found to be without the change.
JOINED_IS_RIGHT = 0.9

# --- headings that run on; checked by: beads (reports), pages ------------------------------------

# Longer lines without a full stop are found by what they say.
MAX_HEADING_LENGTH = 80.0
# Chosen between 0.5, which found 49 of 50 headings of benchmarks/alignment_reports.tsv where one
# side has run them on and took 4 of 50 that it lacks for such, and 0.6, which found 43 and took 1.
# The score is the similarity of heading and beginning, and twice what the rest gains without it.
MIN_RUN_ON_SCORE = 0.58
RUN_ON_GAIN = 2
# Where a heading may end within a paragraph: before an English capital, at most 2.5 times and 25
# characters beyond its expected length; in Chinese at these shares of the expected length. So many
# cuts are tried (each is embedded, which takes time).
HEADING_CUT_SLACK = (2.5, 25)
HEADING_CUT_SHARES = (0.5, 0.7, 0.85, 1, 1.2, 1.4, 1.7)
MAX_HEADING_CUTS = 8
# Characters that an article and the like take before a heading that is said again.
MAX_ARTICLE = 6

# --- summaries; checked by: pages, tests/alignment/test_summaries.py -----------------------------

# English of less than this share of the expected length says less than the Chinese, if it lacks
# numbers as well: of paragraphs of WMT21 news zh-en longer than MIN_LONG_LENGTH 99 in 100 have 0.7
# and more. Below the second share it does, whatever numbers it has.
MAX_SHORT_SHARE = 0.6
MAX_VERY_SHORT_SHARE = 0.35
MIN_LONG_LENGTH = 150.0
# English that has more than this share of the numbers and names of the Chinese is no summary.
MAX_SUMMARY_TOKENS = 0.6
# Beads that only their length kept apart need to be about the same thing at least; that they are
# such makes them half as sure.
MIN_SUMMARY_SIMILARITY = 0.45
SUMMARY_CONFIDENCE = 0.5
# The English as a whole is a summary where translations are less than half of either side.
SUMMARY_SHARE = 0.5
# Of paragraphs of WMT21 news zh-en and the reports 99 in 100 are as alike as the first (median
# 0.73); the others are chosen so that none of 99 partial translations passes for a summary.
MIN_FAITHFUL_SIMILARITY = 0.5
MIN_SURELY_FAITHFUL_SIMILARITY = 0.65
MIN_WHOLE_SIMILARITY = 0.35
# Of the tokens that a translation, if not surely one, has of the Chinese, so many are of its bead.
MIN_OWN_TOKENS = 0.6

# --- outputs cut into paragraphs; chosen by: outputs --chosen, checked by: outputs ---------------

# Weights of what speaks for a cut: how well the run covers the source, how far its length is from
# its share, and tokens: what both have, what the output and what the source alone has; and of a
# source that gets nothing, by sentence. With them 99 in 100 runs of sentences come out right on
# outputs for the first 1,000 segments, of the rest 96 in 100.
RUN_COVERAGE = 12.0
RUN_LENGTH = 3.0
RUN_TOKENS = np.array([1.0, -0.5, -0.5])
RUN_OMITTED = 3.5
# Bounds of the search (a factor and characters): no run is longer than so many times its share and
# so many characters, nor ends further from where it should than so many characters and that share
# of all.
MAX_RUN_LENGTH = (4.0, 300.0)
MAX_RUN_DRIFT = (2000.0, 0.01)
# With so many lines for a source, an output was broken up, and sentences of the source are aligned
# with the lines.
BROKEN_UP_RATIO = 1.5
# No document of 384 of outputs for WMT22 zh-en has a bead of other lines that is as sure, but all
# of 21 that had two paragraphs merged and one split.
MIN_SHIFT_CONFIDENCE = 0.9
