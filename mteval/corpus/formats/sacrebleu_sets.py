"""The test sets of sacrebleu (-t wmt22 -l zh-en), where they lie on this disk already."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any

from mteval.corpus.formats.corpus import Corpus
from mteval.corpus.formats.draft import Draft
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.model import count_mismatch
from mteval.errors import UnavailableError, UsageError, location
from mteval.io.files import kind_of, list_folder, read_lines

__all__ = ["read_set"]

# Fields of sacrebleu's files that are neither texts nor systems.
_FIELDS = frozenset({"src", "docid", "origlang", "domain", "genre", "origLang"})


def read_set(name: str, pair: str, wanted: Wanted | None = None) -> Corpus:
    """Return a test set that sacrebleu has fetched and unpacked; nothing is fetched here.

    The references are those that sacrebleu scores against, and the systems those that it has.

    Args:
        name: as sacrebleu's -t has it: wmt22.
        pair: as sacrebleu's -l has it: zh-en.
        wanted: whose the translations are; of its languages none matters.

    Raises:
        UsageError: sacrebleu knows no such test set or language pair.
        UnavailableError: it is not on this disk; the message has the command that fetches it.
        InputError: a file cannot be read.
        MismatchError: line counts differ.
    """
    dataset = _dataset(name, pair)
    folder = Path(os.environ.get("SACREBLEU") or Path.home() / ".sacrebleu") / name
    found = _files(folder, f"{name.replace('/', '_')}.{pair}.")
    references = _references(dataset, pair, found)
    if "src" not in found or not references:
        raise UnavailableError(
            f"sacrebleu's test set {name} for {pair} is not in {location(folder)}; fetch it once "
            f"with: sacrebleu -t {name} -l {pair} --echo src > /dev/null"
        )
    columns = {field: read_lines(path) for field, path in found.items()}
    sources = columns["src"]
    for field, column in columns.items():
        if len(column) != len(sources):
            raise count_mismatch(location(found[field]), column, location(found["src"]), sources)
    draft = Draft(found["src"])
    systems = [field for field in columns if field not in _FIELDS and not _is_reference(field)]
    for i, source in enumerate(sources):
        document = draft.document(columns["docid"][i] if "docid" in columns else f"{name}.{pair}")
        domain = columns["domain"][i] if "domain" in columns else None
        document.describe(domain=None if domain == "None" else domain)
        document.add(
            source,
            {label: columns[field][i] for field, label in references.items()},
            {system: columns[system][i] for system in systems},
            where=location(found["src"], i + 1),
        )
    source_language, _, target_language = pair.partition("-")
    return draft.corpus(
        (source_language, target_language), as_system=wanted.as_system if wanted else None
    )


def _dataset(name: str, pair: str) -> Any:
    """Return what sacrebleu knows of a test set that has a language pair.

    Raises:
        UsageError: it knows no such test set, or not this pair of it.
    """
    from sacrebleu.dataset import DATASETS

    if name not in DATASETS:
        near = difflib.get_close_matches(name, DATASETS, n=1)
        raise UsageError(
            f"sacrebleu has no test set {name!a}"
            + (f" (did you mean {near[0]}?)" if near else "")
            + "; list them with: sacrebleu --list"
        )
    dataset: Any = DATASETS[name]
    if pair not in dataset.langpairs:
        raise UsageError(
            f"sacrebleu has {name} for {', '.join(sorted(dataset.langpairs))} and not for "
            f"{pair!a}; choose one with -l"
        )
    return dataset


def _files(folder: Path, begins: str) -> dict[str, Path]:
    """Return the files of a test set by field: src, docid, the references, the systems."""
    if kind_of(folder) != "folder":
        return {}
    return {
        path.name.removeprefix(begins): path
        for path in list_folder(folder)
        if path.name.startswith(begins) and kind_of(path) == "file"
    }


def _is_reference(field: str) -> bool:
    return field == "ref" or field.startswith("ref-") or field.removeprefix("ref.").isdigit()


def _references(dataset: Any, pair: str, found: dict[str, Path]) -> dict[str, str]:
    """Return the references that sacrebleu scores against: field -> name."""
    there = [field for field in found if _is_reference(field)]
    metadata = dataset.langpairs[pair]
    usual = dataset.kwargs.get("refs", [])
    allowed = metadata.get("refs", usual) if isinstance(metadata, dict) else usual
    # Where sacrebleu says nothing, it takes them all.
    wanted = [f"ref-{label}" if label else "ref" for label in allowed]
    chosen = [field for field in there if field in wanted] if wanted else there
    if not chosen and there == ["ref"]:
        chosen = there
    return {field: field.removeprefix("ref").lstrip("-.") or "A" for field in chosen}
