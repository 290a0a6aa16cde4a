"""Scoring systems against a test set: the one module that brings the parts together."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from itertools import combinations, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mteval.corpus.formats import read_inputs
from mteval.corpus.layout import TERMS_FILE, load_systems, load_test_set
from mteval.corpus.model import SystemOutput, TestSet, check_names
from mteval.errors import InputError, UnavailableError, UsageError, location
from mteval.io.files import kind_of, sha256
from mteval.io.store import cache_folder
from mteval.languages.encoder import cached_encoder
from mteval.languages.text import count_han, count_latin_words
from mteval.metrics import DEFAULT_METRICS, METRICS, load_metric, parse_metrics
from mteval.metrics.base import Array, Flag, Metric, MetricSpec, Progress, Statistics
from mteval.runs.evaluation import (
    Evaluation,
    Level,
    MetricColumn,
    SegmentStatistics,
    Unit,
    unit_statistics,
)
from mteval.statistics.significance import (
    ALPHA,
    DEFAULT_SAMPLES,
    SEED,
    bootstrap_scores,
    check_samples,
    clusters,
    holm,
    interval,
    min_p_value,
    paired_bootstrap_p,
    samples_for,
)
from mteval.terminology.formats.registry import read_termbase
from mteval.terminology.inventory import (
    TERM_PACKAGES,
    Inventory,
    check_packages,
    check_sources,
    take_inventory,
)
from mteval.terminology.scores import ratio
from mteval.terminology.termbase import Termbase, TermbaseRow, read_day

if TYPE_CHECKING:
    from mteval.terminology.mining import Proposal

__all__ = ["check_terms", "evaluate", "mine_terms"]

# Unexplained occurrences of terms that are searched for without being asked: half a minute's work.
MOST_SEARCHED = 3000
# Fewer documents than this give intervals of little worth.
_FEW_DOCUMENTS = 10
# Places that a note names; files have them all.
_PLACES_SHOWN = 5


def evaluate(
    references: TestSet | Path | str,
    systems: Iterable[SystemOutput | Path | str],
    metrics: Sequence[str] | None = None,
    *,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    allow_missing: bool = False,
    progress: Callable[[MetricSpec], Progress] | None = None,
    terms: Termbase | Path | str | None = None,
    samples: int = DEFAULT_SAMPLES["bootstrap"],
    seed: int = SEED,
    resample: Unit = "segments",
    cache: bool = True,
    checks: bool = True,
    realign: bool = False,
    notes: Iterable[str] = (),
) -> Evaluation:
    """Score systems against references.

    Args:
        references: a test set, or the folder or file that holds one, in any format of
            ``mteval convert``.
        systems: outputs, or folders and files that hold them; none for those that the file of the
            test set holds.
        metrics: names, as ``mteval metrics`` lists them. Without any, the default metrics: BLEU,
            chrF and COMET, less those that lack something here, which the notes tell. A metric
            that is named, or for which a model is given, must not lack anything.
        options: by metric, the options it takes, such as ``{"comet": {"model": "folder"}}``.
        allow_missing: score what is there where a system and the references have different
            documents, and say so in the notes.
        progress: called once a metric, for the function to call as its work is done.
        terms: a termbase, or a file of one; by default the ``terms.csv`` of the folder of
            references, where there is one.
        samples: bootstrap resamples behind the intervals and ranks of systems; 0 for none.
        seed: of the resamples.
        resample: segments, or whole documents, as the segments of one are not independent.
        cache: keep on disk what was embedded to find renderings of terms.
        checks: flag outputs that look broken: copies, Chinese left in, lengths, repetitions, wrong
            numbers and dates.
        realign: cut outputs that have other lines than their source, be they as many, into its
            segments, by meaning; notes and flags tell what became of each.
        notes: what a reader must know of how the inputs were read.

    Raises:
        InputError: something cannot be read, or is empty.
        MismatchError: systems and references do not pair.
        UsageError: a metric or an option is unknown, or the number of resamples is too small.
        UnavailableError: a metric lacks a package, a model, sources or references.
    """
    check_samples(samples, "bootstrap")
    specs = parse_metrics(DEFAULT_METRICS if metrics is None else metrics)
    given = options or {}
    unknown = sorted(set(given) - set(METRICS))
    if unknown:
        raise UsageError(f"options are given for {unknown[0]!r}, and there is no such metric")
    all_notes = list(notes)
    test_set, outputs, folder = _load(references, systems, all_notes)
    termbase = _load_termbase(folder, terms)
    if terms is not None:
        # What must be had fails before the metrics take their time.
        check_packages()
        check_sources(test_set)
    if not outputs:
        raise UsageError("no system is named; name folders (systems/*) or files of hypotheses")
    given_lines = outputs
    realigned: dict[str, dict[tuple[int, int], str]] = {}
    if realign:
        outputs, realigned = _realign(test_set, outputs, all_notes, cache=cache)
    hypotheses = [output.hypotheses(test_set, allow_missing=allow_missing) for output in outputs]
    all_notes.extend(_notes(test_set, outputs, hypotheses))

    sizes = [len(document.segments) for document in test_set.documents]
    translated = np.array([[text is not None for text in system] for system in hypotheses])
    computed: dict[str, tuple[MetricSpec, Metric, Statistics]] = {}
    lacking: list[UnavailableError] = []
    # Those that share the work between processes first: torch does not like to be forked.
    for spec in sorted(specs, key=lambda spec: list(METRICS).index(spec.name)):
        try:
            metric = load_metric(spec, given.get(spec.name))
            found = metric.statistics(
                test_set.sources,
                test_set.references,
                hypotheses,
                None if progress is None else progress(spec),
            )
        except UnavailableError as error:
            if metrics is not None or "model" in given.get(spec.name, {}):
                raise
            lacking.append(error)
            all_notes.append(f"{spec.label} is left out: {error}")
        else:
            computed[spec.name] = (spec, metric, found)
            all_notes.extend(found.notes)
            all_notes.extend(_flag_notes(spec, found.flags, outputs, test_set))
    if not computed:
        raise lacking[0]
    done = [computed[spec.name] for spec in specs if spec.name in computed]
    n_references = test_set.n_references
    packages = {"numpy"}.union(*({spec.package, *spec.versions} for spec, _, _ in done))
    columns = [
        MetricColumn(
            spec.name,
            spec.label,
            spec.higher_is_better,
            spec.decimals,
            metric.signature(n_references),
            metric.segment_signature(n_references),
            metric.variant,
            metric.footnote,
            model=metric.model,
            scale=spec.scale,
        )
        for spec, metric, _ in done
    ]
    statistics = {
        spec.name: SegmentStatistics(found.values, metric.score, metric.segment_score)
        for spec, metric, found in done
    }
    inventory = None
    if termbase is not None:
        try:
            inventory = _take_inventory(
                test_set, outputs, hypotheses, termbase, all_notes, cache=cache
            )
        except UnavailableError as error:
            if terms is not None:
                raise
            all_notes.append(f"terms are left out: {error}")
    inputs = _inputs(test_set, outputs)
    if outputs != given_lines:
        inputs["before_realignment"] = _inputs(test_set, given_lines)["systems"]
    if inventory is not None:
        signature = inventory.signature()
        columns.append(
            MetricColumn(
                "term_accuracy", "Terms", True, 3, signature, signature, is_metric=False, scale=1.0
            )
        )
        accuracy = np.stack([c.accuracy for c in inventory.counts[inventory.n_references :]])
        statistics["term_accuracy"] = SegmentStatistics(accuracy, ratio, ratio)
        inputs["terms"] = inventory.termbase.fingerprint()
        # Which renderings were in force.
        inputs["dates"] = {document.id: document.date for document in test_set.documents}
        packages |= TERM_PACKAGES
    document_domains = tuple(document.domain for document in test_set.documents)
    domains = list(dict.fromkeys(document_domains))
    belongs = np.array(
        [[own == domain for own in document_domains] for domain in domains if any(domains)]
    ).reshape(-1, len(sizes))
    scores = {
        name: _scores(found, sizes, translated, belongs) for name, found in statistics.items()
    }
    units = unit_statistics(statistics, sizes, resample)
    if samples and resample == "documents" and len(sizes) < _FEW_DOCUMENTS:
        all_notes.append(
            f"there are {len(sizes)} documents, too few to resample for intervals and ranks that "
            "mean much; --resample segments takes the segments for independent"
        )
    intervals, ranks = _resampled(columns, units, scores, translated, samples, seed)
    resampling: dict[str, Any] = {"samples": samples, "seed": seed, "unit": resample}
    n_complete = int(translated.all(axis=1).sum())
    if samples and n_complete > 1:
        for_ranks = samples_for(n_complete * (n_complete - 1) // 2, samples)
        if for_ranks > samples:
            resampling["rank_samples"] = for_ranks
        if not ranks and intervals:
            all_notes.append(
                f"{n_complete} systems are too many to rank: no test of {for_ranks:,} resamples "
                "separates any; compare fewer of them, with: mteval compare"
            )
    return Evaluation(
        systems=tuple(output.name for output in outputs),
        documents=tuple(document.id for document in test_set.documents),
        document_domains=document_domains,
        segment_documents=np.repeat(np.arange(len(sizes)), sizes),
        segment_numbers=np.concatenate([np.arange(1, size + 1) for size in sizes]),
        sources=test_set.sources,
        references=test_set.references,
        hypotheses=hypotheses,
        metrics=tuple(columns),
        scores=scores,
        flags={flag.name: flag.places for _, _, found in done for flag in found.flags}
        | (_checked(test_set, hypotheses, all_notes) if checks else {})
        | realigned
        | _summarised(test_set, translated, all_notes),
        error_spans={
            spec.name: {
                where: [dataclasses.asdict(span) for span in spans]
                for where, spans in found.error_spans.items()
            }
            for spec, _, found in done
            if found.error_spans is not None
        },
        inputs=inputs,
        versions={
            "mteval-toolkit": version("mteval-toolkit"),
            "python": platform.python_version(),
            **{name: version(name) for name in sorted(packages)},
        },
        notes=tuple(all_notes),
        terms=() if inventory is None else tuple(inventory.term_rows()),
        occurrences=() if inventory is None else tuple(inventory.occurrence_rows()),
        statistics=statistics,
        intervals=intervals,
        ranks=ranks,
        resampling=resampling,
    )


def _checked(
    test_set: TestSet, hypotheses: Sequence[Sequence[str | None]], notes: list[str]
) -> dict[str, dict[tuple[int, int], str]]:
    """Check the outputs, as far as the packages for that are here."""
    from mteval.checks import check_outputs

    try:
        return check_outputs(test_set.sources, test_set.references, hypotheses)
    except UnavailableError as error:
        notes.append(f"outputs are not checked: {error}")
        return {}


def _summarised(
    test_set: TestSet, translated: Any, notes: list[str]
) -> dict[str, dict[tuple[int, int], str]]:
    """Flag segments whose reference is a summary, of which a translation can but differ."""
    starts = np.cumsum([0, *(len(document.segments) for document in test_set.documents)])
    found = [
        (f"{document.id}:{number}", int(start) + number - 1)
        for document, start in zip(test_set.documents, starts[:-1], strict=True)
        for number in document.summaries
    ]
    if not found:
        return {}
    shown = ", ".join(name for name, _ in found[:_PLACES_SHOWN])
    notes.append(
        f"the reference of {len(found)} segments is a summary and no translation, so that scores "
        f"there say little ({shown}{', ...' if len(found) > _PLACES_SHOWN else ''})"
    )
    return {
        "summary-reference": {
            (s, i): "the reference is a summary of the source"
            for s in range(len(translated))
            for _, i in found
            if translated[s, i]
        }
    }


def _resampled(
    columns: Sequence[MetricColumn],
    units: Mapping[str, SegmentStatistics],
    scores: Mapping[str, Mapping[Level, Array]],
    translated: Any,
    samples: int,
    seed: int,
) -> tuple[dict[str, Array], dict[str, list[int | None]]]:
    """Give the interval of every system score, and the rank of every complete system."""
    intervals: dict[str, Array] = {}
    ranks: dict[str, list[int | None]] = {}
    complete = np.flatnonzero(translated.all(axis=1))
    pairs = list(combinations(range(len(complete)), 2))
    for_ranks = samples_for(len(pairs), samples)
    for column in columns:
        found = units[column.name]
        # A single unit is the same in every resample.
        if not samples or found.values.shape[1] < 2:
            continue
        resampled = bootstrap_scores(found.values, found.score, for_ranks, seed)
        # The first of them are those of so few resamples.
        intervals[column.name] = interval(resampled[:, :samples])
        # So many pairs cannot be told apart, whatever their scores.
        if not pairs or len(pairs) >= ALPHA * (for_ranks + 1):
            continue
        known = scores[column.name]["system"][complete]
        differences = np.array([abs(known[a] - known[b]) for a, b in pairs])
        p_values = paired_bootstrap_p(resampled[complete], differences, pairs)
        p_values = holm(
            np.maximum(p_values, min_p_value(found.values[complete], differences, pairs))
        )
        ranks[column.name] = [None] * len(translated)
        for system, rank in zip(
            complete,
            clusters(known, p_values, higher_is_better=column.higher_is_better),
            strict=True,
        ):
            ranks[column.name][system] = rank
    return intervals, ranks


def check_terms(
    references: TestSet | Path | str,
    systems: Iterable[SystemOutput | Path | str],
    terms: Termbase | Path | str | None = None,
    *,
    allow_missing: bool = False,
    search: bool | None = None,
) -> tuple[Inventory, tuple[str, ...]]:
    """Find what the references and every system have for every occurrence of a term.

    Args:
        references: a test set, or the folder that holds one.
        systems: outputs, or folders that hold them; none for the references alone.
        terms: a termbase, or a file of one; by default ``terms.csv`` in the folder of references.
        allow_missing: check what is there where a system and the references have different
            documents.
        search: look for what was written where no listed rendering was; by default unless that
            is so of more occurrences than MOST_SEARCHED, which the notes tell.

    Returns:
        The inventory, and what a reader must know.

    Raises:
        InputError: something cannot be read, or is empty.
        MismatchError: systems and references do not pair.
        UnavailableError: a package or the sources lack.
    """
    notes: list[str] = []
    test_set, outputs, folder = _load(references, systems, notes)
    termbase = _load_termbase(folder, terms)
    if termbase is None:
        where = "the test set" if folder is None else location(folder)
        raise InputError(
            f"{where}: there is no {TERMS_FILE} here; name a termbase with --terms, or begin one "
            "with: mteval terms mine --append"
        )
    hypotheses = [output.hypotheses(test_set, allow_missing=allow_missing) for output in outputs]
    notes.extend(_notes(test_set, outputs, hypotheses))
    inventory = _take_inventory(test_set, outputs, hypotheses, termbase, notes, search=search)
    return inventory, tuple(notes)


def mine_terms(
    references: TestSet | Path | str, terms: Termbase | Path | str | None = None
) -> tuple[list[Proposal], list[TermbaseRow], tuple[str, ...]]:
    """Propose terms from the aligned references that the termbase does not have.

    Args:
        references: a test set, or the folder that holds one.
        terms: a termbase, or a file of one; by default ``terms.csv`` in the folder of references,
            if there is one.

    Returns:
        The proposals, the best first, the rows of a termbase that they make, and what a reader
        must know.

    Raises:
        InputError: something cannot be read.
        UnavailableError: a package or the sources lack.
    """
    from mteval.terminology.mining import mine, proposed_rows

    check_packages()
    notes: list[str] = []
    test_set, _, folder = _load(references, (), notes)
    termbase = _load_termbase(folder, terms)
    if test_set.sources is None or not test_set.n_references:
        raise UnavailableError(
            "terms are mined from sources and their references; give both, with -s and -r"
        )
    with cached_encoder(cache_folder(), notes) as embed:
        proposals = mine(
            test_set.sources, test_set.references[0], test_set.positions(), termbase, embed
        )
    return proposals, proposed_rows(proposals, termbase), tuple(notes)


def _take_inventory(
    test_set: TestSet,
    outputs: Sequence[SystemOutput],
    hypotheses: Sequence[Sequence[str | None]],
    termbase: Termbase,
    notes: list[str],
    *,
    search: bool | None = None,
    cache: bool = True,
) -> Inventory:
    check_packages()
    undated = [d.id for d in test_set.documents if read_day(d.date) is None]
    if termbase.is_dated and undated:
        notes.append(
            f"terms: {', '.join(undated[:_PLACES_SHOWN])}"
            + (f" and {len(undated) - _PLACES_SHOWN} more" if len(undated) > _PLACES_SHOWN else "")
            + " have no date written as YYYY-MM-DD, so renderings of all times count there"
        )
    columns = {o.name: texts for o, texts in zip(outputs, hypotheses, strict=True)}
    if search is False:
        return take_inventory(test_set, columns, termbase)
    most = MOST_SEARCHED if search is None else None
    with cached_encoder(cache_folder() if cache else None, notes) as embed:
        inventory = take_inventory(test_set, columns, termbase, embed, most_searched=most)
    if not inventory.searched:
        notes.append(
            f"terms: {inventory.unexplained} occurrences have no listed rendering near their "
            "place, too many to search for what was written without being asked to; those that "
            "have none anywhere count as omitted or unclear (mteval terms check --search looks for "
            "them, about 100 a second)"
        )
    return inventory


def _load(
    references: TestSet | Path | str,
    systems: Iterable[SystemOutput | Path | str],
    notes: list[str],
) -> tuple[TestSet, list[SystemOutput], Path | None]:
    """Read what is not read yet; give the folder of references as well, where it is one."""
    named = [each if isinstance(each, SystemOutput) else Path(each) for each in systems]
    if not isinstance(references, TestSet):
        given = read_inputs([Path(references)], None, named)
        references, named = given.references, list(given.systems)
        notes += given.notes
    folder = None if isinstance(references, TestSet) else references
    test_set = references if isinstance(references, TestSet) else load_test_set(references)
    outputs: list[SystemOutput] = []
    for loaded, group in groupby(named, key=lambda system: isinstance(system, SystemOutput)):
        if loaded:
            outputs += [system for system in group if isinstance(system, SystemOutput)]
        else:
            found, skipped = load_systems(path for path in group if isinstance(path, Path))
            outputs += found
            notes += skipped
    check_names(outputs)
    return test_set, outputs, folder


def _load_termbase(folder: Path | None, terms: Termbase | Path | str | None) -> Termbase | None:
    if isinstance(terms, Termbase):
        return terms
    if terms is not None:
        return read_termbase(Path(terms))
    if folder is None:
        return None
    path = folder / TERMS_FILE
    return read_termbase(path) if kind_of(path) == "file" else None


def _realign(
    test_set: TestSet, outputs: Sequence[SystemOutput], notes: list[str], *, cache: bool
) -> tuple[list[SystemOutput], dict[str, dict[tuple[int, int], str]]]:
    """Cut outputs with other lines than the source into its segments.

    Returns:
        The outputs, and by flag the segments it marks, with a detail.
    """
    from mteval.alignment import realign

    if test_set.sources is None:
        raise UnavailableError(
            "--realign compares outputs with the Chinese sources, and the test set has none; give "
            "them, or leave --realign out"
        )
    sources = test_set.sources
    starts = np.cumsum([0, *(len(document.segments) for document in test_set.documents)])
    flags: dict[str, dict[tuple[int, int], str]] = {"realigned": {}, "omitted": {}}
    found = []
    with cached_encoder(cache_folder() if cache else None, notes) as embed:
        for s, output in enumerate(outputs):
            documents = dict(output.documents)
            for d, document in enumerate(test_set.documents):
                lines = documents.get(document.id)
                own = sources[starts[d] : starts[d + 1]]
                if lines is None:
                    continue
                fitted = realign(own, lines, embed)
                if len(lines) == len(own) and not fitted.is_shifted:
                    continue
                documents[document.id] = fitted.texts
                for i, confidence in enumerate(fitted.confidences):
                    spot = (s, int(starts[d]) + i)
                    if i in fitted.omitted:
                        flags["omitted"][spot] = "no line of the output was found for it"
                    else:
                        flags["realigned"][spot] = f"confidence {confidence:.2f}"
                notes.append(
                    f"{output.name} {document.id}: {len(lines)} lines were re-aligned to "
                    f"{len(own)} segments; {_counted('omitted', fitted.omitted, 'segment')}, "
                    f"{_counted('left out as added', fitted.added, 'line')}"
                )
            found.append(dataclasses.replace(output, documents=documents))
    return found, flags


def _counted(what: str, numbers: Sequence[int], unit: str) -> str:
    """Say how many there are and which, counted from 1."""
    if not numbers:
        return f"none {what}"
    shown = ", ".join(str(n + 1) for n in numbers[:_PLACES_SHOWN])
    more = ", ..." if len(numbers) > _PLACES_SHOWN else ""
    return f"{len(numbers)} {what} ({unit} {shown}{more})"


def _scores(
    statistics: SegmentStatistics, sizes: Sequence[int], translated: Any, belongs: Any
) -> dict[Level, Array]:
    """Score the sums of segment statistics at every level.

    Args:
        statistics: of one metric.
        sizes: of the documents, in segments.
        translated: which system has which segment, (n_systems, n_segments).
        belongs: which document belongs to which domain, (n_domains, n_documents).
    """
    starts = np.cumsum([0, *sizes[:-1]])
    score = statistics.score
    documents = np.add.reduceat(statistics.values, starts, axis=1)
    counts = np.add.reduceat(translated.astype(np.int64), starts, axis=1)

    def known(values: Array, exists: Any) -> Array:
        return np.asarray(np.where(exists, values, np.nan))

    return {
        "system": known(score(documents.sum(axis=1)), counts.sum(axis=1) > 0),
        "domain": known(
            score(np.einsum("gd,sdk->sgk", belongs.astype(np.float64), documents)),
            counts @ belongs.T.astype(np.int64) > 0,
        ),
        "document": known(score(documents), counts > 0),
        "segment": known(statistics.segment_score(statistics.values), translated),
    }


def _flag_notes(
    spec: MetricSpec, flags: Iterable[Flag], outputs: Sequence[SystemOutput], test_set: TestSet
) -> Iterable[str]:
    positions = test_set.positions()
    for flag in flags:
        shown = [
            f"{outputs[s].name} {positions[i][0]}:{positions[i][1]} ({flag.places[s, i]})"
            for s, i in sorted(flag.places)[:_PLACES_SHOWN]
        ]
        more = len(flag.places) - len(shown)
        yield (
            f"{spec.label}: {len(flag.places)} "
            f"{'segment is' if len(flag.places) == 1 else 'segments are'} {flag.meaning}: "
            + ", ".join(shown)
            + (f" and {more} more" if more else "")
            + f" (all are flagged {flag.name} in segments.csv)"
        )


def _notes(
    test_set: TestSet,
    outputs: Sequence[SystemOutput],
    hypotheses: Sequence[Sequence[str | None]],
) -> Iterable[str]:
    if test_set.unscored:
        yield (
            f"not scored, as there is no source: {', '.join(test_set.unscored)} "
            "(kept as evidence of how terms are rendered)"
        )
    positions = test_set.positions()
    chinese = [
        f"{document}:{number}"
        for n, (document, number) in enumerate(positions)
        if any(count_han(texts[n]) > count_latin_words(texts[n]) for texts in test_set.references)
    ]
    if chinese:
        yield (
            f"warning: the references of {len(chinese)} "
            f"{'segment' if len(chinese) == 1 else 'segments'} are in Chinese "
            f"({_first_places(chinese)}); scores against them mean nothing"
        )
    for output, texts in zip(outputs, hypotheses, strict=True):
        missing = output.missing_documents(test_set)
        if missing:
            yield (
                f"{output.name} lacks {', '.join(missing)}: its scores are of the rest, and not "
                "comparable with those of complete systems"
            )
        extra = output.extra_documents(test_set)
        if extra:
            yield f"{output.name}: left out {', '.join(extra)}, which the references lack"
        empty = [
            f"{document}:{number}"
            for (document, number), text in zip(positions, texts, strict=True)
            if text is not None and not text.strip()
        ]
        if empty:
            yield (
                f"warning: {output.name} has {len(empty)} empty "
                f"{'hypothesis' if len(empty) == 1 else 'hypotheses'} ({_first_places(empty)}), "
                "scored as such"
            )


def _first_places(places: Sequence[str]) -> str:
    return ", ".join(places[:3]) + (", ..." if len(places) > 3 else "")


def _inputs(test_set: TestSet, outputs: Sequence[SystemOutput]) -> dict[str, Any]:
    """Hash every column of text as the lines of a UTF-8 file."""

    def digest(lines: Iterable[str]) -> str:
        return sha256("".join(f"{line}\n" for line in lines))

    return {
        "references": {
            document.id: {
                "source": None
                if document.segments[0].source is None
                else digest(segment.source or "" for segment in document.segments),
                "references": [
                    digest(segment.references[r] for segment in document.segments)
                    for r in range(test_set.n_references)
                ],
            }
            for document in test_set.documents
        },
        "systems": {
            output.name: {id: digest(lines) for id, lines in sorted(output.documents.items())}
            for output in outputs
        },
    }
