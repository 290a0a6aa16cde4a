"""Numbers that decide what ingest makes of a page: where each is from, and what checks it.

None is fitted by a program. They were chosen by hand when the readers and rules that use them were
written, between 2026-11-22 and 2026-11-26, and are checked by

    pytest tests/ingest                      pages of known truth, and lines on either side of each
                                             bound (test_weights.py)
    python -m benchmarks.alignment_pages     F1 through ``ingest``; --last for texts looked at last

Limits on size, which keep time and memory in bounds, are in the modules that read files.
"""

from __future__ import annotations

# Languages of pages and lines -----------------------------------------------------------------

# A page with less than this share of its text in a language has none of its text in it: names,
# addresses and a site's own links are left.
MIN_LANGUAGE_SHARE = 0.1
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

# Letters in a run that is no sentence, and characters of a line: searching more takes minutes.
MAX_RUN_RESPACED = 1000
MAX_CHARACTERS_RESPACED = 5000

# Paragraphs of HTML and Markdown -------------------------------------------------------------

# So many blocks above and below the main text may still be its titles, dates and signatures.
BLOCKS_NEAR_TEXT = 10
# Fewer characters are no prose, whatever they end in.
MIN_PROSE_CHARACTERS = 25
# Of the characters of a block, those in links: a menu or a list of other stories has this share.
MAX_LINKED_SHARE = 0.5
# Text that an editor wrapped has lines of about one width, and none is wider than this.
MAX_WRAPPED_WIDTH = 120
# Of the widest line, what all but the last have at least.
MIN_WRAPPED_SHARE = 0.7

# Damage ---------------------------------------------------------------------------------------

# Signs of damage this close together are one run.
MAX_GAP_IN_DAMAGE = 6
# Characters shown on each side of a run, as the neighbours are often damaged, too.
CONTEXT_OF_DAMAGE = 2

# Boilerplate: sizes are counted in Han characters and Latin words -------------------------

# A rule that looks for words anywhere in a line applies to short lines only: a paragraph of a
# statement may speak of microblogs and comments, too.
MAX_SHORT_LINE = 40
# What has more characters is text; some patterns would search it for minutes.
MAX_CHARACTERS_SEARCHED = 3000
# By a link: "Original link:", "原文链接:" and no sentence that asks to write or to visit.
MAX_HAN_BY_LINK = 6
MAX_WORDS_BY_LINK = 3
# A byline has several fields in a row; a longer line is text that quotes one.
MAX_BYLINE = 60
# What a byline has beside its time stamp: a publisher; with labelled fields, several names.
MAX_BESIDE_STAMP = 12
MAX_BESIDE_STAMP_AND_LABEL = 30
# A line with a label that only bylines have, and one with a label and a date.
MAX_LABELLED_BYLINE = 25
MAX_DATED_BYLINE = 30
# So many labelled fields are a byline whatever is in them.
MIN_BYLINE_FIELDS = 2
# A statement may say one thing that disclaimers say ("no one may enter without permission").
MIN_DISCLAIMER_MARKS = 2
# An editor's line: two names and what they did.
MAX_CREDIT = 20
# Text has a word in brackets, and two; a menu has tag after tag.
MIN_MENU_TAGS = 3
# Items between lines or arrows that make a menu; dots may be in foreign names as well
# (安东尼 · 布林肯和杰克 · 沙利文). Items of a menu are names or headlines.
MIN_MENU_ITEMS = 3
MIN_ITEMS_BY_DOTS = 4
MAX_MENU_ITEM = 25
# Of two items one has to be a known entry of menus, and both as short as such entries are.
MAX_ITEM_OF_TWO = 6

# Title, date, publisher --------------------------------------------------------------------------

# Chinese titles have more characters than section headings and names of offices ("发言人办公室").
MIN_TITLE_HAN = 7
# A title repeats the text: this share of its pairs of characters at least. On references/raw and
# tests/data/pages names of sites, menus and headlines of other stories have 0 to 0.27, titles 0.14
# to 0.93 (median 0.6); the two titles below 0.3 are detected by their counterparts.
MIN_TITLE_OVERLAP = 0.3
# A title is among so many first lines of the translation; a heading further down is of a section.
MAX_LINE_OF_TITLE = 3
# Beside a date in brackets: the name of a city.
MAX_WORDS_BY_DATE = 8
# Beside a time stamp: the name of a publisher.
MAX_WORDS_BY_STAMP = 20

# De-spaced English: words in runs of letters -----------------------------------------------------

# Letters in a run. Of 36,000 ordinary lines (WMT21 and WMT22, zh-en) none is taken for de-spaced;
# of WMT22's reference A without its spaces, 99 % of the words are in lines that are.
MAX_ORDINARY_RUN = 22
MAX_LONGEST_RUN = 28
# Of the letters of a line, those in runs that are longer than ordinary ones.
MIN_SHARE_IN_LONG_RUNS = 0.5
# Of the letters of a line of any script, the Latin ones.
MIN_LATIN_SHARE = 0.5

# Log10 probabilities on the scale of wordsegment 1.3, whose rarest word has -7.9 and two words that
# have nothing to do with each other -11 to -13 ("shang fu" -11.7, "sho igu" -13.3). Chosen on half
# of the references of WMT21 news, WMT21 TED and WMT22 zh-en with their spaces removed; moving any
# of them by 1 changes the share of right words by 0.0015 at most.
KNOWN_WORD = -4.0  # a word that the caller knows
SET_OFF_NAME = -7.0  # a name that the page sets off
GIVEN_NAME = -7.0  # two syllables of pinyin after a third: Liu Zhenli
PINYIN_NAME = -10.0  # two syllables of pinyin elsewhere: Xiangshan
ACRONYM = -9.0
DERIVED_WORD = -10.0  # "hegemonism"
STRAY_LETTER = -8.0  # a single letter
# Log10 factors, chosen likewise.
UNKNOWN_CAPITAL = 6.0  # names are rarely as improbable as the library takes unknown words to be
COMMON_CAPITAL = -1.0  # a dictionary word with a capital: "Put in" against "Putin"
ACRONYM_PAIR = -2.0  # "AD MM"
UNLISTED = -2.5  # counted on the web, but in no dictionary: "ibu"
MIN_FREQUENT = -4.2  # what is likelier than this is a word all the same: "non"
# Words with fewer letters that are found more often as two may be names: Putin.
MIN_FUSED_LETTERS = 8

# Costs of reading a quote as something, in the same unit. Set by hand: two plural possessives in
# one paragraph (3.5) are likelier than a quotation set amid words (4); moving any of them by 1
# changes the share of right words by 0.0002 at most.
ODD, UNCLOSED, UNLIKELY, NEVER = 1.0, 3.0, 4.0, 8.0
AMID_WORDS, CONTRACTION, PLURAL, SYLLABLE = 2.0, 1.5, 1.75, 3.0
