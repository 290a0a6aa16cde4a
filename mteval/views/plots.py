"""Plots as inline SVG, made when a page is written, so that they need no script."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import combinations
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from mteval.runs.results import Results
from mteval.runs.schema.record import MetricColumn
from mteval.views.plain_matplotlib import plain_settings

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "MAX_DRAWN",
    "distribution_plot",
    "drawn_note",
    "interval_plot",
    "length_plot",
    "pair_plot",
    "trend_plot",
]

# Okabe and Ito (2008): eight colours that the colour-blind tell apart; black is left to text.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#b8a800")
_MARKERS = "osD^vP*X"
_LINES = ("-", "--", "-.", ":")
# Stands for the colour of text, which the page decides (dark mode).
_INK = "#010203"
# Stands out from light and from dark: pictures have no colour of text.
_GREY = "#7d858e"
# More points than this become a picture: as shapes they would be most of the page.
_MAX_SHAPES = 1500
# Fewer segments than this in a bin of lengths have no median to speak of; more bins than these
# would leave lines too ragged to compare. Chosen by hand.
_MIN_IN_BIN = 5
_MAX_BINS = 8
# Systems that a plot shows: more are neither told apart nor read, and each takes its time. Chosen
# by hand; no table of WMT has so many.
MAX_DRAWN = 40
# As many as have room below a plot, and in its legend.
_MAX_TICKS = 15
_MAX_NAME = 32
# Inches.
_LEGEND_ROW = 0.2


def _drawn_systems(results: Results) -> list[int]:
    """Return the indices of the systems that plots show: all, or the best by the first metric.

    Best are the ``MAX_DRAWN`` of the best scores, in the order of the run. Systems that lack
    segments come after all others, as their scores do not compare.
    """
    if len(results.systems) <= MAX_DRAWN:
        return list(range(len(results.systems)))
    metric = results.metrics[0]
    scores = results.scores[metric.name]["system"]
    incomplete = ~results.translated().all(axis=1)
    # A score that does not exist, NaN, is sorted behind all others.
    order = np.lexsort((-scores if metric.higher_is_better else scores, incomplete))
    return sorted(order[:MAX_DRAWN].tolist())


def drawn_note(results: Results) -> str:
    """Return which systems plots show, as a sentence; empty where they show all."""
    n_systems = len(results.systems)
    if n_systems <= MAX_DRAWN:
        return ""
    lacking = not results.translated().all()
    return (
        f"Shown are the {MAX_DRAWN} systems of the best {results.metrics[0].label}, of "
        f"{n_systems:,}{'; those that lack segments come last' if lacking else ''}."
    )


def interval_plot(results: Results) -> str:
    """Return an SVG of the system scores with their 95 % intervals: one panel a metric."""
    metrics = [m for m in results.metrics if m.name in results.intervals]
    if not metrics:
        return ""
    drawn = _drawn_systems(results)
    with _figure(len(metrics), 0.9 + 0.26 * len(drawn), sharey=True) as (figure, panels):
        for axes, metric in zip(panels, metrics, strict=True):
            scores = results.scores[metric.name]["system"]
            for y, s in enumerate(drawn):
                low, high = results.intervals[metric.name][s]
                axes.plot([low, high], [y, y], color=_colour(y), linewidth=2.5)
                axes.plot([scores[s]], [y], _MARKERS[y % len(_MARKERS)], color=_colour(y))
            _name_rows(axes, metric, results, drawn)
        return _svg(figure, "intervals")


def distribution_plot(results: Results) -> str:
    """Return an SVG of how segment scores spread: boxes between quartiles, one panel a metric."""
    from matplotlib.cbook import boxplot_stats

    metrics = _segment_metrics(results)
    if not metrics:
        return ""
    drawn = _drawn_systems(results)
    with _figure(len(metrics), 0.9 + 0.3 * len(drawn), sharey=True) as (figure, panels):
        for axes, metric in zip(panels, metrics, strict=True):
            scores = results.scores[metric.name]["segment"][drawn]
            statistics = boxplot_stats([row[~np.isnan(row)] for row in scores])
            boxes = axes.bxp(
                statistics,
                orientation="horizontal",
                positions=range(len(drawn)),
                patch_artist=True,
                widths=0.6,
                showfliers=False,
                medianprops={"color": _INK},
            )
            # One artist for all outliers: a picture of its own for each system takes a second.
            outliers = [found["fliers"] for found in statistics]
            axes.plot(
                np.concatenate(outliers),
                np.repeat(range(len(drawn)), [len(own) for own in outliers]),
                ".",
                markersize=5,
                markerfacecolor=_GREY,
                markeredgecolor="none",
                rasterized=True,
            )
            for y, box in enumerate(boxes["boxes"]):
                box.set_facecolor(_colour(y))
                box.set_alpha(0.75)
            for name in ("boxes", "whiskers", "caps"):
                for line in boxes[name]:
                    line.set_color(_INK) if name != "boxes" else line.set_edgecolor(_INK)
            _name_rows(axes, metric, results, drawn)
        return _svg(figure, "distributions")


def pair_plot(results: Results) -> str:
    """Return an SVG of the segment scores of each two metrics; points lead to their segments."""
    pairs = list(combinations(_segment_metrics(results), 2))
    if not pairs:
        return ""
    drawn = _drawn_systems(results)
    with _figure(min(len(pairs), 3), 3.4, rows=-(-len(pairs) // 3)) as (figure, panels):
        n_points = int(results.translated()[drawn].sum())
        for axes, (first, second) in zip(panels, pairs, strict=False):
            handles = []
            for number, s in enumerate(drawn):
                x, y = (results.scores[m.name]["segment"][s] for m in (first, second))
                (known,) = np.nonzero(~np.isnan(x) & ~np.isnan(y))
                points = axes.scatter(
                    x[known],
                    y[known],
                    s=14 if n_points < _MAX_SHAPES else 4,
                    color=_colour(number),
                    marker=_MARKERS[number % len(_MARKERS)],
                    alpha=0.7 if n_points < _MAX_SHAPES else 0.35,
                    linewidths=0,
                    rasterized=n_points > _MAX_SHAPES,
                )
                handles.append(points)
                if n_points <= _MAX_SHAPES:
                    points.set_urls([f"#s{i}-{s}" for i in known])
            axes.set_xlabel(first.heading)
            axes.set_ylabel(second.heading)
            axes.grid(alpha=0.3)
        for axes in panels[len(pairs) :]:
            axes.set_axis_off()
        _legend(figure, handles, [results.systems[s] for s in drawn])
        return _svg(figure, "pairs")


def length_plot(results: Results) -> str:
    """Return an SVG of the median segment score by length of the reference (else the source)."""
    metrics = _segment_metrics(results)
    if results.references:
        lengths = np.array([len(text.split()) for text in results.references[0]])
        heading = "words of the reference"
    else:
        lengths = np.array([len(text) for text in results.sources or ()])
        heading = "characters of the source"
    n_bins = min(_MAX_BINS, len(lengths) // _MIN_IN_BIN)
    edges = np.unique(np.quantile(lengths, np.linspace(0, 1, n_bins + 1))) if n_bins else []
    if not metrics or len(edges) < 3:
        return ""
    drawn = _drawn_systems(results)
    bins = np.clip(np.searchsorted(edges, lengths, side="right") - 1, 0, len(edges) - 2)
    with _figure(len(metrics), 3.0) as (figure, panels):
        for axes, metric in zip(panels, metrics, strict=True):
            handles = []
            for number, scores in enumerate(results.scores[metric.name]["segment"][drawn]):
                points = []
                for b in range(len(edges) - 1):
                    chosen = (bins == b) & ~np.isnan(scores)
                    if chosen.sum() >= _MIN_IN_BIN:
                        points.append((np.median(lengths[chosen]), np.median(scores[chosen])))
                handles += axes.plot(*np.array(points).reshape(-1, 2).T, **_line(number))
            axes.set_xscale("symlog", linthresh=1)
            axes.set_xticks(_lengths(edges[0], edges[-1]))
            axes.set_xticks([], minor=True)
            axes.xaxis.set_major_formatter("{x:g}")
            axes.set_xlabel(heading)
            axes.set_ylabel(metric.heading)
            axes.grid(alpha=0.3)
        _legend(figure, handles, [results.systems[s] for s in drawn])
        return _svg(figure, "lengths")


def trend_plot(series: Mapping[str, Sequence[tuple[str, float]]], heading: str) -> str:
    """Return an SVG of how scores moved: one line a name, through its points in order.

    Labels that several lines have are one position on the axis; positions are in the order of
    labels, so numbers take leading zeros, which are not shown.

    Args:
        series: by name, the label and score of each point; NaN breaks the line.
        heading: of the axis of scores.
    """
    labels = sorted({label for points in series.values() for label, _ in points})
    if not labels:
        return ""
    position = {label: n for n, label in enumerate(labels)}
    with _figure(1, 3.0) as (figure, panels):
        [axes] = panels
        handles = []
        for s, points in enumerate(series.values()):
            positions = [position[label] for label, _ in points]
            handles += axes.plot(positions, [score for _, score in points], **_line(s))
        shown = range(0, len(labels), -(-len(labels) // _MAX_TICKS))
        axes.set_xticks(shown, [labels[n].lstrip("0") for n in shown])
        axes.set_xlabel("run")
        axes.set_ylabel(heading)
        axes.grid(alpha=0.3)
        _legend(figure, handles, list(series))
        return _svg(figure, f"trend-{re.sub(r'[^a-z0-9]+', '-', heading.lower())}")


def _segment_metrics(results: Results) -> list[MetricColumn]:
    return [
        m
        for m in results.metrics
        if m.is_metric and not np.isnan(results.scores[m.name]["segment"]).all()
    ]


def _name_rows(axes: Axes, metric: MetricColumn, results: Results, drawn: Sequence[int]) -> None:
    """Name the axes of a panel that has a row a system."""
    axes.set_xlabel(metric.heading)
    axes.set_yticks(range(len(drawn)), [_short(results.systems[s]) for s in drawn])
    axes.set_ylim(len(drawn) - 0.5, -0.5)
    axes.grid(axis="x", alpha=0.3)


def _lengths(low: float, high: float) -> list[int]:
    """Return round numbers from low to high, for an axis of lengths."""
    steps = [step * 10**n for n in range(6) for step in (1, 2, 5)]
    return [step for step in steps if low <= step <= high]


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]


def _short(name: str) -> str:
    """Return a name that leaves room for the plot, cut if it is long; tables have it whole."""
    return name if len(name) <= _MAX_NAME else f"{name[: _MAX_NAME - 1]}…"


class _LineStyle(TypedDict):
    """How matplotlib draws a line and its points."""

    color: str
    linestyle: str
    marker: str
    markersize: int


def _line(number: int) -> _LineStyle:
    return {
        "color": _colour(number),
        "linestyle": _LINES[number // len(_COLOURS) % len(_LINES)],
        "marker": _MARKERS[number % len(_MARKERS)],
        "markersize": 4,
    }


@contextmanager
def _figure(
    columns: int, height: float, *, rows: int = 1, sharey: bool = False
) -> Iterator[tuple[Figure, list[Axes]]]:
    """Yield a figure and its panels, side by side in the style of the page."""
    style = {
        "svg.fonttype": "none",  # text stays text: it can be found, copied and read aloud
        "svg.hashsalt": "mteval",
        "text.parse_math": False,
        "font.size": 9,
        "axes.edgecolor": _INK,
        "axes.labelcolor": _INK,
        "axes.unicode_minus": False,
        "text.color": _INK,
        "xtick.color": _INK,
        "ytick.color": _INK,
        "legend.frameon": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "savefig.dpi": 110,
    }
    with plain_settings(style) as figure_class:
        figure = figure_class(
            figsize=(max(4.2, 3.4 * columns), height * rows), layout="constrained"
        )
        grid = figure.subplots(rows, columns, squeeze=False, sharey=sharey)
        yield figure, list(grid.flat)


def _legend(figure: Figure, handles: Sequence[Artist], names: Sequence[str]) -> None:
    # Both are given, as matplotlib skips labels of its own that begin with an underscore.
    names = [_short(name) for name in names]
    # About 13 characters an inch; Chinese ones are twice as wide.
    widest = max(sum(2 if ord(char) > 0x2E80 else 1 for char in name) for name in names)
    width, height = figure.get_size_inches()
    columns = max(1, min(len(names), int(width * 13 // (widest + 6))))
    # The panels keep their height, however many rows the legend has.
    figure.set_figheight(height + _LEGEND_ROW * (-(-len(names) // columns) - 1))
    figure.legend(
        handles,
        names,
        loc="outside lower center",
        ncols=columns,
        markerscale=1.5,
    )


def _svg(figure: Figure, name: str) -> str:
    """Return a figure as SVG for a page: its text in the page's colour, ids of its own."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()

    def fitted(tag: re.Match[str]) -> str:
        markup = tag[0].replace(_INK, "currentColor").replace(' target="_blank"', ' tabindex="-1"')
        return re.sub(r'(\bid="|="#(?!s\d)|url\(#)', rf"\g<1>{name}-", markup)

    # In tags only: what stands between them is text, of names.
    return re.sub(r"<[^>]*>", fitted, svg[svg.index("<svg") :])
