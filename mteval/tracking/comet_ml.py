"""The library comet_ml: the one module that knows its settings, its private names, its archives."""

from __future__ import annotations

import json
import logging
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mteval.errors import location
from mteval.tracking.plan import Plan

__all__ = [
    "ENVIRONMENT",
    "IMPATIENT_ENVIRONMENT",
    "PATH_VARIABLES",
    "SETTINGS_FILES",
    "USER_SETTINGS",
    "Logged",
    "TrackerError",
    "log_plan",
]

ARCHIVES = "comet.com"
_PROJECT = "mteval"
# Settings of comet_ml for this one task: nothing but the run is logged, nobody else is told.
ENVIRONMENT = {
    "COMET_DISABLE_ANNOUNCEMENT": "true",
    "COMET_DISABLE_AUTO_LOGGING": "1",  # patches no library
    "COMET_ERROR_TRACKING_ENABLE": "false",  # sentry.io
    "COMET_INTERNAL_REPORTING": "false",
}
# Where there is no network, comet_ml would try for minutes; users' own settings go first.
IMPATIENT_ENVIRONMENT = {
    "COMET_GET_OR_ADD_EXPERIMENT_RETRY_CONNECT": "1",
    "COMET_GET_OR_ADD_EXPERIMENT_RETRY_TOTAL": "3",
    "COMET_HTTP_SESSION_RETRY_TOTAL": "1",
}
# What comet_ml takes settings from: in the folder that it works in, and its user's own
# (config_class.py of comet_ml 3.58).
SETTINGS_FILES = (".comet.config", ".env")
USER_SETTINGS = "~/.comet.config"
# Variables that hold paths of files.
PATH_VARIABLES = ("COMET_CONFIG", "COMET_INI", "COMET_LOGGING_FILE")
# What comet_ml would log of this process and this machine by itself.
_AUTOMATIC = (
    *("log_code", "log_graph", "log_env_details", "log_git_metadata", "log_git_patch"),
    *("log_env_gpu", "log_env_cpu", "log_env_network", "log_env_disk", "log_env_host"),
    *("auto_param_logging", "auto_metric_logging", "auto_output_logging"),
    *("auto_log_co2", "parse_args"),
)


class TrackerError(Exception):
    """What the tracker did not do."""


