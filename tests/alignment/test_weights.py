from __future__ import annotations

import ast

import numpy as np

from mteval.alignment import weights
from tests.conftest import ROOT


def test_every_number_is_used_by_another_module() -> None:
    used = {
        alias.name
        for path in (ROOT / "mteval" / "alignment").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "mteval.alignment.weights"
        for alias in node.names
    }
    # What MODEL holds is used as FEATURES and WEIGHTS.
    assert used == set(weights.__all__) - {"MODEL"}


def test_weights_are_in_the_order_of_features() -> None:
    assert dict(zip(weights.FEATURES, weights.WEIGHTS.tolist(), strict=True)) == weights.MODEL
    within = dict(zip(weights.FEATURES, weights.WEIGHTS_WITHIN - weights.WEIGHTS, strict=True))
    changed = {name: value for name, value in within.items() if not np.isclose(value, 0)}
    assert changed.keys() == {"none", "group of 2", "group of 3", "group of 4"}
    assert changed["none"] < 0 < min(changed[f"group of {size}"] for size in (2, 3, 4))
    dropped = np.array(weights.FEATURES)[weights.WEIGHTS_WITHOUT_LENGTH != weights.WEIGHTS]
    assert dropped.tolist() == ["length", "length squared", "length of group"]
