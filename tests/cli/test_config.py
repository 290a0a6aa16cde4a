from __future__ import annotations

from pathlib import Path

import pytest

from mteval.cli.config import SETTINGS, read_settings
from mteval.errors import EncodingError, InputError, MtevalError, UsageError


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in SETTINGS.values():
        monkeypatch.delenv(variable, raising=False)


def test_nothing_is_set_where_nothing_is_there(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == {}
    (tmp_path / "mteval.toml").touch()
    assert read_settings(tmp_path) == {}


def test_a_project_has_its_settings_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "mteval.toml").write_text(
        'comet_model = "models/模型"\nlong_inputs = "truncate"\nprecision = "bf16"\n'
        'device = "cpu"  # here\n',
        encoding="utf-8",
    )
    assert read_settings(tmp_path)["comet"] == {
        "model": "models/模型",
        "long_inputs": "truncate",
        "precision": "bf16",
        "device": "cpu",
    }


def test_a_metric_has_a_table_of_its_own(tmp_path: Path) -> None:
    table = 'precision = "bf16"\ncache = false\nmodel = "models/模型"\n'
    (tmp_path / "mteval.toml").write_text(f"[metrics.comet]\n{table}", encoding="utf-8")
    wanted = {"comet": {"precision": "bf16", "cache": False, "model": "models/模型"}}
    assert read_settings(tmp_path) == wanted
    (tmp_path / "mteval.toml").unlink()
    (tmp_path / "pyproject.toml").write_text(f"[tool.mteval.metrics.comet]\n{table}", "utf-8")
    assert read_settings(tmp_path) == wanted


def test_what_is_said_of_one_metric_goes_before_what_is_said_of_all(tmp_path: Path) -> None:
    (tmp_path / "mteval.toml").write_text(
        'device = "cpu"\nprecision = "fp16"\n[metrics.comet]\ndevice = "mps"\n'
    )
    assert read_settings(tmp_path)["comet"] == {"device": "mps", "precision": "fp16"}


def test_a_setting_of_one_metric_is_set_once(tmp_path: Path) -> None:
    for key, alias in (("model", "comet_model"), ("precision", "precision")):
        (tmp_path / "mteval.toml").write_text(
            f'{alias} = "fp16"\n[metrics.comet]\n{key} = "fp32"\n'
        )
        says = rf"mteval.toml: {alias} and metrics\.comet\.{key} are one setting, .*; drop one"
        with pytest.raises(UsageError, match=says):
            read_settings(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('precision = "int8"', "precision is 'int8'; choose from fp32, bf16, fp16"),
        (
            "[metrics.comet]\nprecision = 16",
            "metrics.comet.precision is 16; give one of fp32, bf16",
        ),
        ('[metrics.comet]\ncache = "no"', "metrics.comet.cache is 'no'; give true or false"),
        ("[metrics.comet]\nmodel = 5", "metrics.comet.model is 5; give it as a text in quotes"),
        ("[metrics.comet]\nlayer = 5", "metrics.comet has no option 'layer'; it takes: model, "),
        ("[metrics.bleu]\nlayer = 5", "metrics.bleu has no option 'layer'; it takes: none"),
        ("[metrics.blue]\nlayer = 5", "no metric for [metrics.blue]; the metrics are bleu, "),
        ("metrics = 5", "metrics is not a table; it has a table for each metric"),
        (
            "[metrics]\ncomet = 5",
            "metrics.comet is not a table; options of comet go below [metrics",
        ),
    ],
)
def test_a_metric_s_options_are_checked_where_they_are_written(
    tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "mteval.toml").write_text(text)
    with pytest.raises(MtevalError) as error:
        read_settings(tmp_path)
    assert "mteval.toml: " in str(error.value)
    assert says in str(error.value)


def test_a_variable_with_a_bad_value_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTEVAL_PRECISION", "int8")
    with pytest.raises(UsageError, match="MTEVAL_PRECISION is 'int8'; choose from fp32, bf16, fp"):
        read_settings(tmp_path)


def test_pyproject_serves_where_there_is_no_file_of_its_own(tmp_path: Path) -> None:
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text('[project]\nname = "x"\n')
    assert read_settings(tmp_path) == {}
    pyproject.write_text('[tool.other]\nx = 1\n[tool.mteval]\ncomet_model = "Org/name"\n')
    assert read_settings(tmp_path) == {"comet": {"model": "Org/name"}}
    # One or the other: nobody wonders which line of which file holds.
    (tmp_path / "mteval.toml").write_text('device = "cpu"\n')
    assert read_settings(tmp_path)["comet"] == {"device": "cpu"}


def test_environment_variables_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mteval.toml").write_text('comet_model = "a"\ndevice = "cpu"\n')
    monkeypatch.setenv("MTEVAL_COMET_MODEL", "b")
    monkeypatch.setenv("MTEVAL_PRECISION", "fp16")
    monkeypatch.setenv("MTEVAL_DEVICE", "")  # as good as none
    found = read_settings(tmp_path)["comet"]
    assert found == {"model": "b", "device": "cpu", "precision": "fp16"}


def test_an_unknown_setting_is_refused_with_those_there_are(tmp_path: Path) -> None:
    for name, table in (("mteval.toml", ""), ("pyproject.toml", "[tool.mteval]\n")):
        (tmp_path / name).write_text(f'{table}comet-model = "x"\n')
        with pytest.raises(UsageError) as error:
            read_settings(tmp_path)
        assert f"{name}: there is no setting 'comet-model'" in str(error.value)
        assert ", ".join(SETTINGS) in str(error.value)
        (tmp_path / name).unlink()


@pytest.mark.parametrize("value", ["1", "true", '""', '["a"]', "{}", "2020-01-01"])
def test_a_value_that_is_no_text_is_refused(tmp_path: Path, value: str) -> None:
    (tmp_path / "mteval.toml").write_text(f"device = {value}\n")
    with pytest.raises(InputError, match=r"mteval.toml: device is .*; give one of auto, cpu,"):
        read_settings(tmp_path)


def test_a_file_that_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "mteval.toml"):
        (tmp_path / name).write_text('device = "cpu"\nprecision = fp16\n')
        with pytest.raises(InputError, match=rf"{name}: this is not valid TOML: .*line 2"):
            read_settings(tmp_path)
    (tmp_path / "mteval.toml").write_bytes('device = "國"\n'.encode("big5"))
    with pytest.raises(EncodingError, match=r"mteval.toml:1: the text is not UTF-8"):
        read_settings(tmp_path)


@pytest.mark.parametrize("text", ["tool = 5\n", '[tool]\nmteval = "x"\n', "[[tool.mteval]]\n"])
def test_a_table_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(InputError, match=r"pyproject.toml: .*is not a table"):
        read_settings(tmp_path)