class _Listener(logging.Handler):
    """A handler that keeps what comet_ml reports as errors, as it raises hardly any."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.errors: list[str] = []
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        kept = self.errors if record.levelno >= logging.ERROR else self.warnings
        kept.append(record.getMessage())


@dataclass
class Logged:
    """What has become of a run so far.

    Attributes:
        online: whether it was sent, or is being sent, to Comet.com.
        already: whether it was there before.
        address: of the experiment, or path of the archive.
    """

    online: bool = False
    already: bool = False
    address: str | None = None


def log_plan(
    plan: Plan, folder: Path, scratch: Path, here: Path, logged: Logged, *, offline: bool
) -> None:
    """Log a plan to Comet.com or into an archive; ``logged`` says how far that came.

    Args:
        plan: what to log.
        folder: of the run.
        scratch: an empty folder, which this process works in.
        here: the folder that relative paths in settings go from.
        logged: what becomes of the run; true to what was tried also where this fails.
        offline: make an archive, whatever the settings say.

    Raises:
        TrackerError: comet_ml did not do it.
    """
    import comet_ml

    heard = _Listener()
    logging.getLogger("comet_ml").addHandler(heard)
    config = comet_ml.get_config()
    if config["comet.auto_log.disable"]:
        raise TrackerError("COMET_AUTO_LOG_DISABLE switches comet-ml off")
    settings = {
        "project_name": config["comet.project_name"] or _PROJECT,
        "experiment_key": plan.experiment_key,
        # Of this process there is nothing to know.
        **dict.fromkeys(_AUTOMATIC, False),
        "display_summary_level": 0,
    }
    logged.online = (
        not offline
        and bool(comet_ml.get_api_key(None, config))
        and config["comet.start.online"] is not False
        and not config["comet.offline"]
    )
    if logged.online:
        _log_online(plan, settings, logged, heard)
    else:
        archive = _write_archive(plan, settings, scratch)
        named = config["comet.offline_directory"]
        default = comet_ml.config.DEFAULT_OFFLINE_DATA_DIRECTORY
        own = named in (None, default)
        target = (folder.parent / ARCHIVES) if own else here / Path(named).expanduser()
        _keep(archive, target / f"{plan.run}.zip")
        logged.address = str(target / f"{plan.run}.zip")


def _log_online(plan: Plan, settings: Mapping[str, Any], logged: Logged, heard: _Listener) -> None:
    import comet_ml

    experiment = comet_ml.Experiment(**settings)
    if not experiment.alive:
        exists = comet_ml.exceptions.ExperimentAlreadyUploaded(plan.experiment_key)
        if any(str(exists) in message for message in heard.errors):
            logged.already = True
            logged.address = f"experiment {plan.experiment_key}"
            return
        raise TrackerError(heard.errors[-1] if heard.errors else "no reason given")
    _send(experiment, plan)
    logged.address = experiment.url
    experiment.end()
    unsent = comet_ml.logging_messages.ONLINE_ON_END_FAILED_TO_LOG_RUN_WARNING
    if heard.errors or unsent in heard.warnings:
        raise TrackerError(
            f"{[*heard.errors, unsent][0].rstrip('.')}; delete the unfinished experiment "
            f"{plan.experiment_key} there first"
        )


def _write_archive(plan: Plan, settings: Mapping[str, Any], scratch: Path) -> Path:
    import comet_ml

    experiment = comet_ml.OfflineExperiment(**settings, offline_directory=str(scratch))
    _send(experiment, plan)
    experiment.end()
    archive = scratch / f"{plan.experiment_key}.zip"
    _check_archive(archive, plan)
    return archive


def _keep(archive: Path, target: Path) -> None:
    """Copy an archive to where it is kept, whole or not at all."""
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(archive, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise TrackerError(
            f"{location(target.parent)} cannot be written: {error.strerror}"
        ) from None


def _send(experiment: Any, plan: Plan) -> None:
    """Pass everything to comet_ml."""
    from comet_ml.messages import MetricMessage

    experiment.set_name(plan.run)
    experiment.add_tags(list(plan.tags))
    experiment.log_parameters(dict(plan.parameters))
    for point in plan.points:
        # log_metric takes no time, and logs the step as a parameter.
        message = MetricMessage(timestamp=point.time)
        message.set_metric(point.name, point.value, step=point.step)
        experiment._enqueue_message(message)
    for path in plan.assets:
        experiment.log_asset(str(path), file_name=path.name)


def _check_archive(path: Path, plan: Plan) -> None:
    """Check that everything is in an archive, as comet_ml does not say so."""
    wanted = {
        *(("parameter", name) for name in plan.parameters),
        *((point.name, point.step) for point in plan.points),
        *(("file", asset.name) for asset in plan.assets),
    }
    found: set[tuple[str, Any]] = set()
    with zipfile.ZipFile(path) as archive:
        if archive.testzip() is not None or "experiment.json" not in archive.namelist():
            raise TrackerError("the archive that comet-ml wrote is damaged")
        for line in archive.read("messages.json").splitlines():
            payload = json.loads(line)["payload"]
            if "param" in payload:
                found.add(("parameter", payload["param"]["paramName"]))
            elif "metric" in payload:
                found.add((payload["metric"]["metricName"], payload["metric"]["step"]))
            elif payload.get("file_path") in archive.namelist():
                found.add(("file", payload["additional_params"]["fileName"]))
    lacking = wanted - found
    if lacking:
        raise TrackerError(
            f"comet-ml dropped {len(lacking)} of {len(wanted)} things, "
            f"e.g. {min(map(str, lacking))}"
        )
