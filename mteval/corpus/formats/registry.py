"""The registry of formats: one line each for those of mteval, an entry point for those of others.

Names are known without loading anything; a format is loaded when it is asked for.
"""

from __future__ import annotations

import difflib
import functools
import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from mteval.errors import MtevalError, UnavailableError, UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint
    from pathlib import Path

    from mteval.corpus.formats.base import Format
    from mteval.corpus.formats.corpus import Corpus
    from mteval.corpus.formats.wanted import Wanted

__all__ = ["BUILT_IN", "ENTRY_POINTS", "FORMATS", "FormatRegistry", "find_format"]

P = ParamSpec("P")
T = TypeVar("T")
# Name -> where the format is. Detection asks them in this order, and the first with a suffix is
# the one written for it.
BUILT_IN: dict[str, str] = {
    "folder": "mteval.corpus.formats.references:FOLDER",
    "system": "mteval.corpus.formats.references:SYSTEM",
    "mt-metrics-eval": "mteval.corpus.formats.mt_metrics_eval:MT_METRICS_EVAL",
    "lines": "mteval.corpus.formats.plain_lines:LINES",
    "tsv": "mteval.corpus.formats.tables:TSV",
    "csv": "mteval.corpus.formats.tables:CSV",
    "jsonl": "mteval.corpus.formats.tables:JSONL",
    "wmt-xml": "mteval.corpus.formats.wmt_xml:WMT_XML",
    "tmx": "mteval.corpus.formats.tmx:TMX",
    "xliff-1.2": "mteval.corpus.formats.xliff:XLIFF_1",
    "xliff-2.1": "mteval.corpus.formats.xliff:XLIFF_2",
    "po": "mteval.corpus.formats.po:PO",
}
# The group in which packages name their formats: name = "package.module:FORMAT".
ENTRY_POINTS = "mteval.formats"


class FormatRegistry(Mapping[str, "Format"]):
    """The formats by name, in the order in which detection asks them; each is loaded on use.

    Attributes:
        built_in: where the formats of mteval are.
    """

    def __init__(self, built_in: Mapping[str, str]) -> None:
        self.built_in = built_in
        self._loaded: dict[str, Format] = {}

    @cached_property
    def _plugins(self) -> dict[str, EntryPoint]:
        # On use, as it takes longer to load than all formats.
        from importlib.metadata import entry_points

        found = sorted(entry_points(group=ENTRY_POINTS), key=lambda each: (each.name, each.value))
        return {each.name: each for each in found if each.name not in self.built_in}

    def __iter__(self) -> Iterator[str]:
        yield from self.built_in
        yield from self._plugins

    def __len__(self) -> int:
        return len(self.built_in) + len(self._plugins)

    def __getitem__(self, name: str) -> Format:
        """Return the format of a name.

        Raises:
            KeyError: there is none.
            UnavailableError: another package's format cannot be loaded.
        """
        if name not in self._loaded:
            if name in self.built_in:
                module, _, attribute = self.built_in[name].partition(":")
                self._loaded[name] = getattr(importlib.import_module(module), attribute)
            else:
                self._loaded[name] = _load_plugin(self._plugins[name])
        return self._loaded[name]

    def usable(self) -> tuple[list[Format], list[str]]:
        """Return the formats that can be loaded, and a sentence for each that cannot."""
        formats: list[Format] = []
        problems: list[str] = []
        for name in self:
            try:
                formats.append(self[name])
            except UnavailableError as error:
                problems.append(str(error))
        return formats, problems


def _load_plugin(entry_point: EntryPoint) -> Format:
    from mteval.corpus.formats.base import Format

    problem = ""
    try:
        found = entry_point.load()
    # What a package raises as it is imported may be anything.
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    else:
        if not isinstance(found, Format):
            problem = f"{entry_point.value} is no Format but a {type(found).__name__}"
        elif found.name != entry_point.name:
            problem = f"it calls itself {found.name!a}"
        else:
            return _guarded(found, entry_point)
    raise _unusable(entry_point, problem)


def _guarded(format: Format, entry_point: EntryPoint) -> Format:
    """Return a format whose failures say in a sentence which package is to blame."""
    from mteval.corpus.formats.corpus import Corpus

    def guard(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return function(*args, **kwargs)
            except MtevalError:
                raise
            except Exception as error:
                raise _unusable(entry_point, f"{type(error).__name__}: {error}") from error

        return call

    def read(path: Path, wanted: Wanted) -> Corpus:
        corpus = guard(format.read)(path, wanted)
        if not isinstance(corpus, Corpus):
            problem = f"what it reads is a {type(corpus).__name__} and not a Corpus"
            raise _unusable(entry_point, problem)
        return corpus

    return replace(
        format,
        read=read,
        write=None if format.write is None else guard(format.write),
        sniff=None if format.sniff is None else guard(format.sniff),
    )


def _unusable(entry_point: EntryPoint, problem: str) -> UnavailableError:
    package = "a package" if entry_point.dist is None else entry_point.dist.name
    return UnavailableError(
        f"the format {entry_point.name!a} of {package} cannot be used ({problem}); update that "
        "package or uninstall it"
    )


FORMATS = FormatRegistry(BUILT_IN)


def find_format(name: str) -> Format:
    """Return the format of a name.

    Raises:
        UsageError: there is none.
        UnavailableError: another package's format cannot be loaded.
    """
    if name not in FORMATS:
        near = difflib.get_close_matches(name, FORMATS, n=1)
        meant = f" (did you mean {near[0]}?)" if near else ""
        raise UsageError(
            f"there is no format {name!a}{meant}; those known are {', '.join(FORMATS)}"
        )
    return FORMATS[name]
