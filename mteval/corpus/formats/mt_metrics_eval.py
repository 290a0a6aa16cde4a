"""The folders of mt-metrics-eval, of one language pair.

::

    OUT/sources/zh-en.txt  OUT/references/zh-en.refA.txt  OUT/documents/zh-en.docs
    OUT/system-outputs/zh-en/<system>.txt

https://github.com/google-research/mt-metrics-eval
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from mteval.corpus.formats.base import Files, Format
from mteval.corpus.formats.corpus import Corpus, default_names, listed, main_language
from mteval.corpus.formats.draft import Draft, name_of
from mteval.corpus.formats.file_names import Names, file_of_lines, is_file_name
from mteval.corpus.formats.losses import check_has_source, one_line
from mteval.corpus.formats.plain_lines import hypotheses_by_system
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE
from mteval.corpus.model import count_mismatch
from mteval.errors import InputError, location
from mteval.io.files import check_inside, kind_of, list_folder, read_lines

__all__ = ["MT_METRICS_EVAL", "is_mt_metrics_eval", "mt_metrics_eval_files", "read_mt_metrics_eval"]

_NO_DOMAIN = "-"


def _is_token(text: str) -> bool:
    return bool(text) and text.isprintable() and not any(map(str.isspace, text))


def _is_reference(text: str) -> bool:
    return is_file_name(text) and not any(c in ".-%" for c in text)


def mt_metrics_eval_files(corpus: Corpus) -> tuple[Files, list[str]]:
    """Return a corpus as the files of mt-metrics-eval, and a sentence where texts or names change.

    Raises:
        InputError: there is no source.
    """
    check_has_source(corpus, "mt-metrics-eval")
    corpus, notes = one_line(corpus, "mt-metrics-eval")
    test_set = corpus.test_set
    documents = Names("document id", _is_token)
    domains = Names("domain", lambda text: _is_token(text) and text != _NO_DOMAIN)
    systems = Names("system's name", is_file_name)
    languages = [main_language(code) for code in corpus.languages]
    if tuple(languages) != corpus.languages:
        notes.append(
            f"mt-metrics-eval has main languages only: {location('-'.join(languages))} stands for "
            f"{' and '.join(map(location, corpus.languages))}"
        )
    if not all(map(is_file_name, languages)):
        raise InputError(
            f"{' and '.join(map(ascii, corpus.languages))} are no codes of languages; name them "
            "with --source-language and --target-language"
        )
    pair = "-".join(languages)
    labels: tuple[str, ...] = corpus.reference_names
    if list(labels) != sorted(labels) or not all(map(_is_reference, labels)):
        notes.append(f"names of references that mt-metrics-eval cannot hold: {listed(labels)}")
        labels = default_names(len(labels))
    files: Files = {f"sources/{pair}.txt": file_of_lines(test_set.sources or [])}
    for label, column in zip(labels, test_set.references, strict=True):
        files[f"references/{pair}.ref{label}.txt"] = file_of_lines(column)
    lines = []
    for document in test_set.documents:
        domain = domains.name(document.domain) if document.domain else _NO_DOMAIN
        lines += [f"{domain}\t{documents.name(document.id)}"] * len(document.segments)
    files[f"documents/{pair}.docs"] = file_of_lines(lines)
    for name, column in hypotheses_by_system(corpus).items():
        files[f"system-outputs/{pair}/{systems.name(name)}.txt"] = file_of_lines(column)
    changed_names = [each.notes() for each in (documents, domains, systems)]
    return files, notes + [note for each in changed_names for note in each]


def read_mt_metrics_eval(folder: Path, wanted: Wanted) -> Corpus:
    """Return the corpus of a folder of mt-metrics-eval, of one language pair.

    Raises:
        InputError: a file cannot be read or leads out of the folder, or the pair is not clear.
        MismatchError: line counts differ.
    """
    pair = _pair(folder, wanted)
    source_path = folder / "sources" / f"{pair}.txt"
    documents_path = folder / "documents" / f"{pair}.docs"
    references = {
        name[len(pair) + 1 :]: path
        for name, path in _texts(folder / "references").items()
        if path.name.startswith(f"{pair}.")
    }
    outputs = _texts(folder / "system-outputs" / pair)
    docs = [documents_path] if kind_of(documents_path) is not None else []
    check_inside(folder, [source_path, *references.values(), *outputs.values(), *docs])
    draft = Draft(folder)
    sources = read_lines(source_path)

    def column(path: Path) -> list[str]:
        lines = read_lines(path)
        if len(lines) != len(sources):
            raise count_mismatch(location(path), lines, location(source_path), sources)
        return lines

    texts = {label: column(path) for label, path in references.items()}
    systems = {name: column(path) for name, path in outputs.items()}
    for name in [name for name, lines in systems.items() if lines == texts.get(name)]:
        del systems[name]
        draft.note(
            f"the system {location(name)} is the reference {location(name)}, and was skipped"
        )
    places = (
        [_document(documents_path, n, line) for n, line in enumerate(column(documents_path), 1)]
        if docs
        else [(_NO_DOMAIN, folder.name or pair)] * len(sources)
    )
    translated = {
        (name, places[i][1]) for name, lines in systems.items() for i, t in enumerate(lines) if t
    }
    draft.system_names.update(dict.fromkeys(systems))
    names = {label: label.removeprefix("ref") or "A" for label in texts}
    if len(set(names.values())) < len(names):
        names = {label: label for label in texts}
    for i, (domain, id) in enumerate(places):
        document = draft.document(id)
        document.describe(domain=None if domain == _NO_DOMAIN else domain)
        document.add(
            sources[i],
            {names[label]: lines[i] for label, lines in texts.items()},
            # An empty line may be an empty translation; a whole document of them is none.
            {name: lines[i] for name, lines in systems.items() if (name, id) in translated},
            where=location(source_path, i + 1),
        )
    source_language, _, target_language = pair.partition("-")
    return draft.corpus((source_language, target_language), as_system=wanted.as_system)


def _texts(folder: Path) -> dict[str, Path]:
    """Return the files of text in a folder by name; none where there is no folder."""
    paths = list_folder(folder) if kind_of(folder) == "folder" else []
    return {name_of(path): path for path in paths if path.suffix == ".txt"}


def _document(path: Path, number: int, line: str) -> tuple[str, str]:
    words = line.split(None, 1)
    if len(words) != 2 or len(words[1].split()) != 1:
        raise InputError(
            f"{location(path, number)}: the line must be a domain, a tab and the id of a document"
        )
    return words[0], words[1].strip()


def _pair(folder: Path, wanted: Wanted) -> str:
    pairs = list(_texts(folder / "sources"))

    def fits(pair: str) -> bool:
        source, _, target = pair.partition("-")
        wishes = ((source, wanted.source_language), (target, wanted.target_language))
        return all(w is None or main_language(has) == main_language(w) for has, w in wishes)

    usual = f"{SOURCE_LANGUAGE}-{TARGET_LANGUAGE}"
    fitting = [pair for pair in pairs if fits(pair)]
    unnamed = wanted.source_language is None and wanted.target_language is None
    if unnamed and usual in fitting:
        fitting = [usual]
    if len(fitting) != 1:
        raise InputError(
            f"{location(folder / 'sources')}: the language pair cannot be determined (there are "
            f"{listed(pairs, 6) or 'none'}); name it with --source-language and --target-language"
        )
    return fitting[0]


def is_mt_metrics_eval(names: Collection[str]) -> bool:
    """Return whether a folder that holds what is called so is one of mt-metrics-eval."""
    others = ("references", "system-outputs", "documents")
    return "sources" in names and any(name in names for name in others)


MT_METRICS_EVAL = Format(
    name="mt-metrics-eval",
    label="mt-metrics-eval",
    sniff=lambda head: is_mt_metrics_eval(head.names),
    read=read_mt_metrics_eval,
    write=mt_metrics_eval_files,
    holds=frozenset({"domain", "documents", "systems", "references", "languages"}),
)
