from __future__ import annotations

from pathlib import Path

import pytest

from mteval.errors import UsageError
from mteval.views.exports import base
from mteval.views.exports.export import BINARY_FORMATS
from mteval.views.exports.registry import export_format, format_names
from mteval.views.exports.run_tables import TABLES
from tests.conftest import Run


def test_every_module_with_an_export_is_in_the_registry_and_all_in_it_are_there() -> None:
    folder = Path(base.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if "EXPORT = " in path.read_text("utf-8")}
    assert modules == set(format_names())
    for name in format_names():
        found = export_format(name)
        assert isinstance(found, base.ExportFormat)
        # A file with one table needs to know which.
        assert len(found.default_tables or TABLES) == 1 or not found.one_table
        assert set(found.default_tables or ()) <= set(TABLES)


def test_a_name_that_is_another_module_is_no_format() -> None:
    with pytest.raises(UsageError, match="no format 'base'; choose one of csv, json, markdown"):
        export_format("base")


def test_texts_are_for_a_terminal_and_bytes_are_not() -> None:
    assert {"xlsx", "parquet"} == BINARY_FORMATS


def test_the_command_offers_every_format(mteval: Run) -> None:
    shown = mteval("export", "--help").stdout
    for name in format_names():
        assert name in shown
