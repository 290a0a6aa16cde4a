"""The XML of WMT since 2021: documents with a source, references and hypotheses, by segment id.

https://github.com/wmt-conference/wmt-format-tools
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mteval.corpus.formats.base import Format
from mteval.corpus.formats.corpus import Corpus, default_names, listed, main_language, rows
from mteval.corpus.formats.draft import Draft, DraftDocument
from mteval.corpus.formats.losses import check_has_source, check_xml, lost_target_language
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.formats.xml_files import tree_reader
from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE
from mteval.errors import InputError, location
from mteval.io.xml import add, load_lxml, local_name, sourceline, xml_text
from mteval.wording import counted

__all__ = ["WMT_XML", "read_wmt_xml", "write_wmt_xml"]

# Segment id -> text.
_Texts = dict[str, str]


def read_wmt_xml(path: Path, root: Any, wanted: Wanted) -> Corpus:
    """Return the corpus of the tree of a file.

    Raises:
        InputError: languages cannot be determined, or ids are missing or repeated.
    """
    draft = Draft(path)
    documents = _documents(draft, root)
    languages = _languages(path, documents, wanted)
    named = {each.get("translator") for element in documents for each in element.iter("ref")} - {
        None,
        "",
    }
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
        _add_segments(
            draft,
            document,
            _sources(path, element, languages[0]),
            _references(path, element, languages[1], unnamed),
            _hypotheses(path, element, languages[1]),
        )
    if paragraphs:
        draft.note("which segments make a paragraph (p) is not kept")
    return draft.corpus(languages, as_system=wanted.as_system)


def _documents(draft: Draft, root: Any) -> list[Any]:
    """Return the elements of documents, without those of test suites."""
    documents = list(root.iter("doc"))
    suites = [each.get("id", "?") for each in documents if "testsuite" in each.attrib]
    if suites:
        draft.note(
            f"skipped {counted(len(suites), 'document')} of test suites, as sacrebleu does: "
            f"{listed(suites)}"
        )
    return [each for each in documents if "testsuite" not in each.attrib]


def _languages(path: Path, documents: list[Any], wanted: Wanted) -> tuple[str, str]:
    sources = [each.get("lang") for element in documents for each in element.iter("src")]
    # References first, of all documents.
    targets = [
        each.get("lang") or each.get("language")
        for name in ("ref", "hyp")
        for element in documents
        for each in element.iter(name)
    ]
    return wanted.languages(
        path,
        [code or SOURCE_LANGUAGE for code in sources],
        [code or TARGET_LANGUAGE for code in targets]
        # A file of sources alone says no target language.
        or [wanted.target_language or TARGET_LANGUAGE],
    )


def _sources(path: Path, document: Any, language: str) -> _Texts:
    found: _Texts = {}
    for each in document.iter("src"):
        if (each.get("lang") or SOURCE_LANGUAGE) == language:
            _texts(path, each, found)
    return found


def _references(path: Path, document: Any, language: str, unnamed: str) -> dict[str, _Texts]:
    """Return the references by translator; one who has no name is called ``unnamed``."""
    found: dict[str, _Texts] = {}
    for each in document.iter("ref"):
        if (each.get("lang") or TARGET_LANGUAGE) == language:
            _texts(path, each, found.setdefault(each.get("translator") or unnamed, {}))
    return found


def _hypotheses(path: Path, document: Any, language: str) -> dict[str, _Texts]:
    """Return the hypotheses by system."""
    found: dict[str, _Texts] = {}
    for each in document.iter("hyp"):
        own = each.get("language") or each.get("lang")
        if own is None or main_language(own) == main_language(language):
            name = each.get("system", "")
            if not name.strip():
                raise InputError(
                    f"{_where(path, each)}: the hypotheses do not say whose they are; give "
                    "them the attribute system"
                )
            _texts(path, each, found.setdefault(name, {}))
    return found


def _add_segments(
    draft: Draft,
    document: DraftDocument,
    sources: _Texts,
    references: dict[str, _Texts],
    hypotheses: dict[str, _Texts],
) -> None:
    """Add the segments of a document in the order of their ids, where all are numbers."""
    ids = list(sources)
    if all(id.isascii() and id.isdigit() and len(id) < 10 for id in ids):
        ids.sort(key=int)
    unknown = {id for texts in [*references.values(), *hypotheses.values()] for id in texts}
    unknown -= sources.keys()
    if unknown:
        draft.note(
            f"document {location(document.id)} has translations of segments that its source lacks, "
            f"which were skipped: {listed(sorted(unknown))}"
        )
    for id in ids:
        document.add(
            sources[id],
            {name: texts.get(id) for name, texts in references.items()},
            {name: texts.get(id) for name, texts in hypotheses.items()},
            where=f"{location(document.id)}:{location(id)}",
        )


def _texts(path: Path, element: Any, texts: _Texts) -> None:
    """Add the segments of an element to texts by id."""
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
    """Return a corpus as the text of a file, and a sentence where it loses languages.

    Raises:
        InputError: there is no source, or a character that XML cannot hold.
        MismatchError: a system does not have a hypothesis for each segment.
    """
    etree = load_lxml("files in WMT XML")
    check_has_source(corpus, "WMT XML")
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
    translated = bool(corpus.reference_names or corpus.systems)
    return xml_text(root), [] if translated else lost_target_language(corpus, WMT_XML.label)


WMT_XML = Format(
    name="wmt-xml",
    label="WMT XML",
    suffixes=(".xml",),
    root="dataset",
    read=tree_reader("dataset", "WMT XML", read_wmt_xml),
    write=write_wmt_xml,
    holds=frozenset({"domain", "documents", "systems", "missing", "references", "languages"}),
)
