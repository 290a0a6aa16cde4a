"""The class of mteval's own checkpoint, and the checkpoint that comes with the package."""

from __future__ import annotations

import json
import random
import re
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mteval.errors import UnavailableError
from mteval.metrics.base import Array
from mteval.metrics.comet.checkpoints import find_model
from mteval.metrics.comet.known_models import DEFAULT_MODEL
from mteval.metrics.comet.metric import comet
from tests.conftest import ROOT
from tests.metrics.comet.test_metric import library_scores, read

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import torch
    from sacrebleu.metrics.chrf import CHRF

    from mteval.metrics.comet import token_matching
    from mteval.metrics.comet.token_matching import TokenMatchingMetric, surface_mismatches

FOLDER = ROOT / "mteval" / "data" / "comet-mini-en"
SYSTEMS = ["llm-fluent", "llm-glossary", "llm-literal"]
# The 26 paragraphs, without the whole document that ``read`` adds.
SOURCES = read("references/{}.zh.txt")[:-1]
REFERENCES = read("references/{}.en.txt")[:-1]
OUTPUTS = {name: read(f"systems/{name}/{{}}.txt")[:-1] for name in SYSTEMS}
# Paragraphs, without headings.
PROSE = [i for i, reference in enumerate(REFERENCES) if len(reference.split()) > 25]
# unbabel-comet's own batches are padded, which sums in another order.
TOLERANCE = 1e-5


def score(*systems: list[str], references: list[str] = REFERENCES) -> Array:
    metric = comet(cache=False)
    found = metric.statistics(None, [references], systems)
    return metric.segment_score(found.values)


@pytest.fixture(scope="module")
def model() -> TokenMatchingMetric:
    """Load the checkpoint as unbabel-comet does, which looks for encoder/ in the working folder."""
    from comet.models import load_from_checkpoint

    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        patch.chdir(FOLDER)
        warnings.simplefilter("ignore")
        loaded = load_from_checkpoint(str(FOLDER / "checkpoints" / "model.ckpt"))
    assert isinstance(loaded, TokenMatchingMetric)
    loaded.eval()
    return loaded


def test_scores_equal_the_library_s_predict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The library takes the encoder's path from the working folder.
    monkeypatch.chdir(FOLDER)
    odd = [*OUTPUTS["llm-literal"]]
    odd[0], odd[1], odd[2], odd[3] = "", REFERENCES[1], SOURCES[2], "?"
    ours = score(OUTPUTS["llm-fluent"], odd)
    for row, hypotheses in zip(ours, (OUTPUTS["llm-fluent"], odd), strict=True):
        wanted = library_scores(FOLDER, hypotheses, REFERENCES, SOURCES).scores
        assert row == pytest.approx(wanted, abs=TOLERANCE)


def test_it_is_the_default_and_small_enough() -> None:
    assert DEFAULT_MODEL == "mteval/comet-mini-en"
    files = find_model(DEFAULT_MODEL)
    assert files.checkpoint == FOLDER / "checkpoints" / "model.ckpt"
    assert (files.grade, files.target_language) == ("small", "en")
    # The bound.
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 50e6


# What no translation looks like, made of a reference, its source and another reference.


def nothing(_: int) -> str:
    return ""


def source(i: int) -> str:
    return SOURCES[i]


def shuffled(i: int) -> str:
    words = REFERENCES[i].split()
    random.Random(i).shuffle(words)
    return " ".join(words)


def another(i: int) -> str:
    return REFERENCES[(i + 7) % len(REFERENCES)]


@pytest.mark.parametrize("wrong", [nothing, source, shuffled, another])
def test_what_is_no_translation_scores_far_below_every_translation(
    wrong: Callable[[int], str],
) -> None:
    *real, bad = score(*OUTPUTS.values(), [wrong(i) for i in range(len(REFERENCES))])
    # Of the word-by-word system the means only: a long paragraph of it is next to no translation.
    # A heading of four words is over before anything can be far below.
    fluent, glossary, _ = np.array(real)[:, PROSE]
    worst = np.minimum(fluent, glossary)
    assert (bad[PROSE] < worst - 0.2).all(), list(zip(bad[PROSE], worst, strict=True))
    assert bad.mean() < min(np.mean(real, axis=1)) / 2


