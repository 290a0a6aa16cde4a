"""Windows: each input once, in order, and what may be carried from one to the next."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.metrics.comet.metric import comet
from mteval.metrics.learned.inputs import ModelInput
from mteval.metrics.learned.windows import ScoreWindow, cut_windows
from mteval.metrics.registry import METRICS, load_metric
from tests.metrics.comet.test_metric import REFERENCES, SOURCES, SYSTEMS
from tests.test_executor import FreshProcesses

TEXT = st.text("abc", min_size=1, max_size=6)


@given(
    inputs=st.lists(st.builds(ModelInput, st.none() | TEXT, TEXT, TEXT), unique=True, max_size=30),
    characters=st.integers(1, 60),
)
def test_windows_hold_every_input_once_and_carry_what_comes_again(
    inputs: list[ModelInput], characters: int
) -> None:
    windows = cut_windows(inputs, characters)
    assert [input for window in windows for input in window.inputs] == inputs
    for k, window in enumerate(windows):
        seen = {text for one in windows[: k + 1] for input in one.inputs for text in input.texts()}
        later = {text for one in windows[k + 1 :] for input in one.inputs for text in input.texts()}
        assert window.carried == seen & later
        # Not before it is full does a window end.
        size = sum(len(text) for input in window.inputs for text in input.texts())
        assert size > characters or window is windows[-1]


def test_references_of_one_hypothesis_stay_together() -> None:
    inputs = [ModelInput("s" * 9, "h" * 9, "r" * n) for n in (1, 2, 3)]
    assert len(cut_windows(inputs, 1)) == 1
    assert len(cut_windows([*inputs, ModelInput("s", "g", "r")], 1)) == 2


@pytest.mark.parametrize("kind", ["regression", "xcomet"])
def test_fresh_processes_score_as_this_one_does(
    checkpoints: dict[str, Path], kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(tmp_path))
    columns = SOURCES[:6], [REFERENCES[:6]], [system[:6] for system in SYSTEMS]
    here = comet(str(checkpoints[kind]), cache=False).statistics(*columns)
    # Small windows, of which every process gets one.
    monkeypatch.setattr(
        "mteval.metrics.learned.metric.cut_windows", lambda inputs, _: cut_windows(inputs, 2500)
    )
    executor = FreshProcesses()
    metric = comet(str(checkpoints[kind]))
    there = metric.statistics(*columns, executor=executor)
    assert executor.n_batches > 2
    np.testing.assert_allclose(there.values, here.values, rtol=0, atol=1e-6)
    assert there.flags == here.flags
    # They kept what they computed, embeddings too: it is not asked for again.
    n_batches = executor.n_batches
    again = comet(str(checkpoints[kind])).statistics(*columns, executor=executor)
    assert executor.n_batches == n_batches
    np.testing.assert_array_equal(again.values, there.values)


def test_a_task_is_pickled_without_what_it_reports_to(checkpoints: dict[str, Path]) -> None:
    metric = comet(str(checkpoints["regression"]), cache=False)
    task = ScoreWindow(metric._reference, split=True, report=lambda _: None)  # type: ignore[attr-defined]
    data = pickle.dumps(task)
    assert len(data) < 5000
    copy = pickle.loads(data)
    [window] = cut_windows([ModelInput(SOURCES[0], SYSTEMS[0][0], REFERENCES[0])], 1000)
    assert copy(window).scores == task(window).scores


def test_progress_is_told_within_a_window_and_ends_with_all(checkpoints: dict[str, Path]) -> None:
    metric = load_metric(
        METRICS["comet"], {"model": str(checkpoints["regression"]), "cache": False}
    )
    calls: list[tuple[int, int]] = []
    columns = SOURCES, [REFERENCES], SYSTEMS
    metric.statistics(*columns, lambda done, total: calls.append((done, total)))
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert calls[-1][0] == calls[-1][1]
    assert len({done for done, _ in calls}) > 2
