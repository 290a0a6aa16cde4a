"""What checks say of one hypothesis."""

from __future__ import annotations

from mteval.checks.outputs import check_outputs
from mteval.checks.registry import CHECKS


def flags(source: str | None, text: str | None, *references: str) -> dict[str, str]:
    sources = None if source is None else [source]
    found = check_outputs(sources, [[reference] for reference in references], [[text]])
    assert list(found) == [check.name for check in CHECKS]
    return {name: places[0, 0] for name, places in found.items() if places}
