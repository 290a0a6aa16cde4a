"""What a model reads and is worth follows from its files, not from its word alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from mteval.metrics.comet.checkpoints import find_model
from tests.metrics.comet.model_folders import write_model


@pytest.mark.parametrize(
    ("kind", "more", "source", "reference", "needed"),
    [
        ("regression_metric", "", True, True, True),
        ("referenceless_regression_metric", "", True, False, False),
        ("unified_metric", "", True, True, False),
        ("unified_metric", "input_segments: [mt, src, ref]", True, True, False),
        ("unified_metric", "input_segments: [mt, ref]", False, True, True),
        ("unified_metric", "input_segments: [mt, src]", True, False, False),
        ("xcomet_metric", "", True, True, False),
        ("token_matching_metric", "", False, True, True),
        # xCOMET's classes read all three whatever their hyper-parameters say.
        ("xcomet_metric", "input_segments: [mt, src]", True, True, False),
    ],
)
def test_what_a_model_reads_follows_from_its_hyperparameters(
    kind: str, more: str, source: bool, reference: bool, needed: bool, tmp_path: Path, encoder: Path
) -> None:
    files = find_model(str(write_model(tmp_path / "mine", encoder, kind, more)))
    assert (files.reads_source, files.reads_reference) == (source, reference)
    assert files.needs_reference == needed


@pytest.mark.parametrize(
    ("name", "grade"), [("Unbabel/wmt22-comet-da", "published"), ("mine", "ungraded")]
)
def test_a_model_s_grade_is_not_for_itself_to_give(
    name: str, grade: str, tmp_path: Path, encoder: Path
) -> None:
    files = find_model(str(write_model(tmp_path / "mine", encoder, more="grade: published")))
    assert dataclasses.replace(files, name=name).grade == grade
    assert files.target_language is None
    assert files.evidence is None
