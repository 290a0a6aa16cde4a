"""Hyper-parameters are data: what is not those of a model is refused, and nothing runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mteval.errors import InputError
from mteval.metrics.comet.checkpoints import find_model
from tests.metrics.comet.model_folders import write_model


def test_hparams_that_run_code_are_refused_and_do_not_run(model: Path) -> None:
    marker = model / "ran"
    for hostile in (
        f'!!python/object/apply:os.system ["touch {marker}"]',
        f'class_identifier: !!python/object/apply:os.system ["touch {marker}"]',
        f"class_identifier: regression_metric\nx: !!python/object/new:os.system [touch {marker}]",
    ):
        (model / "hparams.yaml").write_text(hostile)
        with pytest.raises(InputError, match=r"hparams.yaml: this is not plain YAML \("):
            find_model(str(model))
        assert not marker.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [1, 2\nb: {", r"not plain YAML"),
        ("a: \x01", r"not plain YAML"),
        ("a: 2020-99-99", r"not plain YAML"),
        ("[" * 3000, r"not plain YAML"),
        ("class_identifier: ranking_metric", r"is 'ranking_metric', and mteval scores with regr"),
        ("class_identifier: [regression_metric]", r"is \['regression_metric'\], and mteval"),
        ("class_identifier:", r"is None"),
        ("just a text", r"is None"),
        ("", r"is None"),
    ],
)
def test_hparams_that_are_not_those_of_a_model_are_refused(
    model: Path, text: str, says: str
) -> None:
    (model / "hparams.yaml").write_text(text)
    with pytest.raises(InputError, match=says) as error:
        find_model(str(model))
    assert "\n" not in str(error.value)


def test_hparams_that_are_not_utf8_are_refused(model: Path) -> None:
    (model / "hparams.yaml").write_bytes(b"class_identifier: \xff\xfe")
    with pytest.raises(InputError, match=r"hparams.yaml:1: the text is not UTF-8"):
        find_model(str(model))


def test_input_segments_that_are_no_list_of_names_are_refused(
    tmp_path: Path, encoder: Path
) -> None:
    for number, bad in enumerate(("5", "mt", "[mt, 5]", "[src, ref]", "{mt: 1}")):
        more = f"input_segments: {bad}"
        model = write_model(tmp_path / str(number), encoder, "unified_metric", more)
        with pytest.raises(InputError, match=r"hparams.yaml: input_segments"):
            find_model(str(model))
