from __future__ import annotations

import re

from mteval.checks.registry import CHECKS


def test_names_and_meanings() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert re.fullmatch("[a-z]+(-[a-z]+)*", check.name)
        assert check.meaning
        assert not check.meaning.endswith(".")
