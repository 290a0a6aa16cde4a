"""Which lines of a page are its text: each line cleaned, boilerplate dropped, spaces restored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mteval.ingest import weights
from mteval.ingest.boilerplate import boilerplate_reason
from mteval.ingest.clean import Change, Damage, clean_line, find_damage
from mteval.ingest.line_languages import settle_languages
from mteval.ingest.lines import Line, LineLanguage, language_of
from mteval.ingest.report import Dropped, dropped_line
from mteval.ingest.respace import is_despaced, restore_spaces
from mteval.languages.text import count_han, count_latin_words

__all__ = ["RESPACED", "FilteredLines", "filter_lines"]

RESPACED = "spaces and apostrophes restored"
_RUN = re.compile("[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class FilteredLines:
    """The lines of a page after cleaning.

    Attributes:
        text: the lines of text, in order.
        boilerplate: the lines that a rule dropped, in order; what a page states of itself is here.
        dropped: why each line that is no text was dropped.
        changes: what was done to lines.
        damage: what no rule can repair.
    """

    text: list[Line] = field(default_factory=list)
    boilerplate: list[Line] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)

    def of(self, language: LineLanguage) -> list[Line]:
        """Return the lines of text in a language."""
        return [line for line in self.text if line.language == language]

    @property
    def respaced(self) -> bool:
        """Whether spaces of any line were restored."""
        return any(change.step == RESPACED for change in self.changes)


def filter_lines(lines: Sequence[Line], languages: Sequence[LineLanguage] = ()) -> FilteredLines:
    """Return the lines of a page, cleaned, with what is no text dropped.

    Args:
        lines: those of a page, or of two files.
        languages: the language of each of two files.
    """
    result = FilteredLines()
    for raw in lines:
        text, changes = clean_line(raw.number, raw.text)
        line = replace(raw, text=text, language=language_of(text))
        result.changes.extend(replace(change, file=raw.file) for change in changes)
        result.damage.extend(
            replace(damage, file=raw.file) for damage in find_damage(line.number, text)
        )
        rule = boilerplate_reason(text)
        reason = line.reason or ("no text" if line.language == "none" else rule)
        if reason is None and languages:
            line = replace(line, language=_language_in_file(text, languages[line.file]))
            if line.language != languages[line.file]:
                reason = "not in the language of its file"
        if reason is None:
            result.text.append(line)
        else:
            if line.reason is None or rule:
                result.boilerplate.append(line)
            result.dropped.append(dropped_line(line, reason))
    if not languages:
        result.text[:] = settle_languages(result.text)
    result.text[:], restored = _restore_spaces(result.text)
    result.changes.extend(restored)
    return result


def _language_in_file(text: str, language: LineLanguage) -> LineLanguage:
    """Return the language of a line of a file that is in one: names do not make it the other."""
    found = language_of(text)
    others = count_latin_words(text) if language == "zh" else count_han(text)
    return language if others < weights.MIN_WORDS_OF_OTHER_LANGUAGE else found


def _restore_spaces(lines: Sequence[Line]) -> tuple[list[Line], list[Change]]:
    """Return the lines, with the spaces of the de-spaced English ones restored, and the changes."""
    despaced = [
        line
        for line in lines
        if line.language == "en"
        and len(line.text) <= weights.MAX_CHARACTERS_RESPACED
        and max(map(len, _RUN.findall(line.text)), default=0) < weights.MAX_RUN_RESPACED
        and is_despaced(line.text)
    ]
    if not despaced:
        return list(lines), []
    # All together, as names that one line sets off help in the others.
    restored = restore_spaces([line.text for line in despaced])
    texts = {(line.file, line.number): text for line, text in zip(despaced, restored, strict=True)}
    changes = [
        Change(RESPACED, number, text.count(" "), file) for (file, number), text in texts.items()
    ]
    return [
        replace(line, text=texts.get((line.file, line.number), line.text)) for line in lines
    ], changes
