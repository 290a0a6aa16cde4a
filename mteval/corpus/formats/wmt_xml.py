"""The XML of WMT since 2021: documents with a source, references and hypotheses, by segment id.

https://github.com/wmt-conference/wmt-format-tools
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mteval.corpus.formats.base import (
    Corpus,
    Draft,
    Wanted,
    check_xml,
    default_names,
    listed,
    losses,
    main_language,
    rows,
)
from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE
from mteval.errors import InputError, location
from mteval.io.xml import add, load_lxml, local_name, sourceline, xml_text

__all__ = ["read_wmt_xml", "write_wmt_xml"]

_HELD = frozenset({"domain", "documents", "systems", "missing", "references", "languages"})


def read_wmt_xml(path: Path, root: Any, wanted: Wanted) -> Corpus:
    """Read the tree of a file.

    Raises:
        InputError: languages cannot be told, or ids are missing or repeated.
    """
    draft = Draft(path)
    elements = {"src": list[Any](), "ref": list[Any](), "hyp": list[Any]()}
    documents = []
    suites: list[str] = []
    for element in root.iter("doc"):
        if "testsuite" in element.attrib:
            suites.append(element.get("id", "?"))
            continue
        documents.append(element)
        for name, found in elements.items():
            found.extend(element.iter(name))
    if suites:
        draft.note(
            f"{len(suites)} documents of test suites were left out, as sacrebleu leaves them out: "
            f"{listed(suites)}"
        )
    languages = wanted.languages(
        path,
        [each.get("lang") or SOURCE_LANGUAGE for each in elements["src"]],
        [
            each.get("lang") or each.get("language") or TARGET_LANGUAGE
            for each in [*elements["ref"], *elements["hyp"]]
        ]
        # A file of sources alone says no target language.
        or [wanted.target_language or TARGET_LANGUAGE],
    )
    named = {each.get("translator") for each in elements["ref"]} - {None, ""}
    unnamed = next(name for name in default_names(len(named) + 1) if name not in named)
    paragraphs = False
    for number, element in enumerate(documents, 1):
        id = element.get("id", "")
        if not id.strip():
            raise InputError(
                f"{_where(path, element)}: document {number} has no id; give it the attribute id"
            )
        document = draft.document(id)
        if document.rows:
            raise InputError(
                f"{_where(path, element)}: two documents have the id {location(id)}; rename one"
            )
        document.describe(domain=element.get("domain"))
        paragraphs = paragraphs or any(len(s.findall("p")) > 1 for s in element.iter("src"))
        sources: dict[str, str] = {}
        references: dict[str, dict[str, str]] = {}
        hypotheses: dict[str, dict[str, str]] = {}
        for each in element.iter("src"):
            if (each.get("lang") or SOURCE_LANGUAGE) == languages[0]:
                _texts(path, each, sources)
        for each in element.iter("ref"):
            if (each.get("lang") or TARGET_LANGUAGE) == languages[1]:
                _texts(path, each, references.setdefault(each.get("translator") or unnamed, {}))
        for each in element.iter("hyp"):
            language = each.get("language") or each.get("lang")
            if language is None or main_language(language) == main_language(languages[1]):
                name = each.get("system", "")
                if not name.strip():
                    raise InputError(
                        f"{_where(path, each)}: the hypotheses do not say whose they are; give "
                        "them the attribute system"
                    )
                _texts(path, each, hypotheses.setdefault(name, {}))
        ids = list(sources)
        if all(id.isascii() and id.isdigit() and len(id) < 10 for id in ids):
            ids.sort(key=int)
        strangers = {id for texts in [*references.values(), *hypotheses.values()] for id in texts}
        strangers -= sources.keys()
        if strangers:
            draft.note(
                f"document {location(id)} has translations of segments that its source lacks; they "
                f"were left out: {listed(sorted(strangers))}"
            )
        for key in ids:
            document.add(
                sources[key],
                {name: texts.get(key) for name, texts in references.items()},
                {name: texts.get(key) for name, texts in hypotheses.items()},
                where=f"{location(id)}:{location(key)}",
            )
    if paragraphs:
        draft.note("which segments make a paragraph (p) is not kept")
    return draft.corpus(languages, as_system=wanted.as_system)


def _texts(path: Path, element: Any, texts: dict[str, str]) -> None:
    for number, segment in enumerate(element.iter("seg"), 1):
        id = segment.get("id", str(number)).strip()
        if id in texts:
            raise InputError(
                f"{_where(path, segment)}: segment {location(id)} stands twice in "
                f"<{local_name(element)}>; remove one"
            )
        texts[id] = "".join(segment.itertext())


def _where(path: Path, element: Any) -> str:
    return location(path, sourceline(element))


def write_wmt_xml(corpus: Corpus) -> tuple[str, list[str]]:
    """Write a corpus as the text of a file, and say what it cannot hold.

    Raises:
        InputError: there is no source, or a character that XML cannot hold.
        MismatchError: a system does not have a hypothesis for each segment.
    """
    etree = load_lxml("files in WMT XML")
    if corpus.test_set.sources is None:
        raise InputError("WMT XML needs the source of every segment; add it, or write .jsonl")
    check_xml(corpus, "WMT XML")
    source_language, target_language = corpus.languages
    root = etree.Element("dataset", {"id": "mteval"})
    collection = add(root, "collection", id="mteval")
    found: dict[str, Any] = {}
    for row in rows(corpus):
        if row.number == 1:
            found = {}
            document = add(
                collection,
                "doc",
                id=row.document.id,
                origlang=source_language,
                domain=row.document.domain or None,
            )
            found["src"] = add(add(document, "src", lang=source_language), "p")
            for name in corpus.reference_names:
                found[f"ref {name}"] = add(
                    add(document, "ref", lang=target_language, translator=name), "p"
                )
            for name in row.hypotheses:
                found[f"hyp {name}"] = add(
                    add(document, "hyp", system=name, language=target_language), "p"
                )
        id = str(row.number)
        add(found["src"], "seg", row.segment.source, id=id)
        for name, text in zip(corpus.reference_names, row.segment.references, strict=True):
            add(found[f"ref {name}"], "seg", text, id=id)
        for name, text in row.hypotheses.items():
            add(found[f"hyp {name}"], "seg", text, id=id)
    told = bool(corpus.reference_names or corpus.systems)
    return xml_text(root), losses(corpus, "WMT XML", _HELD if told else _HELD - {"languages"})
