"""Long inputs: what the score of a whole is made of, with chunks and weights counted apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mteval.metrics.comet.checkpoints import find_model
from mteval.metrics.comet.kinds import load_model
from mteval.metrics.learned.inputs import ModelInput
from mteval.metrics.learned.long_inputs import plan_input, score_inputs
from mteval.metrics.learned.model import LearnedModel

# One long sentence and a short one, which the hypothesis does not translate: the chunks differ in
# length and in score.
SOURCE = "双方应当加强海上合作与交流并及时通报有关情况" * 29 + "。"
SOURCE += "中方高度重视两军关系，愿同对方保持沟通，增进互信，管控风险，维护地区和平稳定。" * 3
LONG = "the two sides shall strengthen maritime cooperation and inform each other " * 28
HYPOTHESIS = f"T{LONG[1:]}and handle differences. " + "Bananas, seven of them, were sold. " * 6
REFERENCE = f"B{LONG[1:]}and manage disputes. " + "China attaches importance to military ties. " * 9


def whole(source: str | None) -> ModelInput:
    return ModelInput(source, HYPOTHESIS, REFERENCE)


def n_tokens(model: LearnedModel, text: str) -> int:
    return len(model.content_tokens(model.tokenize([text])[text]))


def test_chunks_count_by_the_tokens_of_their_source(checkpoints: dict[str, Path]) -> None:
    model = load_model(find_model(str(checkpoints["regression"])), device="cpu")
    input = whole(SOURCE)
    encodings = model.tokenize(input.texts())
    chunks = plan_input(model, input, encodings, split=True).chunks
    assert len(chunks) > 1
    # A chunk by itself may have a token more than within its text, which hardly moves a score.
    weights = [n_tokens(model, chunk.source or "") for chunk in chunks]
    assert max(weights) > 2 * min(weights)
    alone = [
        score_inputs(model, [chunk], split=True, progress=lambda _: None)[0].score
        for chunk in chunks
    ]
    [found] = score_inputs(model, [input], split=True, progress=lambda _: None)
    assert found.detail["cut"] is False
    assert found.score == pytest.approx(np.average(alone, weights=weights), abs=5e-3)
    assert abs(found.score - np.mean(alone)) > 2e-2


def test_without_a_source_chunks_count_by_the_tokens_of_their_reference(
    checkpoints: dict[str, Path],
) -> None:
    model = load_model(find_model(str(checkpoints["unified"])), device="cpu")
    input = whole(None)
    plan = plan_input(model, input, model.tokenize(input.texts()), split=True)
    assert len(plan.chunks) > 1
    wanted = [n_tokens(model, chunk.reference or "") for chunk in plan.chunks]
    np.testing.assert_allclose(plan.weights, wanted, rtol=0, atol=1)
    assert len(set(plan.weights)) > 1
    assert [HYPOTHESIS[start:][:5] for start in plan.starts] == [
        chunk.hypothesis[:5] for chunk in plan.chunks
    ]


def test_what_fits_is_scored_whole_and_what_may_not_be_split_is_cut(
    checkpoints: dict[str, Path],
) -> None:
    model = load_model(find_model(str(checkpoints["regression"])), device="cpu")
    short = ModelInput("双方同意。", "Both sides agree.", "The two sides agree.")
    encodings = model.tokenize([*short.texts(), *whole(SOURCE).texts()])
    assert plan_input(model, short, encodings, split=True) == ([short], [1], [0], {})
    plan = plan_input(model, whole(SOURCE), encodings, split=False)
    assert plan[:3] == ([whole(SOURCE)], [1], [0])
    assert plan.excess["cut"] is True
    assert plan.excess["tokens"] > plan.excess["limit"] == model.text_limit - 2
