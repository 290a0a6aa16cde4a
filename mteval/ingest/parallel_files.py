"""Two files, a text and its translation, aligned: what ``mteval align`` shows and writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from mteval.alignment.aligner import align
from mteval.alignment.beads import DOUBTFUL, Alignment, Bead
from mteval.alignment.sentences import align_sentences
from mteval.corpus.formats.corpus import Corpus
from mteval.corpus.model import Document, Segment, TestSet
from mteval.errors import InputError, MismatchError, location
from mteval.ingest.pages import Page, document_id, read_page
from mteval.languages.encoder import Embed
from mteval.languages.registry import SOURCE, TARGET, language
from mteval.languages.text import fold_spaces, shorten

__all__ = ["AlignedFiles", "AlignmentLevel", "FileUnit", "align_files"]

AlignmentLevel = Literal["paragraph", "sentence"]


class FileUnit(NamedTuple):
    """A paragraph with its line, or a sentence with its line and number in it, both from 1."""

    line: int
    sentence: int | None
    text: str

    @property
    def name(self) -> str:
        """Return the name of the unit in tables: 12, or 12.3."""
        return str(self.line) if self.sentence is None else f"{self.line}.{self.sentence}"


@dataclass(frozen=True)
class AlignedFiles:
    """The units of two files and their alignment.

    Attributes:
        files: the Chinese and the English one.
        level: what the units are.
        sources: of the Chinese file, in order.
        targets: of the English file.
        alignment: their beads, which refer to them by index.
        min_confidence: beads of less confidence than this, 0-1, are no pairs.
        notes: what of the files was skipped.
    """

    files: tuple[str, str]
    level: AlignmentLevel
    sources: tuple[FileUnit, ...]
    targets: tuple[FileUnit, ...]
    alignment: Alignment
    min_confidence: float = 0.0
    notes: tuple[str, ...] = ()

    def status(self, bead: Bead) -> str:
        """Return why a bead is no pair, or what to beware of; "" for a plain pair."""
        if not bead.targets:
            return "omitted"
        if not bead.sources:
            return "added"
        if bead.confidence < self.min_confidence:
            return "left out"
        if bead.is_summary:
            return "summary"
        return "doubtful" if bead.confidence < DOUBTFUL else ""

    @property
    def pairs(self) -> tuple[Bead, ...]:
        """Return the beads that count as pairs."""
        return tuple(
            bead for bead in self.alignment.paired if bead.confidence >= self.min_confidence
        )

    def texts(self, bead: Bead) -> tuple[str, str]:
        """Return the Chinese and the English text of a bead; several units are joined."""
        # Chinese is written without spaces, but for those between paragraphs' words in Latin.
        return (
            "".join(fold_spaces(self.sources[i].text) for i in bead.sources),
            " ".join(fold_spaces(self.targets[j].text) for j in bead.targets),
        )

    def rows(self) -> list[tuple[str, ...]]:
        """Return the beads as rows: lines of both sides, confidence, similarity, status, texts."""
        return [
            (
                ", ".join(self.sources[i].name for i in bead.sources) or "-",
                ", ".join(self.targets[j].name for j in bead.targets) or "-",
                f"{bead.confidence:.2f}",
                "-" if bead.similarity is None else f"{bead.similarity:.2f}",
                self.status(bead),
                *(shorten(text) for text in self.texts(bead)),
            )
            for bead in self.alignment.beads
        ]

    def as_dict(self) -> dict[str, object]:
        """Return everything as plain values for JSON."""
        return {
            "chinese": self.files[0],
            "english": self.files[1],
            "level": self.level,
            "is_summary": self.alignment.is_summary,
            "beads": [self._bead_as_dict(bead) for bead in self.alignment.beads],
        }

    def _bead_as_dict(self, bead: Bead) -> dict[str, object]:
        sources = [self.sources[i] for i in bead.sources]
        targets = [self.targets[j] for j in bead.targets]
        found: dict[str, object] = {
            "status": self.status(bead) or "pair",
            "source_lines": [unit.line for unit in sources],
            "target_lines": [unit.line for unit in targets],
        }
        if self.level == "sentence":
            found["source_sentences"] = [unit.sentence for unit in sources]
            found["target_sentences"] = [unit.sentence for unit in targets]
        source, target = self.texts(bead)
        return {
            **found,
            "confidence": bead.confidence,
            "similarity": bead.similarity,
            "is_summary": bead.is_summary,
            "source": source,
            "target": target,
        }

    def counts(self) -> dict[str, int]:
        """Return the number of pairs, and of beads by status, which may be pairs too."""
        found = [self.status(bead) for bead in self.alignment.beads]
        words = ("omitted", "added", "left out", "summary", "doubtful")
        return {"pairs": len(self.pairs), **{word: found.count(word) for word in words}}

    def corpus(self) -> Corpus:
        """Return the pairs as a test set of one document.

        Raises:
            InputError: there is no pair.
        """
        pairs = [self.texts(bead) for bead in self.pairs]
        if not pairs:
            raise InputError(
                f"{self.files[0]} and {self.files[1]} have no pair of confidence "
                f"{self.min_confidence:g} or more; check that they are a text and its translation"
            )
        id = document_id(*(Path(file) for file in self.files))
        segments = tuple(Segment(zh, (en,)) for zh, en in pairs)
        return Corpus(TestSet((Document(id, segments, origin=self.files[0]),)))


def align_files(
    chinese: Path,
    english: Path,
    embed: Embed,
    *,
    level: AlignmentLevel = "paragraph",
    min_confidence: float = 0.0,
) -> AlignedFiles:
    """Return the alignment of two files of any kind that ``mteval ingest`` reads, not cleaned.

    Args:
        chinese: a page in Chinese, of either script.
        english: the page in English.
        embed: sentence encoder.
        level: paragraphs (lines, in plain text), or the sentences in them.
        min_confidence: confidence, 0-1, below which a bead is no pair.

    Raises:
        InputError: a file cannot be read, or has no text.
        MismatchError: the languages are not Chinese and English, in this order.
    """
    pages = read_page(chinese), read_page(english)
    notes = [f"{location(page.path)}: {note}" for page in pages for note in page.notes]
    sides = []
    for page in pages:
        sides.append([line for line in page.lines if line.reason is None])
        skipped = len(page.lines) - len(sides[-1])
        if skipped:
            notes.append(f"{location(page.path)}: {skipped} blocks outside its text were skipped")
        if not sides[-1]:
            raise InputError(f"{location(page.path)}: there is no text in it; give a page of text")
    texts = [[line.text for line in side] for side in sides]
    _check_languages(pages, texts)
    alignment = align(texts[0], texts[1], embed)
    units = [[FileUnit(line.number, None, line.text.strip()) for line in side] for side in sides]
    if level == "sentence":
        found = align_sentences(texts[0], texts[1], embed, alignment)
        alignment = found.alignment
        units = []
        for side, sentences in zip(sides, (found.sources, found.targets), strict=True):
            numbers: dict[int, int] = {}
            units.append([])
            for paragraph, text in sentences:
                numbers[paragraph] = numbers.get(paragraph, 0) + 1
                units[-1].append(FileUnit(side[paragraph].number, numbers[paragraph], text))
    return AlignedFiles(
        (location(chinese), location(english)),
        level,
        tuple(units[0]),
        tuple(units[1]),
        alignment,
        min_confidence,
        tuple(notes),
    )


def _check_languages(pages: Sequence[Page], texts: Sequence[Sequence[str]]) -> None:
    source, target = language(SOURCE), language(TARGET)
    words = [{own: sum(map(own.count_words, side)) for own in (source, target)} for side in texts]
    for page, found, own, other in (
        (pages[0], words[0], source, target),
        (pages[1], words[1], target, source),
    ):
        if found[own] < found[other]:
            raise MismatchError(
                f"{location(page.path)}: this file is not in {own.name}; name the {source.name} "
                f"file first, then the {target.name} one"
            )
