"""Where terms begin and end in Chinese texts."""

from __future__ import annotations

import re

from mteval.languages.text import HAN

__all__ = [
    "AND_SO_ON",
    "CHUNK",
    "DATE",
    "JOINING",
    "JOINS_NAMES",
    "LISTED",
    "MIDDLE_DOTS",
    "NEVER_IN_TERMS",
    "NO_TERM_ENDS",
    "NO_TERM_START",
    "QUOTED",
    "YEAR_AFTER",
    "YEAR_AT_END",
]

# Between the characters of a Chinese name these do not matter: 北部·联合, 北部・联合, “北部联合”.
MIDDLE_DOTS = "·•・‧∙⋅●･"
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
# A year after a name belongs to it, in Chinese and in English: 北部·联合-2023, Golden Dragon 2023.
YEAR_AFTER = re.compile(r"[\s’”\"'》」]?\s?[-‐‑–—−]?\s?((?:19|20)\d\d)(?!\d|\s?年|[-/.]\d)")
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
