"""The notebook in docs/: it runs, and shows what a run of it shows."""

from __future__ import annotations

import copy
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT

NOTEBOOK = ROOT / "docs" / "quickstart.ipynb"


def shown(notebook: Any) -> list[Any]:
    return [
        [output.get("data", output.get("text")) for output in cell.get("outputs", ())]
        for cell in notebook.cells
    ]


# Jupyter's event loops and its warning about connections are not ours.
@pytest.mark.filterwarnings("ignore")
def test_the_notebook_shows_what_a_run_of_it_shows() -> None:
    kept = nbformat.read(NOTEBOOK, as_version=4)
    run = copy.deepcopy(kept)
    for cell in run.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    resources = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(run, timeout=300, resources=resources).execute()
    assert shown(run) == shown(kept)
    [summary, *_] = kept.cells[1].outputs
    assert "llm-fluent" in summary["data"]["text/html"]