def test_the_reference_itself_scores_highest() -> None:
    itself, *real = score(REFERENCES, *OUTPUTS.values())
    assert (itself == 1.0).all()
    assert (np.max(real, axis=0)[PROSE] < 1.0).all()


def test_the_scores_of_chunks_multiply() -> None:
    # Whole sentences of the reference, so that the chunks of both sides are the same lines.
    sentence = "The two sides exchanged views on {} issues of common concern in the region. "
    reference = "".join(sentence.format(k) for k in range(60)).strip()
    worse = reference.replace("views", "opinions")
    found = comet(cache=False).statistics(None, [[reference]], [[worse], [reference]])
    [flag] = found.flags
    assert (flag.name, set(flag.details)) == ("comet-split", {(0, 0), (1, 0)})
    assert "multiplied" in flag.meaning
    whole, itself = found.values[:, 0, 0]
    [part] = score(
        [sentence.format(7).replace("views", "opinions")], references=[sentence.format(7)]
    )[0]
    assert itself == 1.0
    # Sixty sentences lose far more than one does.
    assert 0 < whole < part**10


def test_systems_are_in_the_order_of_their_quality() -> None:
    # references and systems of shared/: fluent and glossary were written with care, literal word
    # for word.
    fluent, glossary, literal = (row.mean() for row in score(*OUTPUTS.values()))
    assert min(fluent, glossary) > literal


FRENCH = (
    "Le porte-parole du ministère de la Défense a déclaré jeudi que les deux parties étaient "
    "convenues de reprendre le dialogue militaire."
)


@pytest.mark.parametrize(("text", "language"), [(FRENCH, "fr"), (SOURCES[0], "zh")])
def test_references_in_another_language_are_refused(text: str, language: str) -> None:
    with pytest.raises(UnavailableError, match=f"into en only, .* are in {language} ") as caught:
        score([text], references=[text])
    assert "--comet-model" in str(caught.value)


def test_a_short_reference_may_be_in_any_language() -> None:
    assert score(["Wang Yi"], references=["Wang Yi"])[0, 0] == 1.0


@settings(max_examples=50)
@given(
    a=arrays.arrays(np.float64, 9, elements=st.floats(0, 1)),
    more=arrays.arrays(np.float64, 9, elements=st.floats(0, 1)),
    n=st.integers(1, 500),
)
def test_the_score_falls_with_every_mismatch(
    model: TokenMatchingMetric, a: Array, more: Array, n: int
) -> None:
    pair = torch.tensor(np.stack([a, np.maximum(a, more)])).float()
    with torch.no_grad():
        better, worse = model.estimate(pair, torch.tensor([n, n])).tolist()
        full = model.estimate(torch.zeros(1, 9), torch.tensor([n])).item()
    assert 0 <= worse <= better <= full == 1.0


