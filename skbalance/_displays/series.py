"""Values before and after, class by class: bars or dots with names, curves by rank, a histogram.

``series`` are values by name, "before" and "after" or one of them, in the order of the classes.
Bars begin at 0. A logarithmic axis has no 0, and so dots and lines in place of bars; it begins at
``bottom``, where its zeros are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Letters side by side for which an inch has room, and lines of small letters one below the other.
LETTERS_PER_INCH = 10
LINES_PER_INCH = 8.5

# Longer names would leave no room for the bars, and shorter ones say too little.
MOST_LETTERS, FEWEST_LETTERS = 30, 10

# Axes of fewer inches have smaller letters.
NARROW = 2.5

# Grey and blue (Okabe and Ito), which differ in lightness and for every kind of colour vision.
COLORS = {"before": "#949494", "after": "#0072b2"}


def inches_of(ax: Axes) -> tuple[float, float]:
    """Width and height of the axes in inches."""
    extent, dpi = ax.get_window_extent(), ax.figure.dpi
    return extent.width / dpi, extent.height / dpi


def are_long(ax: Axes, names: list[str]) -> bool:
    """Whether the names do not fit side by side, so that bars had better lie."""
    return sum(len(name) + 1 for name in names) > LETTERS_PER_INCH * inches_of(ax)[0]


def draw_by_name(
    ax: Axes, series: Mapping[str, Any], names: list[str], lies: bool, bottom: float
) -> None:
    """Bars, or dots where the axis is logarithmic, with numbers if there is room.

    Bars that lie are read from the top down, and have their names on the left.
    """
    is_log = (ax.get_xscale() if lies else ax.get_yscale()) == "log"
    names = _fitting(ax, names, lies)
    numbers = {name: [_number(value) for value in values] for name, values in series.items()}
    has_room = _have_room(ax, numbers, names, lies)
    width = 0.8 / len(series)
    for i, (name, values) in enumerate(series.items()):
        places = np.arange(len(values)) + (i - (len(series) - 1) / 2) * width
        look: dict[str, Any] = {"label": name, "color": COLORS[name]}
        ends = np.maximum(values, bottom)
        if is_log:
            ax.plot(*((ends, places) if lies else (places, ends)), "o", clip_on=False, **look)
        else:
            (ax.barh if lies else ax.bar)(places, values, width, **look)
        if has_room:
            _write(ax, numbers[name], places, ends, lies)
    if is_log:
        ax.grid(axis="y" if lies else "x", color="#e6e6e6")
        ax.set_axisbelow(True)
    _name_classes(ax, names, lies)


def _fitting(ax: Axes, names: list[str], lies: bool) -> list[str]:
    """The names, cut to what there is room for."""
    most = MOST_LETTERS
    if lies:
        half = int(LETTERS_PER_INCH * inches_of(ax)[0] / 2)
        most = min(MOST_LETTERS, max(FEWEST_LETTERS, half))
    return [name if len(name) <= most else name[: most - 1] + "…" for name in names]


def _number(value: float) -> str:
    """The value in few digits.

    >>> _number(1200.0), _number(14.8333), _number(0.00333)
    ('1,200', '14.8', '0.00333')
    """
    return f"{value:,.0f}" if value >= 100 or value % 1 == 0 else f"{value:.3g}"


def _have_room(ax: Axes, numbers: Mapping[str, list[str]], names: list[str], lies: bool) -> bool:
    """Whether all numbers can be written without touching each other, or leaving the frame."""
    width, height = inches_of(ax)
    every = [number for some in numbers.values() for number in some]
    if lies:
        beside = LETTERS_PER_INCH * width - max(map(len, names))  # beside the names
        fits = max(map(len, every)) <= beside / 5
        return fits and len(every) <= 0.8 * LINES_PER_INCH * height
    return sum(len(number) + 1 for number in every) <= LETTERS_PER_INCH * width


def _write(ax: Axes, numbers: list[str], places: Any, ends: Any, lies: bool) -> None:
    """Write the numbers beyond the ends of bars, or beside dots."""
    for number, place, end in zip(numbers, places.tolist(), ends.tolist(), strict=True):
        ax.annotate(
            number,
            (end, place) if lies else (place, end),
            xytext=(6, 0) if lies else (0, 5),
            textcoords="offset points",
            ha="left" if lies else "center",
            va="center" if lies else "bottom",
            fontsize="small",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8},
        )


def _name_classes(ax: Axes, names: list[str], lies: bool) -> None:
    """Write the names, all of them horizontally, as many as there is room for."""
    names = [name.replace("$", r"\$") for name in names]  # no formulas
    if not lies:
        ax.set_xticks(range(len(names)), names)
        ax.set_xlim(-0.5, len(names) - 0.5)
        return
    width, height = inches_of(ax)
    n_lines = LINES_PER_INCH * height
    step = ceil(len(names) / max(1, n_lines))
    size = "x-small" if width < NARROW or len(names) > n_lines / 2 else "medium"
    ax.set_yticks(range(0, len(names), step), names[::step], fontsize=size)
    above = (0.5 if width < NARROW else 0.35) * len(names) / height  # room for the legend
    ax.set_ylim(len(names) - 0.5, -0.5 - above)


def explain(ax: Axes, *handles: Any) -> None:
    """A legend in the upper fifth of the axes, of what has a label or of these alone."""
    look: dict[str, Any] = {"loc": "upper right", "ncols": 2, "frameon": False}
    if inches_of(ax)[0] < NARROW:
        look |= {"ncols": 1, "fontsize": "x-small", "handlelength": 1}
    if handles:
        look["handles"] = handles
    ax.legend(**look)


def draw_curves(ax: Axes, series: Mapping[str, Any], order: Any, bottom: float) -> None:
    """Lines over the ranks of the classes, which come in ``order``."""
    ranks = np.arange(1, len(order) + 1)
    for name, values in series.items():
        heights = np.maximum(values[order], bottom)
        ax.plot(ranks, heights, label=name, color=COLORS[name], drawstyle="steps-mid")
    ax.margins(x=0.01)


def draw_histogram(
    ax: Axes, series: Mapping[str, Any], in_use: Any, edges: Any, bottom: float
) -> None:
    """Values between the edges of bins; only those ``in_use`` have some.

    The first series is filled from 0, unless the axis is logarithmic. Of the second one only the
    tops are drawn, over it.
    """
    others = dict(series)
    if ax.get_yscale() != "log":
        name, values = next(iter(series.items()))
        others.pop(name)
        of_all = np.full(len(edges) - 1, np.nan)
        of_all[in_use] = values
        color = COLORS[name]
        bars = ax.stairs(of_all, edges, baseline=0, fill=True, label=name, color=color)
        # Bars narrower than a dot of the screen stay in sight by the width of their outline, and
        # tops by their caps, unless both ends snap to the same dot.
        bars.set(edgecolor=color, linewidth=1, alpha=0.5)
    for name, values in others.items():
        left, right = edges[in_use], edges[in_use + 1]
        heights = np.maximum(values, bottom)
        tops = ax.hlines(heights, left, right, label=name, color=COLORS[name], linewidth=2)
        tops.set(capstyle="projecting", snap=False)
    ax.update_datalim([(edge, 0) for edge in edges[[0, -1]]], updatey=False)
