"""Systems in a chain: neighbours do not differ significantly, those further apart do.

Each system has five more segments wrong than the one before. Of five segments that differ no test
can say more than 2 ^ -4, which is not significant; of ten it can say 2 ^ -9.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mteval.corpus.model import Document, SystemOutput, TestSet

STEP = 5
N_SEGMENTS = 40
SOURCES = [f"第{n}艘军舰驶入港口" for n in range(N_SEGMENTS)]
REFERENCES = [f"The {n} ships of the navy sailed to port {n} today" for n in range(N_SEGMENTS)]


def chain(names: Sequence[str]) -> tuple[TestSet, list[SystemOutput]]:
    """Return a test set of two documents, and systems of these names, the best first."""
    half = N_SEGMENTS // 2
    documents = tuple(
        Document.from_columns(name, SOURCES[at : at + half], [REFERENCES[at : at + half]])
        for name, at in (("d", 0), ("e", half))
    )
    systems = []
    for n, name in enumerate(names):
        lines = _lines(n * STEP)
        systems.append(SystemOutput(name, {"d": tuple(lines[:half]), "e": tuple(lines[half:])}))
    return TestSet(documents), systems


def write_chain(folder: Path, names: Sequence[str]) -> None:
    """Write references and systems of a chain into a folder, as ``mteval score`` reads them."""
    test_set, systems = chain(names)
    for document in test_set.documents:
        sources = [segment.source or "" for segment in document.segments]
        references = [segment.references[0] for segment in document.segments]
        _write(folder / "references" / f"{document.id}.zh.txt", sources)
        _write(folder / "references" / f"{document.id}.en.txt", references)
    for system in systems:
        for document_id, lines in system.documents.items():
            _write(folder / "systems" / system.name / f"{document_id}.txt", lines)


def _lines(n_wrong: int) -> list[str]:
    """Return hypotheses of which so many are wrong, spread over both documents."""
    wrong = {(n * 7) % N_SEGMENTS for n in range(n_wrong)}
    return [
        text.replace("sailed to", "were lost near") if n in wrong else text
        for n, text in enumerate(REFERENCES)
    ]


def _write(path: Path, lines: list[str] | tuple[str, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
