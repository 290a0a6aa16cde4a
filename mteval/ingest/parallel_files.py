"""Two files, a Chinese one and its English one, aligned: what ``mteval align`` shows and writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from mteval.alignment.aligner import align
from mteval.alignment.beads import DOUBTFUL, Alignment, Bead
from mteval.alignment.sentences import align_sentences
from mteval.corpus.formats.corpus import Corpus
from mteval.corpus.model import Document, Segment, TestSet
from mteval.errors import InputError, MismatchError, location
from mteval.ingest.pages import Page, document_id, read_page
from mteval.languages.encoder import Embed
from mteval.languages.text import count_han, count_latin_words, fold_spaces, shorten

__all__ = ["Level", "Parallel", "Unit", "align_files"]

Level = Literal["paragraph", "sentence"]


class Unit(NamedTuple):
    """Name a paragraph by its line, or a sentence by the line and its number in it, both from 1."""

    line: int
    sentence: int | None
    text: str

    @property
    def name(self) -> str:
        """Name the unit as tables do: 12, or 12.3."""
        return str(self.line) if self.sentence is None else f"{self.line}.{self.sentence}"


@dataclass(frozen=True)
class Parallel:
    """Hold the units of two files and their alignment.

    Attributes:
        files: the Chinese and the English one.
        level: what the units are.
        sources: of the Chinese file, in order.
        targets: of the English file.
        alignment: their beads, which refer to them by index.
        least: beads of less confidence than this, 0-1, are no pairs.
        notes: what was left out of the files.
    """

    files: tuple[str, str]
    level: Level
    sources: tuple[Unit, ...]
    targets: tuple[Unit, ...]
    alignment: Alignment
    least: float = 0.0
    notes: tuple[str, ...] = ()

    def status(self, bead: Bead) -> str:
        """Say what a bead is: a pair, or why it is none, or what to beware of."""
        if not bead.targets:
            return "omitted"
        if not bead.sources:
            return "added"
        if bead.confidence < self.least:
            return "left out"
        if bead.is_summary:
            return "summary"
        return "doubtful" if bead.confidence < DOUBTFUL else ""

    @property
    def pairs(self) -> tuple[Bead, ...]:
        """Give the beads that count."""
        return tuple(bead for bead in self.alignment.paired if bead.confidence >= self.least)

    def texts(self, bead: Bead) -> tuple[str, str]:
        """Give the Chinese and the English text of a bead; what was several is joined."""
        # Chinese is written without spaces, but for those between paragraphs' words in Latin.
        return (
            "".join(fold_spaces(self.sources[i].text) for i in bead.sources),
            " ".join(fold_spaces(self.targets[j].text) for j in bead.targets),
        )

    def rows(self) -> list[tuple[str, ...]]:
        """List the beads in order: lines of both sides, confidence, similarity, status, texts."""
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

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values for JSON."""
        return {
            "chinese": self.files[0],
            "english": self.files[1],
            "level": self.level,
            "is_summary": self.alignment.is_summary,
            "beads": [
                {
                    "status": self.status(bead) or "pair",
                    "source_lines": [self.sources[i].line for i in bead.sources],
                    "target_lines": [self.targets[j].line for j in bead.targets],
                    **(
                        {}
                        if self.level == "paragraph"
                        else {
                            "source_sentences": [self.sources[i].sentence for i in bead.sources],
                            "target_sentences": [self.targets[j].sentence for j in bead.targets],
                        }
                    ),
                    "confidence": bead.confidence,
                    "similarity": bead.similarity,
                    "is_summary": bead.is_summary,
                    "source": self.texts(bead)[0],
                    "target": self.texts(bead)[1],
                }
                for bead in self.alignment.beads
            ],
        }

    def counts(self) -> dict[str, int]:
        """Count the beads by status; the pairs are those that count, whatever else they are."""
        found = [self.status(bead) for bead in self.alignment.beads]
        words = ("omitted", "added", "left out", "summary", "doubtful")
        return {"pairs": len(self.pairs), **{word: found.count(word) for word in words}}

    def corpus(self) -> Corpus:
        """Make a test set of one document of the pairs.

        Raises:
            InputError: there is no pair.
        """
        pairs = [self.texts(bead) for bead in self.pairs]
        if not pairs:
            raise InputError(
                f"{self.files[0]} and {self.files[1]} have no pair of confidence {self.least:g} or "
                "more; check that they are a text and its translation"
            )
        id = document_id(*(Path(file) for file in self.files))
        segments = tuple(Segment(zh, (en,)) for zh, en in pairs)
        return Corpus(TestSet((Document(id, segments, origin=self.files[0]),)))


def align_files(
    chinese: Path, english: Path, embed: Embed, *, level: Level = "paragraph", least: float = 0.0
) -> Parallel:
    """Align two files of any kind that ``mteval ingest`` reads; nothing is cleaned.

    Args:
        chinese: a page in Chinese, of either script.
        english: the page in English.
        embed: sentence encoder.
        level: paragraphs (lines, in plain text), or the sentences in them.
        least: confidence, 0-1, below which a bead is no pair.

    Raises:
        InputError: a file cannot be read, or has no text.
        MismatchError: the languages are not Chinese and English, in this order.
    """
    pages = read_page(chinese), read_page(english)
    notes = [f"{location(page.path)}: {note}" for page in pages for note in page.notes]
    sides = []
    for page in pages:
        sides.append([line for line in page.lines if line.reason is None])
        left_out = len(page.lines) - len(sides[-1])
        if left_out:
            notes.append(f"{location(page.path)}: {left_out} blocks outside its text were left out")
        if not sides[-1]:
            raise InputError(f"{location(page.path)}: there is no text in it; give a page of text")
    texts = [[line.text for line in side] for side in sides]
    _check_languages(pages, texts)
    alignment = align(texts[0], texts[1], embed)
    units = [[Unit(line.number, None, line.text.strip()) for line in side] for side in sides]
    if level == "sentence":
        found = align_sentences(texts[0], texts[1], embed, alignment)
        alignment = found.alignment
        units = []
        for side, sentences in zip(sides, (found.sources, found.targets), strict=True):
            numbers: dict[int, int] = {}
            units.append([])
            for paragraph, text in sentences:
                numbers[paragraph] = numbers.get(paragraph, 0) + 1
                units[-1].append(Unit(side[paragraph].number, numbers[paragraph], text))
    return Parallel(
        (location(chinese), location(english)),
        level,
        tuple(units[0]),
        tuple(units[1]),
        alignment,
        least,
        tuple(notes),
    )


def _check_languages(pages: Sequence[Page], texts: Sequence[Sequence[str]]) -> None:
    han, words = ([sum(map(count, side)) for side in texts] for count in _COUNTS)
    for page, language, wrong in (
        (pages[0], "Chinese", han[0] < words[0]),
        (pages[1], "English", words[1] < han[1]),
    ):
        if wrong:
            raise MismatchError(
                f"{location(page.path)}: this file is not in {language}; name the Chinese file "
                "first, then the English one"
            )


_COUNTS = (count_han, count_latin_words)
