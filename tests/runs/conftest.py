"""What the tests of runs share."""

from __future__ import annotations

import pytest

from mteval.runs.evaluation import Evaluation
from tests.runs.evaluations import rich_evaluation


@pytest.fixture(scope="session")
def evaluation() -> Evaluation:
    """Return an evaluation that has all that one may have."""
    return rich_evaluation()
