"""The recipe of the checkpoint, on a few made-up judgements and a tiny encoder."""

from __future__ import annotations

import re
import warnings
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kendalltau, pearsonr

from tests.checkpoints import build_bert_encoder

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mteval.metrics.comet.token_matching import TokenMatchingMetric
    from training.card import evidence, model_card
    from training.data import FILES, Judgements, read_judgements
    from training.evaluation import agreement
    from training.fit import Surface, Texts, features_of, fit, garbage, install, rarity
    from training.synthetic import KINDS, Corruptor
    from training.tune import Settings, tune

SOURCE = "北部联合演习于2023年5月举行，中方代表团出席。"
SENTENCES = [
    "The ministry said that talks were held in Beijing on Monday.",
    "Nearly 300 soldiers of both countries joined the exercise Northern Unity.",
    "The spokesman did not comment on the report about the islands.",
    "General Li Shangfu visited Russia and met his counterpart Sergei Shoigu.",
    "Both sides will strengthen practical cooperation in 12 fields.",
    "China has always been committed to peace and stability in the region.",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write judgements of three systems: one good, one without a word, one of other sentences."""
    folder = tmp_path_factory.mktemp("input")
    for file in FILES.values():
        rows = ["system\tseg\tsrc\tmt\tref\tmqm"]
        for k, reference in enumerate(SENTENCES):
            number = k + 1 if k < 3 else k + 10  # two documents
            words = reference.split()
            outputs = {
                "good": (reference.replace(" the ", " a "), -k * 0.1),
                "short": (" ".join(words[:-2]), -5.0 - k * 0.5),
                "wrong": (SENTENCES[(k + 1) % 6], -20.0 - k * 0.5),
            }
            for system, (text, mqm) in outputs.items():
                rows.append(f"{system}\t{number}\t{SOURCE}\t{text}\t{reference}\t{mqm:.4f}")
        (folder / file).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def judgements(folder: Path) -> Judgements:
    """Read them."""
    return read_judgements(folder)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a tiny encoder with random weights."""
    return build_bert_encoder(tmp_path_factory.mktemp("encoder") / "bert")


def new_model(encoder: Path) -> TokenMatchingMetric:
    model = TokenMatchingMetric(pretrained_model=str(encoder), layers=(1, 2))
    model.eval()
    return model


def test_documents_are_runs_of_segments(judgements: Judgements) -> None:
    assert len(judgements) == 36
    assert [len(group) for group in judgements.groups()] == [3] * 12
    assert len(np.unique(judgements.blocks)) == 4
    folds = judgements.folds(2, 1)
    assert sorted(np.bincount(folds)) == [18, 18]
    for block in np.unique(judgements.blocks):
        assert len(np.unique(folds[judgements.blocks == block])) == 1


def test_missing_and_other_files_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"wmt21-news.*is missing"):
        read_judgements(tmp_path)
    for file in FILES.values():
        (tmp_path / file).write_text("a\tb\n1\t2\n")
    with pytest.raises(SystemExit, match=r"tsv:1: the columns are \['a', 'b'\]"):
        read_judgements(tmp_path)
    for file in FILES.values():
        (tmp_path / file).write_text((folder / file).read_text("utf-8") + "a\tb\n")
    with pytest.raises(SystemExit, match=r"tsv:20: 2 columns and not 6"):
        read_judgements(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_error_changes_the_text(kind: str) -> None:
    for seed in range(20):
        corruptor = Corruptor(SENTENCES, seed)
        text = SENTENCES[seed % 6]
        found = KINDS[kind](corruptor, text.split(), SOURCE)
        if found is None:
            continue
        words = text.split()
        changed = " ".join(found)
        if kind == "omission":
            assert len(found) < len(words)
        if kind == "addition":
            assert len(found) > len(words)
        if kind == "untranslated":
            assert re.search("[一-鿿]", changed)
        if kind == "wrong number":
            assert re.findall(r"\d+", changed) != re.findall(r"\d+", text)
        if kind == "negation":
            assert ("not" in found) != ("not" in words)
        if kind == "word order":
            assert sorted(found) == sorted(words)
        if kind in ("wrong word", "wrong name"):
            assert sum(a != b for a, b in zip(found, words, strict=True)) <= 1


def test_errors_are_the_same_for_the_same_seed() -> None:
    made = [
        [Corruptor(SENTENCES, seed).corrupt(text, SOURCE) for text in SENTENCES]
        for seed in (1, 1, 2)
    ]
    assert made[0] == made[1] != made[2]
    assert all(text != one for text, one in zip(SENTENCES, made[0], strict=True))
    assert Corruptor([], 1).corrupt("", "") is None


def test_agreement_equals_scipy_s(judgements: Judgements) -> None:
    rng = np.random.default_rng(5)
    scores = {"a": judgements.mqm + rng.normal(0, 8, 36), "b": rng.normal(size=36)}
    found = agreement(judgements, "ted", scores, "b", 1)
    rows = judgements.sets == "ted"
    mqm, ours = judgements.mqm[rows], scores["a"][rows]
    keys, systems = judgements.keys[rows], judgements.systems[rows]
    values = found["a"]
    assert values["pearson"].value == pytest.approx(pearsonr(ours, mqm).statistic)
    assert values["kendall"].value == pytest.approx(kendalltau(ours, mqm).statistic)
    taus = [kendalltau(ours[keys == k], mqm[keys == k]).statistic for k in np.unique(keys)]
    assert values["within"].value == pytest.approx(np.mean(taus))
    means = {s: (ours[systems == s].mean(), mqm[systems == s].mean()) for s in np.unique(systems)}
    agreed = [(x[0] > y[0]) == (x[1] > y[1]) for x, y in combinations(list(means.values()), 2)]
    assert values["accuracy"].value == pytest.approx(np.mean(agreed))
    for name in ("pearson", "within"):
        difference = values[name].value - found["b"][name].value
        assert values[f"{name}_gain"].value == pytest.approx(difference)
        assert found["b"][f"{name}_gain"].as_dict() == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert all(e.low <= e.high for e in values.values())


def test_tuning_widens_what_is_known_to_differ(judgements: Judgements, encoder: Path) -> None:
    rows = judgements.sets == "ted"
    lead = []
    for epochs in (0, 4):
        model = new_model(encoder)
        tune(model, judgements, rows, Settings(epochs=epochs, learning_rate=1e-3), 1)
        texts = Texts(model, [*SENTENCES, *judgements.hypotheses], Surface())
        found = features_of(texts, judgements, rarity(model, SENTENCES))[:, :4].mean(axis=1)
        good, wrong = (found[judgements.systems == name].mean() for name in ("good", "wrong"))
        lead.append(wrong - good)
    assert lead[1] > 1.5 * lead[0] > 0


def test_what_is_fitted_orders_the_systems(judgements: Judgements, encoder: Path) -> None:
    model = new_model(encoder)
    pairs = garbage(judgements.sources, judgements.references, 1)
    kinds = {text for text, _ in pairs}
    assert {"", SOURCE} <= kinds
    assert all(text != reference for text, reference in pairs)
    texts = Texts(model, [*SENTENCES, *judgements.hypotheses, *kinds], Surface())
    weights = rarity(model, SENTENCES)
    assert (weights > 0).all()
    features = features_of(texts, judgements, weights)
    fitted = fit(texts, judgements, features, weights, np.ones(36, dtype=np.bool_), pairs)
    assert fitted.feature_weights.sum() == pytest.approx(1.0)
    assert (fitted.slopes > 0).all()
    scores = texts.score(fitted, features, texts.n_tokens(judgements.references))
    means = [scores[judgements.systems == name].mean() for name in ("good", "short", "wrong")]
    assert means == sorted(means, reverse=True)
    install(model, fitted)
    assert model.penalty.tolist() == pytest.approx(fitted.penalty.tolist(), rel=1e-6)


def test_the_card_has_every_number(judgements: Judgements) -> None:
    scores = {"chrF": -judgements.mqm, "comet-mini-en": judgements.mqm}
    evaluation = {
        "ted, trained on the other set": {
            metric: {measure: estimate.as_dict() for measure, estimate in values.items()}
            for metric, values in agreement(judgements, "ted", scores, "chrF", 1).items()
        }
    }
    numbers = dict.fromkeys(
        ("scale", "length", "power", "token_limit", "token_slope", "order_limit", "order_slope"),
        0.5,
    )
    about = {"layers": "3 and 4", "n_layers": 4, "minutes": 7, "seed": 1}
    card = model_card(evaluation, numbers | about)
    assert "| comet-mini-en | 1.000 [1.000, 1.000] | 1.000 " in card
    assert "7 minutes on two CPU cores" in card
    assert evidence(evaluation).endswith("with experts is 1.00 on ted (chrF -1.00)")
