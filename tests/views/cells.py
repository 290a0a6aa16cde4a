"""Tables as texts, for tests to compare."""

from __future__ import annotations

from mteval.views.tables import Table


def texts(table: Table) -> list[list[str]]:
    """Return the rows of a table: the text of each cell, with a star where it is the best."""
    return [
        [cell.text + "*" * cell.best for cell in row] for group in table.groups for row in group
    ]


def details(table: Table) -> list[list[str]]:
    """Return the rows of a table: the detail of each cell."""
    return [[cell.detail for cell in row] for group in table.groups for row in group]
