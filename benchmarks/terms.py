"""How often the checker of terms is right: against labels by hand, and how fast it is.

    python -m benchmarks.terms            precision and recall of verdicts and of renderings found
    python -m benchmarks.terms --fit      fit the weights of the search on the first two thirds
    python -m benchmarks.terms --mine     mine the references: terms of the termbase found, the rest
    python -m benchmarks.terms --speed    56 documents x 5 systems x 6,400 terms (needs WMT22)

tests/data/terms/labels.tsv has the verdict and the rendering of 360 occurrences over the three
systems and the references, read and written by hand. Parts 1 and 2: the rules were frozen (commit
2d21433) before part 2, the last third, was written.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mteval.corpus.layout import load_systems, load_test_set
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.evaluation.terms import check_terms
from mteval.languages.encoder import sentence_encoder
from mteval.terminology.checking import take_inventory
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.features import FEATURES
from mteval.terminology.formats.registry import read_termbase
from mteval.terminology.inventory import Inventory
from mteval.terminology.mining.proposals import mine
from mteval.terminology.normalise import fold_source, split_words
from mteval.terminology.passages import Passage, Question
from mteval.terminology.requirements import check_sources
from mteval.terminology.search import candidates
from mteval.terminology.termbase import Termbase
from mteval.terminology.vectors import Vectors
from mteval.terminology.verdicts import Finding
from mteval.terminology.vocabulary import STATUSES, VERDICTS
from mteval.terminology.weights import PASSAGES

ROOT = Path(__file__).parents[1]
LABELS = ROOT / "tests" / "data" / "terms" / "labels.tsv"
SEED = 20261122
DOCUMENTS = 56
# Of the ridge, chosen by 5-fold cross-validation among 0.01, 0.02, 0.05 and 0.1.
_RIDGE = 0.02
_STEPS = 3000

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Label:
    """What a reader says of one occurrence in one text."""

    part: int
    document: str
    segment: int
    source_start: int
    source: str
    concept: str
    system: str
    verdict: str
    rendering: str
    start: int | None

    @property
    def place(self) -> tuple[str, str, int, int]:
        """The text and where the term is in the source."""
        return self.system, self.document, self.segment, self.source_start


def read_labels(path: Path = LABELS) -> list[Label]:
    """Return the labels."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Label(
            int(row["part"]),
            row["document"],
            int(row["segment"]),
            int(row["source_start"]),
            row["source"],
            row["concept"],
            row["system"],
            row["verdict"],
            row["rendering"],
            int(row["start"]) if row["start"] else None,
        )
        for row in rows
    ]


def shipped_inventory() -> Inventory:
    """Return the inventory of the repository: its terms in its references and systems."""
    test_set = load_test_set(ROOT / "references")
    outputs, _ = load_systems(sorted((ROOT / "systems").iterdir()))
    return take_inventory(
        test_set,
        {output.name: output.hypotheses(test_set) for output in outputs},
        read_termbase(ROOT / "references" / "terms.csv"),
        sentence_encoder(),
    )


@dataclass(frozen=True)
class Tally:
    """How findings compare with labels, as counts."""

    labels: int
    verdicts: int
    rendered: int
    spans: int
    extracted: int
    unlisted: int
    unlisted_spans: int
    unlisted_extracted: int
    by_verdict: dict[str, tuple[int, int, int]]

    def lines(self) -> Iterator[str]:
        """Yield the lines of a table."""
        yield f"  verdicts right      {_share(self.verdicts, self.labels)}"
        for name, exact, extracted, labelled in (
            ("spans exact", self.spans, self.extracted, self.rendered),
            ("unlisted ones", self.unlisted_spans, self.unlisted_extracted, self.unlisted),
        ):
            yield f"  {name:19} {_share(exact, labelled)}, precision {_share(exact, extracted)}"
        yield f"  {'verdict':16}{'labels':>8}{'precision':>11}{'recall':>8}"
        for verdict, (right, found, labelled) in self.by_verdict.items():
            if found or labelled:
                precision = f"{right / found:.3f}" if found else "-"
                recall = f"{right / labelled:.3f}" if labelled else "-"
                yield f"  {verdict:16}{labelled:8}{precision:>11}{recall:>8}"


def tally(inventory: Inventory, labels: Sequence[Label]) -> Tally:
    """Return how an inventory compares with labels."""
    rows = {
        (row.system, row.document, row.segment, row.source_start): row
        for row in inventory.occurrence_rows()
    }
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    spans = {True: 0, False: 0}
    extracted = {True: 0, False: 0}
    for label in labels:
        row = rows[label.place]
        found[row.verdict] += 1
        right[label.verdict] += row.verdict == label.verdict
        if row.rendering is not None:
            extracted[row.verdict in STATUSES] += 1
        exact = (row.rendering or "", row.start) == (label.rendering, label.start)
        if label.rendering:
            spans[label.verdict in STATUSES] += exact
    labelled = Counter(label.verdict for label in labels)
    rendered = [label for label in labels if label.rendering]
    return Tally(
        len(labels),
        right.total(),
        len(rendered),
        sum(spans.values()),
        sum(extracted.values()),
        sum(label.verdict not in STATUSES for label in rendered),
        spans[False],
        extracted[False],
        {v: (right[v], found[v], labelled[v]) for v in VERDICTS},
    )


