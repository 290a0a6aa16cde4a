"""What English web pages put round a text."""

from __future__ import annotations

from types import MappingProxyType

from mteval.languages.page_words import AT_START, PageWords

__all__ = ["PAGE_WORDS"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"\b(?:{'|'.join(_MONTHS)})[a-z]{{0,6}}\b\.?"
_AGENCY = (
    r"xinhua|afp|ap|reuters|vcg|ic|cfp|cns|china daily|getty images|epa|photo"
    r"|people['’]s daily( online)?|cctv"
)

PAGE_WORDS = PageWords(
    months=_MONTHS,
    written_date=rf"{_MONTH}\s\d{{1,2}},?\s\d{{4}}|\d{{1,2}}\s{_MONTH},?\s\d{{4}}",
    weekday=r"\b[a-z]{3,6}day\b",
    time_lead=r"at\s",
    time_marks=r"[ap]\.?m",
    byline_labels=(
        rf"{AT_START}(web editor|editor-in-charge|font size"
        rf"|(updated|published|posted)( on)?(?=\s?[:：]\s?(\d|{_MONTH})))"
    ),
    weak_byline_labels="source|editors?|author|views?|hits",
    byline=(
        r"source\s*[:：]\s*(?-i:[A-Z])\S*(\s+[^\s:：]+){0,5}"
        r"|(editors?|author)\s*[:：](\s+(?-i:[A-Z])[\w.,'’-]*){1,6}"
    ),
    count_labels="views?|hits",
    date_labels="time|date",
    credited=(
        r"^([Bb]y|BY|Text by|Photos? by|Edited by)(\s+and)?(?!\s+\w+ing\b)"
        r"(\s+[A-Z][\w.'’-]+){2,3}((,|\s+and)(\s+[A-Z][\w.'’-]+){2,3})*"
        r"(\s+in\s+[A-Z]\w+)?(\s*\|.*)?$"
    ),
    share_line=(
        r"^((share|print|email|e-mail|tweet|facebook|twitter|x|linkedin|whatsapp|wechat|weibo"
        r"|telegram|reddit|copy link|save|this|page|article|on|via|to|follow us|like|qr code|scan"
        r"|moments|large|medium|small|text size|font size|a|suggest to a friend"
        r"|close( window)?)\b[\s|/,:·+-]*)+$"
    ),
    paging=(
        r"^page \d+( of \d+)?$|^back to (the )?(top|home|list)$|^more\s*[>»]+$"
        r"|^(read|load|see|view) (more|all)\W*$|^(next|previous|prev)( (page|article|post))?\W*$"
    ),
    comment=(
        r"^(comments?( \(\d+\))?|leave a (comment|reply)|post (a )?comment|submit|log ?in"
        r"|sign (in|up)|register|subscribe( now)?|captcha|your (name|email|comment))\W*$"
        r"|^your e-?mail (address )?will not be published|required fields are marked"
    ),
    consent=r"^(i )?(accept|reject|agree|decline|allow|got it|close)( (all|cookies|settings))*$",
    disclaimer=MappingProxyType(
        {
            "notice": "disclaimer:",
            "copyright": r"all rights reserved|copyright\s*(©|\(c\)|\d{4})|^©",
            "terms": "^(terms of (use|service)|privacy policy|cookie policy)",
            "cookies": r"\b(uses?|accept|our) cookies|cookie policy",
            "official site": "^(this is )?(an?|the) official (web)?site of",
            "external links": r"external links\b.{0,60}\b(construed|endorse)",
        }
    ),
    disclaimer_titles="disclaimer|copyright notice",
    contact_titles="contact us",
    contact_labels=(r"\baddress|\bpostal code|\bzip code|\btel(ephone)?|\bphone|\bfax"),
    menu=(
        r"^(tags?|topics|filed under)\s*[:：]|^tags$"
        r"|^(home|menu|search|site ?map|skip to (main )?content|english|languages?)$"
        r"|^home\s*[>»›|/]|^you are here|^here['’]s how you know"
        r"|^(related|recommended|most (read|popular|viewed|shared)|latest|trending|top)"
        r"( (articles?|news|stories|posts?|links|reading|topics|videos|in 24 hours))?\s*:?$"
        r"|^today['’]s press releases$"
        r"|^(photos|videos|editor['’]?s['’]? picks?|you (may|might) also like"
        r"|special coverage)\s*:?$"
    ),
    caption=(
        r"^[\[(]?\s*(file |handout )?(photo|image|picture|screenshot)s?"
        r"\s*([:：/]|(by|via)\s(?-i:[A-Z])|courtesy\b)"
        r"|^(this|an?|the|undated|file|combo|aerial|\s)+photo (taken|released|provided|shows)\b"
        r"|[\[(](file )?(photo|image|picture)[^\])]{0,60}[\])]$"
        rf"|[\[(]({_AGENCY})/[^\])]{{1,40}}[\])]$"
    ),
    credit=r"^[(（]?(the end|end)[)）]?$|^ends?/\w+day\b|^issued at\b.{0,12}\d",
    publisher_labels=r"\bsource",
    publisher_end=(
        r"\b(?:web editor|editor|author|time|date|updated|posted|published|views|font|share"
        rf"|print)\b|{_MONTH}\s\d"
    ),
    file_suffixes="en|eng|english|英文",
)
