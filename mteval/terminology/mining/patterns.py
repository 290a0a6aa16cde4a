"""What the writing of Chinese and English says about where a term begins and ends."""

from __future__ import annotations

import re

from mteval.languages.text import HAN
from mteval.terminology.normalise import MIDDLE_DOTS

__all__ = [
    "ACRONYM",
    "AFTER_NOUN",
    "AND_SO_ON",
    "CHUNK",
    "DATE",
    "ENGLISH_QUOTED",
    "INNER_WORDS",
    "JOINING",
    "JOINS_NAMES",
    "JOINT",
    "LISTED",
    "NEVER_IN_TERMS",
    "NO_TERM_ENDS",
    "NO_TERM_START",
    "QUOTED",
    "SENTENCE_START",
    "YEAR_AT_END",
]

# --- Chinese

# A run between marks of punctuation.
CHUNK = re.compile(rf"[{HAN}{MIDDLE_DOTS}A-Za-z0-9-]+")
QUOTED = re.compile('[“‘「『《"]([^“”‘’「」『』《》"。！？!?；;，,：:\\n]{2,20})[”’」』》"]')
# 参加A、B、C等: what is between two marks of an enumeration, or is its end.
LISTED = re.compile(rf"(?<=、)([{HAN}]{{2,10}}?)(?=、|等|[,，;；。])")
# Characters that join two names, unless they are part of a word.
JOINS_NAMES = re.compile("(?<![共缓温饱])和(?![平谐解睦约谈])|与|及|、|兼")
# Particles, prepositions and conjunctions: a term may end before one and begin after it.
JOINING = re.compile(
    "[的了在及将等是也都而与并但或被把向从由兼]|(?<![共缓温饱])和(?![平谐解睦约谈])|对(?![话外等抗华])"
)
YEAR_AT_END = re.compile(r"\s?[-‐‑–—−]?\s?(?:19|20)\d\d(?:年)?$")
# No term begins so; some characters join only if no word of theirs follows.
NO_TERM_START = re.compile(
    "[的了在及将等是也都而与并但或被把其该这那就又还再很更最不没们着过地得之则却个名位年月日时者]"
    "|[^共缓温饱中][和与及]|和(?![平谐解睦约谈])|以(?![色军])|对(?![话外等抗华])|为|有|向|从|由|于|[中上下](?![^的了])|已|正|让|使|给"
    "|来自|我|你|他|她|它|说|能|可|会(?!议)|要(?!求)"
)
NO_TERM_ENDS = frozenset(
    "的了在和与及将等为对以是有也都而中上下并从被把向由于或但其该这那就又还再很更最不没着地得之则却"
    "已正让使给我你他她它说能可要就第一个两各每"
)
# No term of plain characters has these inside.
NEVER_IN_TERMS = frozenset("的了着是在将也我你他她它们这那就都不没")
# 等, "and so on", but not in 平等 (equal), 高等 (higher), 等级 (rank).
AND_SO_ON = re.compile("(?<![平高初中同均])等(?![级离候])")
DATE = re.compile(r"\d[年月日]")

# --- English

ENGLISH_QUOTED = re.compile('[“"‘]([^“”"‘’\\n]{2,60})[”"’]')
# Between the capitalised words of a name.
INNER_WORDS = frozenset({"of", "and", "for", "on"})
# What two words of one name may have between them.
JOINT = re.compile(r"(?:[\s-]|['’]s?\s|&|\b(?:the|The|a|an)\b)*")
# What follows a noun that ends a phrase: punctuation, prepositions, verbs.
AFTER_NOUN = re.compile(r"\s*(?:[^\w\s]|$|(?:of|and|in|on|for|with|at|is|was|are|were|will|has)\b)")
# In parentheses after a name.
ACRONYM = re.compile(r"\s?\(([A-Z][A-Za-z+-]{1,9})\)")
# Before a word that has its capital because it begins a sentence.
SENTENCE_START = re.compile(r"(?:^|[.!?:;\"“”'(])\s*(?:(?:The|A|An)\s)?$")
