"""The commands on texts and their formats: align, convert."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mteval.cli.console import say, say_notes, show, show_json, show_tables
from mteval.cli.options import (
    ForceOption,
    JsonOption,
    LanguagePairOption,
    TestSetOption,
    given_set,
)
from mteval.corpus.formats.registry import BUILT_IN
from mteval.errors import UsageError
from mteval.wording import counted

if TYPE_CHECKING:
    from mteval.corpus.formats.corpus import Corpus
    from mteval.corpus.formats.wanted import Wanted
    from mteval.ingest.parallel_files import AlignedFiles

__all__ = ["align", "convert"]


def align(
    chinese: Annotated[
        Path,
        typer.Argument(
            metavar="ZH",
            help="Chinese text: a paragraph a line, or HTML, Markdown, .docx, .odt.",
            show_default=False,
        ),
    ],
    english: Annotated[
        Path, typer.Argument(metavar="EN", help="Its English text.", show_default=False)
    ],
    level: Annotated[
        Literal["paragraph", "sentence"], typer.Option(help="What is aligned.")
    ] = "paragraph",
    min_confidence: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, help="Drop pairs that are less likely than this to be right."
        ),
    ] = 0.0,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            readable=False,
            help="Write the pairs, in a format of mteval convert, detected from the suffix.",
            show_default=False,
        ),
    ] = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Align a Chinese text with its English translation, and show what has no counterpart.

    Nothing is cleaned, and nothing dropped but what HTML hides: see mteval ingest for web pages.
    """
    from mteval.corpus.formats.write import write_corpus
    from mteval.ingest.parallel_files import align_files
    from mteval.io.store import cache_folder
    from mteval.languages.encoder import cached_encoder

    notes: list[str] = []
    with cached_encoder(cache_folder(), notes) as embed:
        found = align_files(chinese, english, embed, level=level, min_confidence=min_confidence)
    written = [] if output is None else write_corpus(found.corpus(), output, force=force)
    say_notes(found.notes, notes, written)
    _show_aligned(found, as_json=as_json)
    if output is not None:
        say(f"mteval: wrote {output}: {counted(len(found.pairs), 'pair')}")


def _show_aligned(found: AlignedFiles, *, as_json: bool) -> None:
    """Print what pairs with what, and warn of a summary."""
    from mteval.views.tables import Column, key_columns, plain_table

    if found.alignment.is_summary:
        say(
            f"mteval: warning: {found.files[1]} is a summary of {found.files[0]} and no "
            "translation of it"
        )
    if as_json:
        show_json(found.as_dict())
        return
    texts = ("confidence", "similarity", "status", "text", "with")
    columns = (*key_columns("Chinese", "English"), *map(Column, texts))
    show_tables((plain_table("Alignment", columns, found.rows()),))
    show(", ".join(f"{count} {what}" for what, count in found.counts().items()))


def convert(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="IN... OUT",
            readable=False,
            help="What to read, and last what to write: a device, a pipe, or what is not there "
            "yet.",
            show_default=False,
        ),
    ],
    from_format: Annotated[
        str | None,
        typer.Option(
            "--from",
            help=f"Format of IN: {', '.join(BUILT_IN)}, or that of another package.  "
            "[default: detected from content and suffix]",
            show_default=False,
        ),
    ] = None,
    to_format: Annotated[
        str | None,
        typer.Option(
            "--to",
            help="Format of OUT, as --from, but for those that are only read.  [default: that "
            "of the suffix; without one, folder]",
            show_default=False,
        ),
    ] = None,
    source_language: Annotated[
        str | None,
        typer.Option(
            help="Source language, as zh, where IN has several or does not say.",
            show_default=False,
        ),
    ] = None,
    target_language: Annotated[
        str | None,
        typer.Option(
            help="Target language, as en, where IN has several or does not say.",
            show_default=False,
        ),
    ] = None,
    translations_as: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="reference|system:NAME",
            help="What the translations in IN are: references, or the output of a system.",
        ),
    ] = "reference",
    test_set: TestSetOption = None,
    language_pair: LanguagePairOption = None,
    force: ForceOption = False,
) -> None:
    """Convert test sets and translations from one format to another, and say what is lost.

    From a CAT program: mteval convert memory.tmx my-references

    To a CAT program: mteval convert references out.xlf

    Its translations as a system: mteval convert mt.xlf systems/mt --as system:mt

    With systems: mteval convert references systems/* out.xml
    """
    from mteval.corpus.formats.wanted import Wanted
    from mteval.corpus.formats.write import output_format, write_corpus

    system = _system_name(translations_as)
    *inputs, output = paths
    wanted = Wanted(source_language, target_language, system)
    corpus = _read_inputs(inputs, given_set(test_set, language_pair), from_format, wanted)
    format = to_format or output_format(output)
    if system and to_format is None and format == "folder":
        format = "system"
    notes = write_corpus(corpus, output, format, force=force)
    say_notes(corpus.notes, notes)
    if format == "system" and output.name != system and system:
        say(f"mteval: to mteval score this system is {output.name}, as its folder is")
    say(f"mteval: wrote {output} ({format}): {_contents(corpus)}")


def _system_name(translations_as: str) -> str | None:
    """Return the system whose output --as says the translations are; None for references.

    Raises:
        UsageError: it says neither.
    """
    kind, _, system = translations_as.partition(":")
    if kind not in ("reference", "system") or (kind == "system") != bool(system.strip()):
        raise UsageError(
            f"--as is 'reference' or 'system:NAME' and not {translations_as!a}; say whose the "
            "translations are"
        )
    return system or None


def _read_inputs(
    inputs: Sequence[Path],
    named_set: tuple[str, str] | None,
    from_format: str | None,
    wanted: Wanted,
) -> Corpus:
    """Return what IN or -t names, read.

    Raises:
        UsageError: both are given, or neither.
        InputError: something cannot be read.
    """
    from mteval.corpus.formats.read import read_many
    from mteval.corpus.formats.sacrebleu_sets import read_set

    if named_set is None and not inputs:
        raise UsageError("convert needs IN and OUT; name what to read, then what to write")
    if named_set is None:
        return read_many(inputs, from_format, wanted)
    if inputs:
        raise UsageError("-t replaces IN; give one of them")
    return read_set(*named_set, wanted)


def _contents(corpus: Corpus) -> str:
    """Return how many documents, segments, references and systems were written."""
    test_set = corpus.test_set
    return ", ".join(
        (
            counted(len(test_set.documents), "document"),
            counted(len(test_set.segments), "segment"),
            counted(test_set.n_references, "reference"),
            counted(len(corpus.systems), "system"),
        )
    )
