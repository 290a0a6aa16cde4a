"""mteval convert, as users run it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mteval import cli_corpus
from mteval.errors import MtevalError
from mteval.formats import FORMATS
from tests.conftest import Run


def test_help_names_every_format(mteval: Run) -> None:
    assert ", ".join(FORMATS) == cli_corpus._FORMATS
    shown = mteval("convert", "--help")
    assert shown.returncode == 0
    assert "IN... OUT" in shown.stdout


def test_to_a_cat_program_and_back(mteval: Run, root: Path, tmp_path: Path) -> None:
    there = mteval("convert", root / "references", *sorted((root / "systems").iterdir()), "out.xlf")
    assert there.returncode == 0
    assert there.stdout == ""
    assert "systems/README.md: skipped, it is a file beside folders of systems\n" in there.stderr
    assert (
        "mteval: wrote out.xlf (xliff-1.2): 4 documents, 26 segments, 1 reference, 3 systems\n"
        in (there.stderr)
    )
    back = mteval("convert", "out.xlf", "back")
    assert back.returncode == 0, back.stderr
    for path in (tmp_path / "back" / "references").glob("*.txt"):
        assert path.read_bytes() == (root / "references" / path.name).read_bytes()
    again = mteval("convert", "out.xlf", "back")
    assert again.returncode == 2
    assert again.stderr.startswith("mteval: back: there is something already")


def test_translations_as_a_system(mteval: Run, root: Path, tmp_path: Path) -> None:
    mteval("convert", root / "references", "out.tmx")
    done = mteval("convert", "out.tmx", "systems/mt", "--as", "system:mt")
    assert done.returncode == 0, done.stderr
    for path in (tmp_path / "systems" / "mt").iterdir():
        reference = root / "references" / f"{path.stem}.en.txt"
        assert path.read_bytes() == reference.read_bytes()
    other = mteval("convert", "out.tmx", "systems/x", "--as", "system:mt")
    assert "to mteval score this system is x" in other.stderr


def test_wrong_usage_is_one_sentence(mteval: Run, root: Path, tmp_path: Path) -> None:
    done = mteval("convert", "a.tmx", "out.tmx")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "mteval: a.tmx: there is no such file or folder; check the path and its spelling\n"
    )
    references, output = root / "references", tmp_path / "o"
    options: dict[str, str]
    for paths, options, said in (
        ([output], {}, "convert needs IN and OUT"),
        ([references, tmp_path / "out.docx"], {}, "no format is written with the suffix"),
        ([references, output], {"to_format": "docx"}, "there is no format 'docx'"),
        ([references, output], {"translations_as": "system"}, "--as is 'reference' or 'system:"),
        ([references, output], {"translations_as": "x"}, "--as is 'reference' or 'system:NAME'"),
        ([root / "systems/llm-fluent", output], {}, "the output of a system, without a source"),
        ([root / "README.md", output], {}, "no format of test sets is known"),
        ([output], {"test_set": "wmt22"}, "-t and -l go together"),
        (
            [references, output],
            {"test_set": "wmt22", "language_pair": "zh-en"},
            "-t stands in place of IN",
        ),
    ):
        with pytest.raises(MtevalError, match=said) as caught:
            cli_corpus.convert(paths, **options)
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
