"""Writing a corpus in any format, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from mteval.corpus.formats.corpus import Corpus
from mteval.corpus.formats.detect import known_suffixes
from mteval.corpus.formats.losses import check_unicode, losses
from mteval.corpus.formats.references import FOLDER
from mteval.corpus.formats.registry import FORMATS, find_format
from mteval.corpus.layout import TEXT_SUFFIXES
from mteval.errors import InputError, UsageError, location
from mteval.io.files import kind_of, list_folder
from mteval.io.writing import write_file, write_folder

__all__ = ["output_format", "write_corpus"]


def output_format(path: Path) -> str:
    """Return the name of the format that a file is written in by its suffix; without one, folder.

    Raises:
        UsageError: no format that is written has the suffix.
    """
    suffix = path.suffix.lower()
    written = [format for format in FORMATS.usable()[0] if format.write is not None]
    for format in written:
        if suffix in format.suffixes:
            return format.name
    if not suffix or suffix in TEXT_SUFFIXES or kind_of(path) == "folder":
        return FOLDER.name
    raise UsageError(
        f"{location(path)}: no format is written with the suffix {suffix!a}; known are "
        f"{known_suffixes(written)}, and folders: name the format with --to"
    )


def write_corpus(
    corpus: Corpus, path: Path, format: str | None = None, *, force: bool = False
) -> list[str]:
    """Write a corpus, whole or not at all.

    Args:
        corpus: what to write.
        path: a file or folder that is not there yet; an empty folder may be, and a device or pipe.
        format: the name of a format; by default the suffix says it.
        force: replace a file that is there; a folder never is.

    Returns:
        A sentence for each thing that the format cannot hold.

    Raises:
        InputError: something is there already, the format cannot hold a text, or the disk is full.
        MismatchError: a system does not have a hypothesis for each segment.
        UsageError: there is no such format, or it is only read.
        UnavailableError: the format cannot be loaded.
    """
    chosen = find_format(format or output_format(path))
    if chosen.write is None:
        names = [each.name for each in FORMATS.usable()[0] if each.write is not None]
        raise UsageError(
            f"the format {chosen.name} is only read; write another: {', '.join(names)}"
        )
    there = kind_of(path)
    if there == "folder" and list_folder(path, hidden=True):
        raise InputError(
            f"{location(path)}: there is something already, and nothing is overwritten; name "
            "another folder, or move it away"
        )
    check_unicode(corpus)
    content, notes = chosen.write(corpus)
    notes = [*losses(corpus, chosen.label, chosen.holds), *notes]
    if isinstance(content, str):
        if there == "folder":
            raise InputError(
                f"{location(path)}: this is a folder, and {chosen.label} is a file; name one in it"
            )
        write_file(path, content, force=force)
    elif there == "file":
        raise InputError(
            f"{location(path)}: this is a file, and {chosen.label} is a folder; name another"
        )
    else:
        write_folder(path, content)
    return notes
