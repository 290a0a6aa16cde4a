"""What people say of raw pages in TOML files: sources.toml names them, fixes.toml repairs them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from mteval.errors import InputError, location
from mteval.ingest.lines import Line
from mteval.ingest.pages import Page
from mteval.io.files import kind_of
from mteval.io.toml import read_toml

__all__ = ["Fix", "SourceEntry", "apply_fixes", "find_config", "read_source_entry"]


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """The entry of a page in sources.toml; None is what it does not state.

    Attributes:
        document: id of the document that the page becomes.
        title: of the document.
        date: YYYY-MM-DD.
        publisher: of the document.
        domain: such as "news".
        translation: name of the file, beside the page, that has its translation.
        english_only: whether the page is to be kept as English without a source.
    """

    document: str | None = None
    title: str | None = None
    date: str | None = None
    publisher: str | None = None
    domain: str | None = None
    translation: str | None = None
    english_only: bool = False

    def completed_by(self, other: SourceEntry) -> SourceEntry:
        """Return the entry with what only the other one states; flags stay its own."""
        stated = {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) is not None
        }
        return replace(other, **stated)


_TEXT_KEYS = ("document", "title", "date", "publisher", "domain", "translation")


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair by hand: what of fixes.toml was replaced on which line of which file, and why."""

    line: int
    find: str
    replace: str
    reason: str
    file: int = 0


def find_config(name: str, page: Path, output: Path | None) -> Path | None:
    """Return the first file of a name in the output folder, by the page, above it, in references.

    None where there is no such file.
    """
    folders = [page.parent, page.parent.parent, Path("references")]
    if output is not None:
        folders.insert(0, output)
    return next((folder / name for folder in folders if kind_of(folder / name) == "file"), None)


def read_source_entry(sources: Path | None, page: Path) -> SourceEntry:
    """Return what a sources.toml says of a page; an entry without statements where it has none.

    Raises:
        InputError: the file cannot be read, or the entry is not as it must be.
    """
    if sources is None:
        return SourceEntry()
    content = read_toml(sources)
    _check_keys(sources, "the file", content, ("pages",))
    pages = content.get("pages", {})
    if not isinstance(pages, Mapping):
        raise InputError(
            f"{location(sources)}: 'pages' is not a table; write [pages.\"NAME\"] for each page"
        )
    entry = pages.get(page.name, {})
    if not isinstance(entry, Mapping):
        raise InputError(
            f'{location(sources)}: [pages."{page.name}"] is not a table; '
            'write [pages."NAME"] with document = "ID" under it'
        )
    _check_keys(sources, f"the entry of {page.name}", entry, (*_TEXT_KEYS, "languages"))
    texts = dict(_texts(sources, page, entry))
    translation = texts.get("translation", "")
    # Else the settings of a folder would have files read that lie anywhere.
    if re.search(r"[/\\]", translation) or translation in (".", ".."):
        raise InputError(
            f"{location(sources)}: translation of {page.name} is {translation!r}; write the name "
            "of a file beside the page, without a folder"
        )
    languages = entry.get("languages", ["zh", "en"])
    if languages not in (["en"], ["zh", "en"]):
        raise InputError(
            f"{location(sources)}: languages of {page.name} is {languages!r}; "
            'write ["en"] for a page that is English only, or omit it'
        )
    return SourceEntry(**texts, english_only=languages == ["en"])


def _texts(sources: Path, page: Path, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in _TEXT_KEYS:
        value = entry.get(key)
        if key == "date" and isinstance(value, date):
            value = value.isoformat()
        if isinstance(value, str):
            yield key, value
        elif value is not None:
            raise InputError(
                f"{location(sources)}: {key} of {page.name} is {value!r}; write it as text"
            )


def _check_keys(path: Path, what: str, found: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = next((key for key in found if key not in known), None)
    if unknown is not None:
        raise InputError(
            f"{location(path)}: {what} has {unknown!r}, which is not recognised; known are "
            f"{', '.join(known)}"
        )


def apply_fixes(page: Page, file: int, fixes: Path | None) -> tuple[list[Line], list[Fix]]:
    """Return the lines of a page with the repairs of a fixes.toml applied, and the repairs.

    Args:
        page: the page as read.
        file: 1 for the second of two files that belong together, else 0.
        fixes: the TOML file, if there is one.

    Raises:
        InputError: the file cannot be read, a repair of it is not as it must be, or the text that
            a repair replaces does not occur exactly once in the page.
    """
    lines = list(page.lines)
    applied: list[Fix] = []
    if fixes is None:
        return lines, applied
    for number, (raw, find, replacement, reason) in _fix_entries(fixes):
        if raw != page.path.name:
            continue
        if "\n" in find or "\n" in replacement:
            raise InputError(
                f"{location(fixes)}: fix {number} reaches over a line break; make one of each line"
            )
        count = sum(line.text.count(find) for line in lines)
        if count != 1:
            raise InputError(
                f"{location(fixes)}: the text of fix {number} occurs {count} times in "
                f"{location(page.path)} and must occur once; make it longer, or remove the fix"
            )
        index = next(index for index, line in enumerate(lines) if find in line.text)
        text = lines[index].text.replace(find, replacement)
        lines[index] = replace(lines[index], text=text)
        applied.append(Fix(lines[index].number, find, replacement, reason, file))
    return lines, applied


def _fix_entries(fixes: Path) -> Iterator[tuple[int, tuple[str, str, str, str]]]:
    """Yield the number (from 1), raw file, find, replace and reason of each repair of a file."""
    content = read_toml(fixes)
    _check_keys(fixes, "the file", content, ("fix",))
    entries = content.get("fix", [])
    if not isinstance(entries, list):
        raise InputError(f"{location(fixes)}: 'fix' is no list of tables; write [[fix]] for each")
    for number, entry in enumerate(entries, 1):
        raw, find, replacement, reason = (
            entry.get(key) if isinstance(entry, Mapping) else None
            for key in ("raw", "find", "replace", "reason")
        )
        if not (
            isinstance(raw, str)
            and isinstance(find, str)
            and isinstance(replacement, str)
            and isinstance(reason, str)
            and find
            and reason
        ):
            raise InputError(
                f"{location(fixes)}: fix {number} must say raw, find, replace and reason, all as "
                "text"
            )
        yield number, (raw, find, replacement, reason)