def main() -> None:
    """Print what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--mine", action="store_true")
    parser.add_argument("--speed", action="store_true")
    arguments = parser.parse_args()
    if arguments.fit:
        fit()
    elif arguments.mine:
        mined()
    elif arguments.speed:
        speed()
    else:
        inventory, labels = shipped_inventory(), read_labels()
        parts = {
            "first two thirds (the weights were fitted on them)": (1,),
            "last third (written after the rules were frozen)": (2,),
            "all": (1, 2),
        }
        for name, part in parts.items():
            chosen = [label for label in labels if label.part in part]
            print(f"{name}: {len(chosen)} labels")
            print("\n".join(tally(inventory, chosen).lines()))


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({part / whole:.1%})"


Example = tuple[Array, "int | None", float]


def fit() -> None:
    """Fit the weights of FEATURES by maximum likelihood with a ridge, and print them.

    Examples are the labels of part 1, and each again with its rendering taken away, so that there
    is none to find. Those with a listed rendering count half, those taken away 0.3, as there are
    more of them than of what the search is for; they are asked with that rendering left out of
    the termbase.
    """
    labels = [label for label in read_labels() if label.part == 1]
    examples = [e for e in _examples(shipped_inventory(), labels) if len(e[0])]
    weights = np.zeros(len(FEATURES))
    moment, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(_STEPS):
        gradient = 2 * _RIDGE * weights
        for features, target, weight in examples:
            odds = features @ weights
            top = max(0.0, float(odds.max()))
            likely = np.exp(odds - top)
            share = likely / (likely.sum() + np.exp(-top))
            gradient += weight * (features.T @ share)
            if target is not None:
                gradient -= weight * features[target]
        moment = 0.9 * moment + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        weights -= 0.02 * (1 - step / _STEPS) * moment / (np.sqrt(square) + 1e-8)
    for name, value in zip(FEATURES, weights, strict=True):
        print(f"{value:8.1f}  {name}")


def _examples(inventory: Inventory, labels: Sequence[Label]) -> Iterator[Example]:
    """Yield the candidates of each label, the index of the right one, and how much it counts."""
    vectors = Vectors(sentence_encoder())
    by_place = {label.place: label for label in labels}
    for label in labels:
        question = _question(inventory, by_place, label)
        if question is None:
            continue
        found = candidates(question, vectors)
        if label.start is None:
            yield found.features, None, 1.0
            continue
        passage, year = question.passage, question.occurrence.year
        words = _words(passage, label.start, label.start + len(label.rendering))
        while words[1] - words[0] > 1 and passage.words[words[1] - 1].text == year:
            words = (words[0], words[1] - 1)
        if words in found.spans:
            weight = 0.5 if label.verdict in STATUSES else 1.0
            yield found.features, found.spans.index(words), weight
            phrase = f" {' '.join(word.key for word in passage.words[slice(*words)])} "
            if passage.keys.count(phrase) == 1:
                passage.taken[slice(*words)] = True
                yield candidates(question, vectors).features, None, 0.3


def _question(
    inventory: Inventory, by_place: dict[tuple[str, str, int, int], Label], label: Label
) -> Question | None:
    """Return what the search is asked for a label: what other labels explain is taken."""
    numbers = zip(inventory.segment_documents, inventory.segment_numbers, strict=True)
    segments = [(inventory.documents[d], int(n)) for d, n in numbers]
    n, i = inventory.names.index(label.system), segments.index((label.document, label.segment))
    passages = [Passage(text or "", split_words(text or "")) for text in inventory.texts[n]]
    own, spans = None, {}
    for finding in inventory.findings[n]:
        if finding.segment == i:
            known = by_place.get((*label.place[:3], finding.occurrence.start))
            spans[finding.occurrence] = (
                (finding.start, finding.end)
                if known is None
                else (known.start, (known.start or 0) + len(known.rendering))
            )
            own = finding if finding.occurrence.start == label.source_start else own
    if own is None:
        return None
    for occurrence, (start, end) in spans.items():
        if occurrence != own.occurrence and start is not None and end is not None:
            middle = (occurrence.start + occurrence.end) / 2
            passages[i].take(_words(passages[i], start, end), middle, (start + end) / 2)
    [concept] = [c for c in inventory.termbase.concepts if c.id == label.concept]
    listed = tuple(rendering.text for rendering in concept.renderings)
    if label.verdict in STATUSES:
        key = _keys(label.rendering, own.occurrence.year)
        listed = tuple(text for text in listed if _keys(text, None) != key)
    having = {f.segment for f in inventory.findings[n] if _id(inventory, f) == label.concept}
    return Question(
        passages[i],
        inventory.sources[i],
        own.occurrence,
        listed,
        _official(inventory, by_place, label) if n else None,
        [passages[k] for k in sorted(having - {i})][:PASSAGES],
        [p for k, p in enumerate(passages) if k not in having and p.words][:PASSAGES],
    )


def _id(inventory: Inventory, finding: Finding) -> str:
    return inventory.termbase.concepts[finding.concept].id


def _keys(text: str, year: str | None) -> list[str]:
    return [word.key for word in split_words(text) if word.key != year]


def _words(passage: Passage, start: int, end: int) -> tuple[int, int]:
    inside = [k for k, w in enumerate(passage.words) if w.start < end and start < w.end]
    return inside[0], inside[-1] + 1


def _official(
    inventory: Inventory, labels: dict[tuple[str, str, int, int], Label], label: Label
) -> str | None:
    official = labels.get((inventory.names[0], *label.place[1:]))
    if official is not None:
        return official.rendering or None
    for row in inventory.occurrence_rows():
        place = (row.system, row.document, row.segment, row.source_start)
        if place == (inventory.names[0], *label.place[1:]):
            return row.rendering
    return None


def mined() -> None:
    """Mine the references without their termbase: what of it is found, and what else there is."""
    test_set = load_test_set(ROOT / "references")
    sources, references = check_sources(test_set), test_set.references[0]
    concepts = read_termbase(ROOT / "references" / "terms.csv").concepts
    keys = {fold_source(source).text: concept for concept in concepts for source in concept.sources}
    occurring = {keys[key].id for key in keys if any(key in fold_source(s).text for s in sources)}
    proposals = mine(sources, references, test_set.positions(), None, sentence_encoder())
    right, found = set(), set()
    others = []
    for proposal in proposals:
        concept = keys.get(fold_source(proposal.source).text)
        if concept is None:
            others.append(f"  {proposal.source} -> {proposal.target}")
            continue
        found.add(concept.id)
        listed = [_keys(rendering.text, None) for rendering in concept.renderings]
        if _keys(proposal.target, None) in listed:
            right.add(concept.id)
    print(f"{len(proposals)} proposals")
    print(f"  terms of the termbase that occur and are found  {_share(len(found), len(occurring))}")
    print(f"  of those with a rendering that is listed        {_share(len(right), len(found))}")
    print("others, to look through:", *others, sep="\n")


def speed() -> None:
    """Time the check, search apart, on WMT22 joined into DOCUMENTS documents, at several sizes."""
    folder = Path(os.environ.get("MTEVAL_WMT22") or ROOT.parent / "shared" / "wmt22-zh-en")
    source, reference = (
        (folder / name).read_text("utf-8").splitlines() for name in ("src.zh", "ref.A.en")
    )
    systems = {
        path.stem: path.read_text("utf-8").splitlines()
        for path in sorted((folder / "systems").iterdir())[:5]
    }
    rng = random.Random(SEED)
    for n_terms, share in ((6400, 0.25), (6400, 0.5), (6400, 1.0), (1600, 1.0), (3200, 1.0)):
        kept = int(len(source) * share)
        termbase = made_up_terms(source, reference, n_terms, rng)
        columns = [_documents(lines[:kept]) for lines in (source, reference)]
        test_set = TestSet(
            tuple(
                Document.from_columns(name, [text], [[translation]])
                for (name, text), translation in zip(
                    columns[0].items(), columns[1].values(), strict=True
                )
            )
        )
        outputs = [
            SystemOutput(name, {id: (text,) for id, text in _documents(lines[:kept]).items()})
            for name, lines in systems.items()
        ]
        began = time.perf_counter()
        inventory, _ = check_terms(test_set, outputs, termbase, search=False)
        rows = len(inventory.system_rows()) + len(inventory.occurrence_rows())
        took = time.perf_counter() - began
        print(
            f"{len(test_set.documents)} documents, {sum(map(len, source[:kept])):6} characters, "
            f"{len(outputs)} systems, {n_terms} terms: {took:5.1f} s, {rows} rows"
        )


def made_up_terms(
    source: Sequence[str], reference: Sequence[str], size: int, rng: random.Random
) -> Termbase:
    """Return terms made of pieces of Chinese lines and of the words there of the English."""
    renderings: dict[str, str] = {}
    while len(renderings) < size:
        n = rng.randrange(len(source))
        text, words = source[n], reference[n].split()
        at = rng.randrange(max(1, len(text) - 6))
        term = text[at : at + rng.randint(2, 6)].strip()
        first = int(at / len(text) * len(words))
        rendering = " ".join(words[first : first + rng.randint(1, 3)]).strip(" .,")
        if term and rendering:
            renderings.setdefault(term, rendering)
    return Termbase.from_rows(
        TermbaseRow(term, term, rendering, "preferred") for term, rendering in renderings.items()
    )


def _documents(lines: Sequence[str]) -> dict[str, str]:
    """Return lines joined into DOCUMENTS documents of one line each."""
    parts = np.array_split(np.arange(len(lines)), DOCUMENTS)
    return {f"d{n:02}": " ".join(lines[k] for k in part) for n, part in enumerate(parts)}


if __name__ == "__main__":
    main()
