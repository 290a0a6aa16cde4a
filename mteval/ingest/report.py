"""What became of each line of a page: how it was changed, and whether it was kept, or why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mteval.alignment.beads import DOUBTFUL
from mteval.corpus.model import Kind
from mteval.errors import location
from mteval.ingest.clean import FOLDED, Change, Damage
from mteval.ingest.config import Fix
from mteval.ingest.lines import Line
from mteval.ingest.pairing import Paired
from mteval.languages.text import shorten

__all__ = [
    "Dropped",
    "IngestReport",
    "Joined",
    "Kept",
    "dropped_line",
    "joined_segments",
    "kept_segment",
    "plain_record",
]


@dataclass(frozen=True, slots=True)
class Kept:
    """The lines that became one segment.

    Attributes:
        segment: its number in the document, from 1.
        lines: the numbers of its lines in the page, or in the Chinese one of two files.
        kind: heading or text.
        confidence: the probability, 0-1, that the two sides are translations of each other; None
            where there is one side only.
        translation_lines: the numbers of its lines in the second of two files.
        is_summary: whether the English says only a part of what the Chinese says.
        source: the beginning of the Chinese text, for tables.
        target: the beginning of the English text, for tables.
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
    """A segment of several paragraphs: how many it has in each language."""

    segment: int
    chinese: int
    english: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line that is no part of the document, and why; ``file`` as for ``Change``."""

    line: int
    reason: str
    text: str
    file: int = 0


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of every line of a page: each one that is not blank is kept or dropped, once.

    Of pages without lines the numbers count blocks: paragraphs, items, cells.

    Attributes:
        page: the file, as messages name it; of two files the Chinese one.
        document: id of the document that the page became.
        kept: the lines of each segment.
        dropped: the other lines.
        changes: what cleaning did to lines.
        fixes: the repairs by hand.
        damage: runs of text that no rule can repair.
        joined: segments of several paragraphs.
        translation: the second file, where there are two.
        formats: of the page and of its translation, such as "HTML".
        encodings: likewise; None where the format says it by itself.
        notes: what a reader should know of the page.
        is_summary: whether the English as a whole is a summary of the Chinese, no translation.
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
        """Return the report as plain values for JSON; what is of the first file does not say so."""
        values: dict[str, Any] = asdict(self)
        for name in ("kept", "dropped", "changes", "fixes", "damage"):
            values[name] = [plain_record(record) for record in getattr(self, name)]
        return values

    def summary(self) -> tuple[str, ...]:
        """Return the row of the page in the table of pages.

        Its columns are page, format, document, and the numbers of segments, headings, joined
        segments, dropped lines, fixes and damaged runs.
        """
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
        """Return format and encoding of each file, such as "HTML, GBK"."""
        return " + ".join(
            ", ".join(filter(None, both)) for both in zip(self.formats, self.encodings, strict=True)
        )

    def _locate(self, line: int, file: int = 0) -> str:
        path = self.page if file == 0 or self.translation is None else self.translation
        if self.formats[file] == "plain text":
            return location(path, line)
        return f"{path}, block {line}"

    def cleaned_rows(self) -> list[tuple[str, str, str]]:
        """Return location, step and count of every change to a line, but for folded spaces."""
        return [
            (self._locate(change.line, change.file), change.step, str(change.count))
            for change in self.changes
            if change.step != FOLDED
        ]

    def joined_rows(self) -> list[tuple[str, str, str]]:
        """Return name and numbers of paragraphs of every segment of several paragraphs."""
        return [
            (f"{self.document}:{x.segment}", str(x.chinese), str(x.english)) for x in self.joined
        ]

    def doubtful_rows(self) -> list[tuple[str, str, str, str]]:
        """Return name, confidence and beginnings of both texts of every doubtful pair."""
        return [
            (f"{self.document}:{x.segment}", f"{x.confidence:.2f}", x.source, x.target)
            for x in self.kept
            if x.confidence is not None and x.confidence < DOUBTFUL
        ]

    def summary_rows(self) -> list[tuple[str, str, str]]:
        """Return name and beginnings of both texts of segments whose English is a summary."""
        return [
            (f"{self.document}:{x.segment}", x.source, x.target) for x in self.kept if x.is_summary
        ]

    def dropped_rows(self) -> list[tuple[str, str, str]]:
        """Return location, reason and text of every line dropped."""
        return [(self._locate(x.line, x.file), x.reason, x.text) for x in self.dropped]

    def fixed_rows(self) -> list[tuple[str, str, str, str]]:
        """Return location, both texts and reason of every repair by hand."""
        return [(self._locate(x.line, x.file), x.find, x.replace, x.reason) for x in self.fixes]

    def damaged_rows(self) -> list[tuple[str, str, str]]:
        """Return location, column and text of every damaged run."""
        return [(self._locate(x.line, x.file), str(x.column), x.text) for x in self.damage]


def plain_record(record: Kept | Dropped | Change | Fix | Damage | Joined) -> dict[str, Any]:
    """Return a record as a table; that it is of the first file goes without saying."""
    implied = (("file", 0), ("translation_lines", ()))
    return {key: value for key, value in asdict(record).items() if (key, value) not in implied}


def kept_segment(number: int, pair: Paired, kind: Kind) -> Kept:
    """Return the record of a pair that became the segment of this number (from 1)."""
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


def joined_segments(pairs: Sequence[Paired]) -> list[Joined]:
    """Return those of a document's pairs that have several paragraphs in a language."""
    return [
        Joined(number, len(pair.zh), len(pair.en))
        for number, pair in enumerate(pairs, 1)
        if len(pair.zh) > 1 or len(pair.en) > 1
    ]


def dropped_line(line: Line, reason: str) -> Dropped:
    """Return the record of a line that is dropped for a reason."""
    return Dropped(line.number, reason, shorten(line.text), line.file)
