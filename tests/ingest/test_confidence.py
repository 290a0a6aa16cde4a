"""Pairs that are not sure, and English that is no translation but a summary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from mteval.alignment.beads import DOUBTFUL
from mteval.errors import InputError
from mteval.ingest.output import Ingested, write_ingested
from mteval.ingest.pipeline import ingest_page, ingest_pages
from mteval.io.toml import read_toml
from tests.conftest import ROOT


def report(page: str) -> list[tuple[str, str]]:
    rows = (ROOT / "benchmarks" / "alignment_reports.tsv").read_text("utf-8").splitlines()
    return [(zh, en) for name, zh, en in (row.split("\t") for row in rows) if name == page]


def page(folder: Path, lines: Sequence[str]) -> Path:
    path = folder / "page.txt"
    path.write_text("\n\n".join(lines), "utf-8")
    return path


SUMMARY = (
    "The payment systems of Hong Kong, including the Faster Payment System, grew in 2022.",
    "Work on central bank digital currencies also went on.",
)
SHORTENED = (
    "We worked with the Bank for International Settlements and several central banks on Project "
    "mBridge."
)


@pytest.fixture(scope="module")
def shortened(tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    """Ingest a report one paragraph of which has only its beginning in English."""
    lines = [
        side
        for zh, en in report("payment")
        for side in (zh, SHORTENED if "Project mBridge" in en else en)
    ]
    return ingest_page(page(tmp_path_factory.mktemp("shortened"), lines))


def test_a_summary_of_the_whole_is_flagged(tmp_path: Path) -> None:
    path = page(tmp_path, [*(zh for zh, _ in report("payment")), *SUMMARY])
    result = ingest_page(path)
    assert result.report.is_summary
    assert result.report.as_dict()["is_summary"]
    [note] = result.report.notes
    assert "page.txt: the English is a summary of the Chinese, no translation: " in note
    assert result.metadata["summary"] is True
    write_ingested(tmp_path / "out", [result])
    assert read_toml(tmp_path / "out" / "page.toml")["summary"] is True


def test_a_segment_that_is_a_summary_is_flagged(shortened: Ingested, tmp_path: Path) -> None:
    numbers = [k.segment for k in shortened.report.kept if k.is_summary]
    [segment] = [shortened.document.segments[n - 1] for n in numbers]
    assert segment.references == (SHORTENED,)
    assert not shortened.report.is_summary
    [note] = shortened.report.notes
    assert f"the English of segment {numbers[0]} is a summary of the Chinese" in note
    assert [row[0] for row in shortened.report.summary_rows()] == [f"page:{numbers[0]}"]
    kept = shortened.report.as_dict()["kept"]
    assert [record["segment"] for record in kept if record["is_summary"]] == numbers
    write_ingested(tmp_path, [shortened])
    written = read_toml(tmp_path / "page.toml")
    assert written["summaries"] == numbers
    assert "summary" not in written


def test_translations_are_not_flagged(tmp_path: Path) -> None:
    for lines in (
        [side for pair in report("payment") for side in pair],
        # Half of it, in full, is no summary.
        [*(zh for zh, _ in report("payment")), *(en for _, en in report("payment")[:8])],
    ):
        result = ingest_page(page(tmp_path, lines))
        assert not result.report.is_summary
        assert result.report.summary_rows() == []
        assert result.report.notes == ()
        assert not {"summary", "summaries"} & result.metadata.keys()


def test_doubtful_pairs_are_shown_and_can_be_left_out(shortened: Ingested, tmp_path: Path) -> None:
    report_ = shortened.report
    doubtful = [k for k in report_.kept if k.confidence is not None and k.confidence < DOUBTFUL]
    assert [(row[0], row[1]) for row in report_.doubtful_rows()] == [
        (f"page:{k.segment}", f"{k.confidence:.2f}") for k in doubtful
    ]
    assert [row[3] for row in report_.doubtful_rows()] == [k.target for k in doubtful]
    path = tmp_path / "page.txt"
    path.write_bytes(Path(report_.page).read_bytes())
    bound = sorted(k.confidence or 0.0 for k in report_.kept)[2]
    [result] = ingest_pages([path], min_confidence=bound)
    left = [k for k in report_.kept if (k.confidence or 0.0) < bound]
    assert left
    assert len(result.report.kept) == len(report_.kept) - len(left)
    reasons = {x.line: x.reason for x in result.report.dropped}
    for k in left:
        for line in k.lines:
            assert reasons[line] == f"pair of low confidence ({k.confidence:.2f})"
    accounted = [n for k in result.report.kept for n in k.lines] + sorted(reasons)
    lines = path.read_text("utf-8").split("\n")
    assert sorted(accounted) == [n for n, line in enumerate(lines, 1) if line]
    assert ingest_page(path, min_confidence=bound).document == result.document


def test_a_bound_that_no_pair_reaches_is_refused(tmp_path: Path) -> None:
    path = page(tmp_path, [side for pair in report("payment")[:4] for side in pair])
    with pytest.raises(InputError, match=r"page\.txt: no pair .*; the surest has [01]\.\d+"):
        ingest_page(path, min_confidence=1.01)
