"""The libraries that load models: kept quiet, off the network, and to one sentence if they fail."""

from __future__ import annotations

import gc
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from mteval.errors import InputError, location

__all__ = ["broken_tokenizer", "hub_offline", "quiet_libraries", "without_panics"]

# huggingface_hub reads the first that is set when it is imported, and transformers what came of it.
_VARIABLES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_TRUE = ("1", "ON", "YES", "TRUE")
_SWITCHES = (
    ("huggingface_hub.constants", "HF_HUB_OFFLINE"),
    ("transformers.utils.hub", "_is_offline_mode"),
)


@contextmanager
def hub_offline() -> Iterator[None]:
    """Keep the libraries of the hub off the network, be they loaded before, here or later."""
    variables = {name: os.environ.get(name, "") for name in _VARIABLES}
    was_offline = next(filter(None, variables.values()), "").upper() in _TRUE
    for module, switch in _SWITCHES:
        was_offline = getattr(sys.modules.get(module), switch, was_offline)
    try:
        os.environ.update(dict.fromkeys(_VARIABLES, "1"))
        _switch(True)
        yield
    finally:
        for name, value in variables.items():
            os.environ[name] = value
            if not value:
                del os.environ[name]
        _switch(was_offline)


def _switch(offline: bool) -> None:
    for name, switch in _SWITCHES:
        if name in sys.modules:
            setattr(sys.modules[name], switch, offline)
    if "huggingface_hub.utils" in sys.modules:
        sys.modules["huggingface_hub.utils"].reset_sessions()  # open connections


@contextmanager
def without_panics(path: Path) -> Iterator[None]:
    """Turn the panic of a library in Rust, which is no Exception, into an error about a file.

    Raises:
        InputError: the library panics.
    """
    with _kept_stderr() as kept:
        try:
            yield
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            # What the library has said of it by itself is in the message.
            kept.truncate(0)
            raise broken_tokenizer(path, error) from None


def broken_tokenizer(path: Path, error: BaseException) -> InputError:
    """Return what is said of a tokenizer that its library cannot run."""
    reason = " ".join(str(error).split())[:200]
    return InputError(
        f"{location(path)}: the tokenizer cannot be run ({reason}); get it again, or choose "
        "another model"
    )


@contextmanager
def _kept_stderr() -> Iterator[IO[bytes]]:
    """Keep what is written to stderr past Python; what is left in the file is written at last."""
    with tempfile.TemporaryFile() as kept:
        sys.stderr.flush()
        stderr = os.dup(2)
        try:
            os.dup2(kept.fileno(), 2)
            yield kept
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            kept.seek(0)
            with suppress(OSError):
                os.write(2, kept.read())


@contextmanager
def quiet_libraries(load: Callable[[], None]) -> Iterator[None]:
    """Keep the loading of models from printing and warning, and from logging for everybody else.

    Args:
        load: imports the libraries, transformers among them.
    """
    # Said so that tokenizers does not warn of every later fork.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _no_collection():
                load()
                import transformers
            verbosity = transformers.logging.get_verbosity()
            transformers.logging.set_verbosity_error()
            try:
                yield
            finally:
                transformers.logging.set_verbosity(verbosity)
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector off: the half million objects of these imports are here to stay.

    It takes a fifth of their time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
