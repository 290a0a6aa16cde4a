"""What web pages in a language put round a text, in the words of that language.

Each language that is known has a ``PageWords``; who reads pages joins those of the languages at
hand into one pattern of each kind. The words know the habits of news and government sites, not any
one page. They are written for lines in simplified characters with their spaces folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["AT_START", "PageWords", "either"]

# Where a label that text has, too, may begin: at the start, or behind a space or an opening mark.
AT_START = r"(?:^|(?<=[\s|｜/(（【\[]))"


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of one language by what they are for, as regular expressions; "" is none.

    All but ``credited`` are meant without regard to case.

    Attributes:
        date_marks: characters behind year, month and day of a date in digits.
        months: how the names of months begin, from January; more letters may follow.
        written_date: a date with the name of its month, the year last.
        weekday: the name of a day of the week.
        time_lead: between a written date and its time, as "at".
        time_marks: what begins behind the time of an event, no stamp: until, or a half of the day.
        byline_labels: of fields that only bylines have.
        weak_byline_labels: of fields that text has, too.
        byline: a whole line that such a field makes a byline by its value.
        count_labels: before the number of readers, ``count_unit`` what may be behind it.
        date_labels: before a date that is a line of its own.
        credited: a whole line that names the authors; case matters.
        share: buttons to share a page, in short lines.
        share_line: a whole line of such buttons.
        paging: buttons that turn pages, in short lines.
        comment: forms for comments and accounts, in short lines.
        consent: buttons of cookie notices, in short lines.
        disclaimer: marks of disclaimers by what they say; a long line needs two.
        disclaimer_titles: headings of disclaimers.
        contact_titles: headings of contact details, ``contact_labels`` the labels under them.
        menu: entries of menus, in short lines.
        menu_tag: a tag in brackets, several of which are a menu.
        caption: captions and credits of pictures, in short lines.
        credit: what an editor puts under a text, in short lines.
        publisher_labels: before the name of a publisher, ``publisher_end`` what follows the name.
        publisher_names: ends of names of publishers, which are no titles.
        question: the beginning of a question to a speaker.
        lead: words of the first paragraph that only says what follows.
        file_suffixes: what names the language at the end of a file's name.
    """

    date_marks: tuple[str, str, str] = ("", "", "")
    months: tuple[str, ...] = ()
    written_date: str = ""
    weekday: str = ""
    time_lead: str = ""
    time_marks: str = ""
    byline_labels: str = ""
    weak_byline_labels: str = ""
    byline: str = ""
    count_labels: str = ""
    count_unit: str = ""
    date_labels: str = ""
    credited: str = ""
    share: str = ""
    share_line: str = ""
    paging: str = ""
    comment: str = ""
    consent: str = ""
    disclaimer: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    disclaimer_titles: str = ""
    contact_titles: str = ""
    contact_labels: str = ""
    menu: str = ""
    menu_tag: str = ""
    caption: str = ""
    credit: str = ""
    publisher_labels: str = ""
    publisher_end: str = ""
    publisher_names: str = ""
    question: str = ""
    lead: str = ""
    file_suffixes: str = ""


def either(patterns: Iterable[str]) -> str:
    """Return a pattern that matches what any of the given ones does; "" is none of them.

    Of none at all it matches nothing.
    """
    return "|".join(filter(None, patterns)) or "(?!)"
