"""Which pages belong together: a page in both languages, or one page in each language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mteval.errors import InputError, location
from mteval.ingest import weights
from mteval.ingest.boilerplate import boilerplate_reason
from mteval.ingest.clean import clean_line
from mteval.ingest.config import SourceEntry, read_source_entry
from mteval.ingest.lines import LineLanguage, language_of
from mteval.ingest.pages import Page, document_id, read_page
from mteval.ingest.respace import is_despaced
from mteval.languages.pair import ZH_EN
from mteval.languages.text import count_han, count_latin_words

__all__ = ["PageGroup", "SourcePage", "couple_pages", "page_language", "pair_pages", "read_source"]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A page as read, what sources.toml says of it, and the one language of it, if it is in one."""

    page: Page
    entry: SourceEntry
    language: LineLanguage | None


@dataclass(frozen=True, slots=True)
class PageGroup:
    """The pages of one document: a page, or a text and its translation, the Chinese one first.

    ``named_first`` is the path of the page that the user named first.
    """

    pages: tuple[SourcePage, ...]
    named_first: Path

    @property
    def origin(self) -> str:
        """The first page as messages name it."""
        return location(self.pages[0].page.path)

    @property
    def translation(self) -> str | None:
        """The second page as messages name it; None where there is one page."""
        return location(self.pages[1].page.path) if len(self.pages) > 1 else None

    @property
    def entry(self) -> SourceEntry:
        """What sources.toml states of the first page, completed by the second."""
        first, *others = (source.entry for source in self.pages)
        return first.completed_by(others[0]) if others else first

    @property
    def document_id(self) -> str:
        """The id that sources.toml names, or else one made of the names of the files."""
        return self.entry.document or document_id(*(source.page.path for source in self.pages))

    @property
    def languages(self) -> tuple[LineLanguage, ...]:
        """The language of each of two pages; empty for a page alone, which may be in both."""
        if len(self.pages) == 1:
            return ()
        return tuple(source.language for source in self.pages if source.language is not None)


def read_source(path: Path, sources: Path | None) -> SourcePage:
    """Return a page as read, with its entry in a sources.toml.

    Raises:
        InputError: the page or sources.toml cannot be used.
    """
    page = read_page(path)
    return SourcePage(page, read_source_entry(sources, path), page_language(page))


def page_language(page: Page) -> LineLanguage | None:
    """Return the language of a page that is in one; None where it is in both, or in neither.

    Lengths are compared in English words; a page without text is in neither.
    """
    words = {"zh": 0.0, "en": 0.0}
    for line in page.lines:
        text = clean_line(line.number, line.text)[0]
        if line.reason is None and boilerplate_reason(text) is None:
            words["zh"] += count_han(text) / ZH_EN.words
            if language_of(text) == "en":
                # Words that lost their spaces are as many as their letters make.
                words["en"] += (
                    len(text) / weights.LETTERS_PER_WORD
                    if is_despaced(text)
                    else count_latin_words(text)
                )
    smaller = weights.MIN_LANGUAGE_SHARE
    if words["zh"] < smaller * words["en"]:
        return "en"
    return "zh" if words["en"] < smaller * words["zh"] else None


def pair_pages(first: SourcePage, second: SourcePage) -> PageGroup:
    """Return a text and its translation, given in either order, as the pages of one document.

    Raises:
        InputError: they cannot be that.
    """
    if not _can_pair(first, second):
        raise InputError(
            f"{location(first.page.path)} and {location(second.page.path)} cannot be a text and "
            "its translation, as one must be in Chinese and the other in English; ingest them apart"
        )
    pages = (second, first) if first.language == "en" else (first, second)
    return PageGroup(pages, first.page.path)


def _can_pair(first: SourcePage, second: SourcePage) -> bool:
    """Return whether each of two pages is in one language, and not in the same.

    What sources.toml calls English only is no translation of anything.
    """
    if first.entry.english_only or second.entry.english_only:
        return False
    return {first.language, second.language} == {"zh", "en"}


def couple_pages(pages: Sequence[SourcePage]) -> list[PageGroup]:
    """Return pages, each with its translation: the one sources.toml names, or else the next page.

    Raises:
        InputError: the file that sources.toml names cannot be read or is in the same language, or
            has a translation itself.
    """
    translated = {
        source.page.path.parent / source.entry.translation: source
        for source in pages
        if source.entry.translation is not None
    }
    for source in pages:
        other = translated.get(source.page.path)
        if other is not None and source.entry.translation is not None:
            raise InputError(
                f"{location(source.page.path)}: this page is the translation of "
                f"{location(other.page.path)} in sources.toml, and has a translation itself; say "
                "translation for one of them"
            )
    remaining = [source for source in pages if source.page.path not in translated]
    groups: list[PageGroup] = []
    while remaining:
        first = remaining.pop(0)
        name = first.entry.translation
        if name is not None:
            groups.append(pair_pages(first, read_source(first.page.path.parent / name, None)))
        elif (
            remaining and remaining[0].entry.translation is None and _can_pair(first, remaining[0])
        ):
            groups.append(pair_pages(first, remaining.pop(0)))
        else:
            groups.append(PageGroup((first,), first.page.path))
    return groups
