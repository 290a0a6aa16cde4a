from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mteval.errors import InputError, MissingPackageError, UsageError
from mteval.terminology.concepts import Concept, Rendering
from mteval.terminology.formats.base import Style
from mteval.terminology.formats.registry import read_termbase, write_termbase
from mteval.terminology.termbase import Termbase
from tests.conftest import ROOT
from tests.terminology.formats.common import (
    ANY,
    KINDS,
    TERMBASE,
    XML,
    goes_round,
    refused,
    termbases,
    write,
)


@given(termbases(ANY))
def test_csv_is_lossless(tmp_path_factory: pytest.TempPathFactory, termbase: Termbase) -> None:
    goes_round(tmp_path_factory.mktemp("csv"), termbase, ".csv", "dca")


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(termbases(XML))
def test_xlsx_is_lossless(tmp_path_factory: pytest.TempPathFactory, termbase: Termbase) -> None:
    goes_round(tmp_path_factory.mktemp("xlsx"), termbase, ".xlsx", "dca")


@given(termbases(XML), st.sampled_from([".tbx", ".xml"]), st.sampled_from(["dca", "dct"]))
def test_tbx_is_lossless(
    tmp_path_factory: pytest.TempPathFactory, termbase: Termbase, suffix: str, style: Style
) -> None:
    goes_round(tmp_path_factory.mktemp("tbx"), termbase, suffix, style)


@pytest.mark.parametrize(("suffix", "style"), KINDS)
def test_our_own_terms_go_round(tmp_path: Path, suffix: str, style: Style) -> None:
    termbase = read_termbase(ROOT / "references" / "terms.csv")
    assert len(termbase.concepts) >= 90
    assert termbase.concepts[0].where.endswith("terms.csv:2")
    goes_round(tmp_path, termbase, suffix, style)


# Any format.


def test_formats_are_told_by_suffix(tmp_path: Path) -> None:
    message = r"terms\.tsv: .* suffix '\.tsv'; use one of \.csv, \.xlsx, \.tbx, \.xml"
    with pytest.raises(UsageError, match=message):
        read_termbase(tmp_path / "terms.tsv")
    with pytest.raises(UsageError, match=message):
        write_termbase(tmp_path / "terms.tsv", Termbase(()))
    assert read_termbase(write(tmp_path / "A.CSV", "source,target", "一,a")).concepts


@pytest.mark.parametrize(("suffix", "style"), KINDS)
def test_files_that_are_not_there(tmp_path: Path, suffix: str, style: Style) -> None:
    assert "there is no such file" in refused(tmp_path / f"t{suffix}")
    (tmp_path / f"t{suffix}").mkdir()
    assert "this is a folder" in refused(tmp_path / f"t{suffix}")
    with pytest.raises(InputError, match="this is a folder where a file is expected"):
        write_termbase(tmp_path / f"t{suffix}", TERMBASE, style=style)
    assert [each.name for each in tmp_path.iterdir()] == [f"t{suffix}"]


@pytest.mark.parametrize(("suffix", "style"), KINDS)
def test_a_termbase_that_would_not_read_back_is_not_written(
    tmp_path: Path, suffix: str, style: Style
) -> None:
    for text in ["a\nb", "a\0"]:
        bad = Termbase((Concept("c", ("一",), (Rendering(text, "preferred"),)),))
        with pytest.raises(InputError, match="the target contains"):
            write_termbase(tmp_path / f"t{suffix}", bad, style=style)
    with pytest.raises(InputError, match="there is no term here"):
        write_termbase(tmp_path / f"t{suffix}", Termbase(()), style=style)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".xlsx", ".tbx"])
@pytest.mark.parametrize("character", ["\x0b", "\x01", "\ufffe"])
def test_characters_that_xml_cannot_hold(tmp_path: Path, suffix: str, character: str) -> None:
    csv = write(tmp_path / "t.csv", "source,target,note", "一,a,", f"二,b,x{character}y")
    message = (
        rf"t\.csv:3: the note contains the character U\+{ord(character):04X}, which "
        rf"{suffix[1:].upper()} cannot hold; remove it, or write \.csv"
    )
    with pytest.raises(InputError, match=message):
        write_termbase(tmp_path / f"t{suffix}", read_termbase(csv))


@pytest.mark.parametrize(("suffix", "package"), [(".xlsx", "openpyxl"), (".tbx", "lxml")])
def test_missing_packages_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    message = rf"need the package {package}, .* pip install 'mteval-toolkit\[terms\]'"
    with pytest.raises(MissingPackageError, match=message):
        read_termbase(tmp_path / f"t{suffix}")
    with pytest.raises(MissingPackageError, match=message):
        write_termbase(tmp_path / f"t{suffix}", TERMBASE)
