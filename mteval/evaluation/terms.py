"""Terms in an evaluation: checking, scoring and mining them over a test set and its outputs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mteval.corpus.layout import TERMS_FILE
from mteval.corpus.model import SystemOutput, TestSet
from mteval.errors import InputError, UnavailableError, location
from mteval.evaluation.findings import Findings
from mteval.evaluation.inputs import (
    Texts,
    input_notes,
    load_inputs,
    load_termbase,
    pair_texts,
)
from mteval.io.store import cache_folder
from mteval.languages.encoder import cached_encoder
from mteval.runs.results import SegmentStatistics
from mteval.runs.schema.record import TERM_METRIC, MetricColumn
from mteval.terminology.building import read_day
from mteval.terminology.checking import take_inventory
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.inventory import Inventory
from mteval.terminology.requirements import TERM_PACKAGES, check_packages
from mteval.terminology.scores import ratio
from mteval.terminology.termbase import Termbase
from mteval.wording import listing

if TYPE_CHECKING:
    from mteval.terminology.mining.proposals import Proposal

__all__ = ["add_terms", "check_terms", "mine_terms"]

# Unexplained occurrences of terms that are searched for without being asked: half a minute's work.
MAX_SEARCHED = 3000


def add_terms(
    found: Findings, texts: Texts, termbase: Termbase | None, *, required: bool, cache: bool
) -> None:
    """Add what the outputs make of the terms of a termbase, if there is one.

    Raises:
        UnavailableError: something is missing, and the terms are required.
    """
    if termbase is None:
        return
    try:
        inventory = _take_inventory(texts, termbase, found.notes, cache=cache)
    except UnavailableError as error:
        if required:
            raise
        found.notes.append(f"terms are skipped: {error}")
        return
    signature = inventory.signature()
    found.columns.append(
        MetricColumn(
            TERM_METRIC, "Terms", True, 3, signature, signature, is_metric=False, scale=1.0
        )
    )
    accuracy = np.stack([c.accuracy for c in inventory.counts[inventory.n_references :]])
    found.statistics[TERM_METRIC] = SegmentStatistics(accuracy, ratio, ratio)
    found.inputs["terms"] = inventory.termbase.fingerprint()
    # They decide which renderings are in force.
    found.inputs["dates"] = {document.id: document.date for document in texts.test_set.documents}
    found.packages |= TERM_PACKAGES
    found.term_statuses = inventory.statuses()
    found.terms = tuple(inventory.term_rows())
    found.occurrences = tuple(inventory.occurrence_rows())


def check_terms(
    references: TestSet | Path | str,
    systems: Iterable[SystemOutput | Path | str],
    terms: Termbase | Path | str | None = None,
    *,
    allow_missing: bool = False,
    search: bool | None = None,
) -> tuple[Inventory, tuple[str, ...]]:
    """Return what the references and every system have for every occurrence of a term.

    Args:
        references: a test set, or the folder that holds one.
        systems: outputs, or folders that hold them; none for the references alone.
        terms: a termbase, or a file of one; by default ``terms.csv`` in the folder of references.
        allow_missing: check what is there where a system and the references have different
            documents.
        search: look for what was written where no listed rendering was; by default unless that
            is so of more than MAX_SEARCHED occurrences, which the notes say.

    Returns:
        The inventory, and what a reader must know.

    Raises:
        InputError: something cannot be read, or is empty.
        MismatchError: systems and references do not pair.
        UnavailableError: a package or the sources are missing.
    """
    notes: list[str] = []
    given = load_inputs(references, systems, notes)
    termbase = load_termbase(given.folder, terms)
    if termbase is None:
        where = "the test set" if given.folder is None else location(given.folder)
        raise InputError(
            f"{where}: there is no {TERMS_FILE} here; name a termbase with --terms, or begin one "
            "with: mteval terms mine --append"
        )
    texts = pair_texts(given.test_set, given.outputs, allow_missing=allow_missing)
    notes += input_notes(texts)
    return _take_inventory(texts, termbase, notes, search=search), tuple(notes)


def mine_terms(
    references: TestSet | Path | str, terms: Termbase | Path | str | None = None
) -> tuple[list[Proposal], list[TermbaseRow], tuple[str, ...]]:
    """Return terms of the aligned references that the termbase does not have.

    Args:
        references: a test set, or the folder that holds one.
        terms: a termbase, or a file of one; by default ``terms.csv`` in the folder of references,
            if there is one.

    Returns:
        The proposals, the best first, the rows of a termbase that they make, and what a reader
        must know.

    Raises:
        InputError: something cannot be read.
        UnavailableError: a package or the sources are missing.
    """
    from mteval.terminology.mining.proposals import mine
    from mteval.terminology.mining.rows import proposed_rows

    check_packages()
    notes: list[str] = []
    given = load_inputs(references, (), notes)
    test_set = given.test_set
    termbase = load_termbase(given.folder, terms)
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
    texts: Texts,
    termbase: Termbase,
    notes: list[str],
    *,
    search: bool | None = None,
    cache: bool = True,
) -> Inventory:
    check_packages()
    undated = [d.id for d in texts.test_set.documents if read_day(d.date) is None]
    if termbase.is_dated and undated:
        notes.append(
            f"terms: {listing(undated)} have no date written as YYYY-MM-DD, so renderings of all "
            "times count there"
        )
    columns = {o.name: own for o, own in zip(texts.outputs, texts.hypotheses, strict=True)}
    if search is False:
        return take_inventory(texts.test_set, columns, termbase)
    most = MAX_SEARCHED if search is None else None
    with cached_encoder(cache_folder() if cache else None, notes) as embed:
        inventory = take_inventory(texts.test_set, columns, termbase, embed, most_searched=most)
    if not inventory.searched:
        notes.append(
            f"terms: {inventory.unexplained} occurrences have no listed rendering near their "
            "expected position, too many to search for what was written without being asked to; "
            "those that have none anywhere count as omitted or unclear (mteval terms check "
            "--search looks for them, about 100/s)"
        )
    return inventory