@settings(max_examples=50)
@given(st.data())
def test_matching_equals_a_plain_loop(model: TokenMatchingMetric, data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    sizes = data.draw(st.lists(st.integers(0, 6), min_size=2, max_size=2))
    sides = [rng.normal(size=(2, size + 2, 4)) for size in sizes]
    sides = [side / np.linalg.norm(side, axis=-1, keepdims=True) for side in sides]
    weights = [np.r_[0, rng.uniform(0.1, 2, size), 0] for size in sizes]
    inputs = [
        torch.tensor(array[None]) for pair in zip(sides, weights, strict=True) for array in pair
    ]
    found = model.token_mismatches(*inputs)[0].numpy()
    similarity = np.einsum("ltd,lud->ltu", *(side[:, 1:-1] for side in sides))
    precision, recall = (
        [
            np.average(np.maximum(layer.max(axis), 0), weights=weight[1:-1])
            if layer.size
            else float(sizes == [0, 0])
            for layer in similarity
        ]
        for axis, weight in ((1, weights[0]), (0, weights[1]))
    )
    assert found[:4] == pytest.approx(1 - np.array([*precision, *recall]), abs=1e-6)
    assert found[4] == pytest.approx(disorder(similarity.mean(axis=0)), abs=1e-6)


def disorder(similarity: Array) -> float:
    if not similarity.size:
        return 0.0
    matches = [
        (i, j)
        for i in range(similarity.shape[0])
        for j in [similarity[i].argmax()]
        if similarity[:, j].argmax() == i
    ]
    places = [j for _, j in matches]
    torn = sum(b - a not in (1, 2) for a, b in pairwise(places))
    return torn / (len(places) - 1 + 3)


def test_padding_changes_nothing(model: TokenMatchingMetric) -> None:
    pairs = list(zip(OUTPUTS["llm-fluent"], REFERENCES, strict=True))[:8]
    samples = [{"mt": mt, "ref": ref} for mt, ref in pairs]
    with torch.no_grad():
        together = model(**model.prepare_sample(samples, "predict")).score
        alone = [model(**model.prepare_sample([one], "predict")).score.item() for one in samples]
    assert together.tolist() == pytest.approx(alone, abs=TOLERANCE)


def test_strings_are_compared_as_sacrebleu_does() -> None:
    found = surface_mismatches(OUTPUTS["llm-literal"], REFERENCES)
    for row, mt, ref in zip(found, OUTPUTS["llm-literal"], REFERENCES, strict=True):
        wanted = [
            1 - CHRF(word_order=order).sentence_score(mt, [ref]).score / 100 for order in (0, 2)
        ]
        assert row[:2] == pytest.approx(wanted, abs=1e-9)
    assert not surface_mismatches(REFERENCES, REFERENCES).any()


@pytest.mark.parametrize(
    ("hypothesis", "reference", "names", "numbers"),
    [
        # Found and lacking: (Beijing, Moscow) and (Beijing): 1 - 2 * 1 / 3.
        ("He left Beijing.", "He left Beijing for Moscow.", 1 / 3, 0.0),
        # A word that begins a sentence is no name; a possessive is the same name.
        ("Talks ended. China's aim", "Discussions ended. China aims", 0.0, 0.0),
        ("in 2023 some 1,000 came", "in 2024 some 1000 came", 0.0, 0.5),
        ("", "On 3 May in Nanning", 1.0, 1.0),
        ("nothing", "to compare", 0.0, 0.0),
    ],
)
def test_names_and_numbers(hypothesis: str, reference: str, names: float, numbers: float) -> None:
    found = surface_mismatches([hypothesis], [reference])[0]
    assert found[2:] == pytest.approx([names, numbers])


@pytest.fixture(scope="module")
def evaluation() -> dict[str, Any]:
    """Read what the recipe measured."""
    found = json.loads((FOLDER / "evaluation.json").read_text("utf-8"))
    assert len(found) == 4
    return dict(found)


def test_the_evaluation_shows_it_better_than_chrf(evaluation: dict[str, Any]) -> None:
    for name, metrics in evaluation.items():
        ours, chrf = metrics["comet-mini-en"], metrics["chrF"]
        for measure in ("pearson", "kendall", "within", "accuracy"):
            assert ours[measure]["value"] > chrf[measure]["value"]
        assert ours["pearson_gain"]["low"] > 0
        # Within a source TED, trained on news alone, is not beyond doubt: the card shows it.
        assert (ours["within_gain"]["low"] > 0) == (name != "ted, trained on the other set")


def test_the_model_card_has_the_measured_table(evaluation: dict[str, Any]) -> None:
    card = (FOLDER / "README.md").read_text("utf-8")
    assert not re.search("@[A-Z]+@", card + (ROOT / "README.md").read_text("utf-8"))
    for name, metrics in evaluation.items():
        assert f"### {name}" in card
        for metric, values in metrics.items():
            first = values["pearson"]
            assert (
                f"| {metric} | {first['value']:.3f} [{first['low']:.3f}, {first['high']:.3f}]"
                in card
            )


def test_it_is_registered_beside_the_library_s_classes() -> None:
    import comet.models

    assert comet.models.str2model[token_matching.CLASS_IDENTIFIER] is TokenMatchingMetric


def test_every_column_of_references_is_looked_at() -> None:
    metric = comet(cache=False)
    with pytest.raises(UnavailableError, match="the references are in fr"):
        metric.statistics(None, [REFERENCES[:1], [FRENCH]], [OUTPUTS["llm-fluent"][:1]])
