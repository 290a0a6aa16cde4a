"""Why lines of text have no counterpart: what their form and location make them out to be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mteval.ingest.lines import SENTENCE_END, Line
from mteval.ingest.page_languages import joined
from mteval.ingest.pairing import Paired
from mteval.ingest.report import Dropped, dropped_line
from mteval.languages.text import to_simplified

__all__ = ["doubted_lines", "unpaired_lines"]

_QUESTION = re.compile(joined("question"))
_LEAD = re.compile(joined("lead"))
_ALONE = ", no English counterpart"


def unpaired_lines(
    zh: Sequence[Line], en: Sequence[Line], pairs: Sequence[Paired], title_line: int | None
) -> list[Dropped]:
    """Return the lines that are in no pair, each with the reason that its place and form suggest.

    Args:
        zh: the Chinese lines of the page's text.
        en: the English ones.
        pairs: the pairs, in the order of the Chinese page.
        title_line: number of the line that is the title, if one is.
    """
    paired = {(line.file, line.number) for pair in pairs for line in (*pair.zh, *pair.en)}
    starts = [pair.zh[0].number for pair in pairs]
    return [
        dropped_line(
            line,
            _chinese_reason(line, starts, title_line)
            if line.language == "zh"
            else "no Chinese counterpart",
        )
        for line in (*zh, *en)
        if (line.file, line.number) not in paired
    ]


def doubted_lines(pairs: Sequence[Paired]) -> Iterator[Dropped]:
    """Yield the lines of pairs whose confidence is below what is asked for."""
    for pair in pairs:
        for line in (*pair.zh, *pair.en):
            yield dropped_line(line, f"pair of low confidence ({pair.confidence:.2f})")


def _chinese_reason(line: Line, paired: Sequence[int], title_line: int | None) -> str:
    """Return what an unpaired Chinese line seems to be, from its form and its location."""
    text = to_simplified(line.text)
    if _QUESTION.match(text):
        return f"question{_ALONE}"
    if line.number == title_line:
        return f"title{_ALONE}"
    heading = not SENTENCE_END.search(text)
    if paired and line.number < paired[0]:
        if _LEAD.search(text) and not heading:
            return f"lead{_ALONE}"
        if heading:
            above = title_line is not None and line.number < title_line
            return f"{'navigation' if above else 'title'}{_ALONE}"
    if heading and paired and line.number > paired[-1]:
        return f"page furniture{_ALONE}"
    return "no English counterpart"
