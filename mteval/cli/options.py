"""The options that several commands share, and what they read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mteval.errors import UsageError

if TYPE_CHECKING:
    from mteval.corpus.formats.inputs import Inputs

__all__ = [
    "ForceOption",
    "JsonOption",
    "LanguagePairOption",
    "MetricOption",
    "NoCacheOption",
    "NoChecksOption",
    "OutputFolderOption",
    "ReferencesOption",
    "ResampleOption",
    "ResegmentOption",
    "RunArgument",
    "SamplesOption",
    "SeedOption",
    "SourceOption",
    "SystemsArgument",
    "TermsOption",
    "TestSetOption",
    "given_inputs",
    "given_set",
]

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document to stdout and nothing else.")
]
ForceOption = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Replace a file that is there, though it does not say that mteval wrote it; links "
        "to such a file are refused all the same.",
    ),
]
SystemsArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        help="System folders (systems/*), files of hypotheses, or translations in a format of "
        "mteval convert; none for the systems that the test set brings along.",
        show_default=False,
    ),
]
ReferencesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "-r",
        "--references",
        help="Folder of references, test set in a format of mteval convert, or plain file; give "
        "-r again for a second reference.  [default: references]",
        show_default=False,
    ),
]
SourceOption = Annotated[
    Path | None, typer.Option("-s", "--source", help="Plain file of sources, one segment a line.")
]
TestSetOption = Annotated[
    str | None,
    typer.Option(
        "-t",
        "--test-set",
        help="Test set of sacrebleu, as wmt22, in place of references; it must be on this disk.",
        show_default=False,
    ),
]
LanguagePairOption = Annotated[
    str | None,
    typer.Option("-l", "--language-pair", help="Its language pair, as zh-en.", show_default=False),
]
TermsOption = Annotated[
    Path | None,
    typer.Option(
        "--terms",
        help="Termbase: CSV, XLSX or TBX.  [default: terms.csv of the references]",
        show_default=False,
    ),
]
MetricOption = Annotated[
    list[str] | None,
    typer.Option(
        "-m",
        "--metric",
        help="Metric; give -m again for more (see: mteval metrics).  [default: bleu, chrf, and "
        "comet where its packages are installed]",
        show_default=False,
    ),
]
NoCacheOption = Annotated[
    bool,
    typer.Option("--no-cache", help="Neither read nor keep scores and embeddings on disk."),
]
NoChecksOption = Annotated[
    bool,
    typer.Option(
        "--no-checks",
        help="Leave out the checks of outputs for copies, lengths, numbers and the like.",
    ),
]
SamplesOption = Annotated[
    int | None,
    typer.Option(
        help="Bootstrap resamples, or trials of a randomization test; 0 for no intervals, "
        "100,000 at most; tests of many pairs take more if their correction needs it.  "
        "[default: 1000, trials 10000]",
        show_default=False,
    ),
]
SeedOption = Annotated[int, typer.Option(help="Seed of the resamples.")]
ResampleOption = Annotated[
    Literal["segments", "documents"],
    typer.Option(
        help="What is drawn at once: segments, or whole documents, whose segments are not "
        "independent."
    ),
]

ResegmentOption = Annotated[
    bool,
    typer.Option(
        "--resegment",
        "--realign",
        help="Cut outputs with other line breaks than the source into its segments, by meaning; "
        "what is omitted or added is counted and flagged.",
    ),
]
OutputFolderOption = Annotated[
    Path, typer.Option("-o", "--output", help="Folder that holds the run folders.")
]
RunArgument = Annotated[
    Path, typer.Argument(help="Run folder, or its name in the results.", show_default=False)
]


def given_set(test_set: str | None, language_pair: str | None) -> tuple[str, str] | None:
    """Return what -t and -l name together, or None.

    Raises:
        UsageError: one of them is missing.
    """
    if test_set is None and language_pair is None:
        return None
    if test_set is None or language_pair is None:
        raise UsageError("-t and -l go together, as in: -t wmt22 -l zh-en; give both")
    return test_set, language_pair


def given_inputs(
    references: Sequence[Path] | None,
    source: Path | None,
    systems: Sequence[Path] | None,
    test_set: str | None = None,
    language_pair: str | None = None,
) -> Inputs:
    """Return what a command is given to score, read.

    Raises:
        MtevalError: something cannot be read or does not pair.
    """
    from mteval.corpus.formats.inputs import read_inputs

    return read_inputs(
        references or (), source, systems or (), named_set=given_set(test_set, language_pair)
    )
