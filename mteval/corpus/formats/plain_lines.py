"""Plain lines: a file of sources, a file for each reference, and one for each system.

::

    OUT/source.txt  OUT/reference.txt  OUT/reference_2.txt ...  OUT/systems/<system>.txt
"""

from __future__ import annotations

from pathlib import Path

from mteval.corpus.formats.base import Files, Format
from mteval.corpus.formats.corpus import Corpus, references_as_system, rows
from mteval.corpus.formats.file_names import Names, file_of_lines, is_file_name
from mteval.corpus.formats.losses import one_line
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE, load_plain_test_set
from mteval.errors import InputError, location
from mteval.io.files import kind_of

__all__ = ["LINES", "hypotheses_by_system", "lines_files", "read_lines_files"]


def read_lines_files(paths: list[Path], wanted: Wanted) -> Corpus:
    """Return the corpus of plain files: a source, then its references.

    Raises:
        InputError: a file cannot be read, or a line is empty.
        MismatchError: line counts differ.
    """
    for path in paths:
        if kind_of(path) != "file":
            raise InputError(
                f"{location(path)}: there is no such file; plain lines are a file of sources, then "
                "its references"
            )
    test_set = load_plain_test_set(paths[0], paths[1:])
    languages = (
        wanted.source_language or SOURCE_LANGUAGE,
        wanted.target_language or TARGET_LANGUAGE,
    )
    corpus = Corpus(test_set, languages=languages)
    return corpus if wanted.as_system is None else references_as_system(corpus, wanted.as_system)


def lines_files(corpus: Corpus) -> tuple[Files, list[str]]:
    """Return a corpus as plain files of lines, and a sentence where texts or names change."""
    corpus, notes = one_line(corpus, "a line")
    test_set = corpus.test_set
    files: Files = {}
    if test_set.sources is not None:
        files["source.txt"] = file_of_lines(test_set.sources)
    for number, column in enumerate(test_set.references, 1):
        files[f"reference{'' if number == 1 else f'_{number}'}.txt"] = file_of_lines(column)
    systems = Names("system's name", is_file_name)
    for name, column in hypotheses_by_system(corpus).items():
        files[f"systems/{systems.name(name)}.txt"] = file_of_lines(column)
    return files, [*notes, *systems.notes()]


def hypotheses_by_system(corpus: Corpus) -> dict[str, list[str]]:
    """Return a hypothesis for each segment by system; where a system lacks one it is empty."""
    columns: dict[str, list[str]] = {system.name: [] for system in corpus.systems}
    for row in rows(corpus):
        for name, column in columns.items():
            column.append(row.hypotheses.get(name, ""))
    return columns


LINES = Format(
    name="lines",
    label="a folder of plain lines",
    read=lambda path, wanted: read_lines_files([path], wanted),
    write=lines_files,
    holds=frozenset({"systems"}),
)
