"""Terms of a whole test set checked: its references and systems, by the terms of each day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from mteval.corpus.model import TestSet
from mteval.languages.encoder import Embed
from mteval.runs.schema.rows import reference_name
from mteval.terminology.building import read_day
from mteval.terminology.concepts import Concept
from mteval.terminology.inventory import Inventory
from mteval.terminology.matching import Matcher
from mteval.terminology.requirements import check_packages, check_sources
from mteval.terminology.scores import tsr_statistics
from mteval.terminology.termbase import Termbase
from mteval.terminology.verdicts import check

__all__ = ["take_inventory"]

Array = npt.NDArray[np.float64]


def take_inventory(
    test_set: TestSet,
    outputs: Mapping[str, Sequence[str | None]],
    termbase: Termbase,
    embed: Embed | None = None,
    *,
    most_searched: int | None = None,
) -> Inventory:
    """Return what the references and the systems have for every occurrence of a term.

    Args:
        test_set: documents with sources; a document with a date is judged by the renderings in
            force on that day.
        outputs: by system its n_segments hypotheses, as ``SystemOutput.hypotheses`` pairs them.
        termbase: the terms.
        embed: sentence encoder, to find what was written where nothing listed was.
        most_searched: do not search if more occurrences than this are unexplained.

    Raises:
        MissingPackageError: a package is not installed.
        UnavailableError: the test set has no sources.
    """
    check_packages()
    sources = check_sources(test_set)
    sizes = [len(document.segments) for document in test_set.documents]
    in_force = _concepts_by_day(termbase, [read_day(d.date) for d in test_set.documents])
    texts: list[Sequence[str | None]] = [*test_set.references, *outputs.values()]
    checked = check(
        _matchers(in_force, sizes),
        sources,
        texts,
        embed,
        references=test_set.n_references,
        most_searched=most_searched,
    )
    names = (*_reference_names(test_set.n_references, outputs), *outputs)
    return Inventory(
        termbase=termbase,
        names=names,
        n_references=test_set.n_references,
        documents=tuple(document.id for document in test_set.documents),
        segment_documents=np.repeat(np.arange(len(sizes)), sizes),
        segment_numbers=np.concatenate([np.arange(1, size + 1) for size in sizes]),
        sources=sources,
        texts=texts,
        findings=checked.findings,
        tsr=_success_rates(
            in_force,
            sizes,
            sources,
            test_set.references[0] if test_set.n_references else None,
            dict(zip(names, texts, strict=True)),
        ),
        unexplained=checked.unexplained,
        searched=checked.searched,
    )


def _matchers(in_force: Sequence[tuple[Concept, ...]], sizes: Sequence[int]) -> list[Matcher]:
    """Return the matcher of every segment; documents judged by the same concepts share one."""
    made: dict[int, Matcher] = {}
    for concepts in in_force:
        if id(concepts) not in made:
            made[id(concepts)] = Matcher(concepts)
    return [
        made[id(concepts)]
        for concepts, size in zip(in_force, sizes, strict=True)
        for _ in range(size)
    ]


def _success_rates(
    in_force: Sequence[Sequence[Concept]],
    sizes: Sequence[int],
    sources: Sequence[str],
    reference: Sequence[str] | None,
    texts: Mapping[str, Sequence[str | None]],
) -> dict[str, Array]:
    """Return statistics of the WMT25 term success rate of documents; 0 without a reference."""
    statistics = {name: np.zeros((len(sizes), 2)) for name in texts}
    if reference is None:
        return statistics

    def documents(lines: Sequence[str | None]) -> list[str | None]:
        ends = np.cumsum(sizes)
        whole = (lines[end - size : end] for end, size in zip(ends, sizes, strict=True))
        return [None if None in part else "\n".join(map(str, part)) for part in whole]

    columns = {name: documents(lines) for name, lines in texts.items()}
    of_sources, of_reference = documents(sources), documents(reference)
    for concepts in {id(c): c for c in in_force}.values():
        entries = [
            (source, [r.text for r in concept.renderings if r.status != "deprecated"])
            for concept in concepts
            if concept.renderings
            for source in concept.sources
        ]
        chosen = [d for d, c in enumerate(in_force) if c is concepts]
        part = tsr_statistics(
            entries,
            [of_sources[d] or "" for d in chosen],
            [of_reference[d] or "" for d in chosen],
            {name: [column[d] for d in chosen] for name, column in columns.items()},
        )
        for name, values in part.items():
            statistics[name][chosen] = values
    return statistics


def _concepts_by_day(termbase: Termbase, days: Sequence[date | None]) -> list[tuple[Concept, ...]]:
    """Return for each day the concepts with the renderings in force, one tuple for days alike."""
    known: dict[tuple[Concept, ...], tuple[Concept, ...]] = {}
    by_day: dict[date | None, tuple[Concept, ...]] = {}
    for day in days:
        if day not in by_day:
            concepts = termbase.in_force(day)
            by_day[day] = known.setdefault(concepts, concepts)
    return [by_day[day] for day in days]


def _reference_names(n_references: int, systems: Iterable[str]) -> list[str]:
    taken = set(systems)
    names = []
    for r in range(n_references):
        name = reference_name(r)
        # In brackets if a system has that name.
        while name in taken:
            name = f"({name})"
        names.append(name)
    return names
