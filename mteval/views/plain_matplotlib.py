"""matplotlib as it is by default: no settings of the folder, the user or the environment count."""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plain_settings"]

_SETTINGS_FILE = "matplotlibrc"
# What of the environment it reads when it is loaded: a file of settings, and what draws on screens.
_VARIABLES = ("MATPLOTLIBRC", "MPLBACKEND")


@contextmanager
def plain_settings(style: Mapping[str, object]) -> Iterator[type[Figure]]:
    """Have matplotlib draw by its defaults and a style, and yield its class of figures."""
    with _without_settings() if "matplotlib" not in sys.modules else nullcontext():
        # All of it that drawing needs, as parts of it look for its cache.
        import matplotlib
        import matplotlib.backends.backend_svg
        from matplotlib.figure import Figure

    # Its own backend is left alone: figures are drawn without one.
    defaults = {k: v for k, v in matplotlib.rcParamsDefault.items() if k != "backend"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", matplotlib.MatplotlibDeprecationWarning)
        # The browser brings the fonts; matplotlib's own lack Chinese.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        with matplotlib.rc_context({**defaults, **style}):
            yield Figure


@contextmanager
def _without_settings() -> Iterator[None]:
    """Let matplotlib find its own file of settings first, and say nothing of others or its cache.

    It looks in the working folder before all else, so that is another one for the moment, where it
    would find a file there.
    """
    logger = logging.getLogger("matplotlib")
    level = logger.level
    kept = {name: os.environ.pop(name) for name in _VARIABLES if name in os.environ}
    spec = importlib.util.find_spec("matplotlib")
    own = Path((spec and spec.origin) or "").parent / "mpl-data"
    here = None
    try:
        logger.setLevel(logging.CRITICAL)
        os.environ["MATPLOTLIBRC"] = str(own / _SETTINGS_FILE)
        if os.path.lexists(_SETTINGS_FILE):
            here = os.open(".", os.O_RDONLY)
            os.chdir(own)
        yield
    finally:
        if here is not None:
            os.chdir(here)
            os.close(here)
        del os.environ["MATPLOTLIBRC"]
        os.environ.update(kept)
        logger.setLevel(level)
