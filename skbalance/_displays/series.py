"""Values before and after, class by class: as bars, as curves by rank, as a histogram.

``series`` are values by name, "before" and "after" or one of them, in the order of the classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Letters side by side for which an inch has room.
LETTERS_PER_INCH = 10

# Longer names would leave no room for the bars.
MOST_LETTERS = 30

COLORS = {"before": "tab:blue", "after": "tab:green"}


def draw_bars(ax: Axes, series: Mapping[str, Any], names: list[str], start: float) -> None:
    """Bars from ``start``, in the order of the classes, with numbers if there is room."""
    names = [_shown(name) for name in names]
    width = 0.8 / len(series)
    numbers = {
        name: [f"{value:.2f}" if value % 1 else f"{value:.0f}" for value in values]
        for name, values in series.items()
    }
    room = LETTERS_PER_INCH * ax.get_window_extent().width / ax.figure.dpi
    has_room = sum(len(number) + 1 for some in numbers.values() for number in some) <= room
    for i, (name, values) in enumerate(series.items()):
        left = np.arange(len(values)) + (i - (len(series) - 1) / 2) * width
        bars = ax.bar(left, values - start, width, bottom=start, label=name, color=COLORS[name])
        if has_room:
            ax.bar_label(bars, numbers[name], fontsize="small")
    crowded = sum(len(name) + 1 for name in names) > room
    ax.set_xticks(range(len(names)), names, rotation=90 if crowded else 0)


def _shown(name: str) -> str:
    """The name as a picture shows it: cut if it is long, and never read as a formula."""
    if len(name) > MOST_LETTERS:
        name = name[: MOST_LETTERS - 1] + "…"
    return name.replace("$", r"\$")


def draw_curves(ax: Axes, series: Mapping[str, Any], order: Any) -> None:
    """Lines over the ranks of the classes, which come in ``order``."""
    ranks = np.arange(1, len(order) + 1)
    for name, values in series.items():
        ax.plot(ranks, values[order], label=name, color=COLORS[name], drawstyle="steps-mid")
    ax.margins(x=0.01)


def draw_histogram(
    ax: Axes, series: Mapping[str, Any], in_use: Any, edges: Any, start: float
) -> None:
    """Bars from ``start`` between the edges of bins; only those ``in_use`` have values.

    The first series is filled, and of the second one only the tops are drawn, over it.
    """
    (name, values), *others = series.items()
    of_all = np.full(len(edges) - 1, np.nan)
    of_all[in_use] = values
    color = COLORS[name]
    bars = ax.stairs(of_all, edges, baseline=start, fill=True, label=name, color=color)
    # Bars narrower than a dot of the screen stay in sight by the width of their outline, and tops
    # by their caps, unless both ends snap to the same dot.
    bars.set(edgecolor=color, linewidth=1, alpha=0.5)
    for name, values in others:
        left, right = edges[in_use], edges[in_use + 1]
        tops = ax.hlines(values, left, right, label=name, color=COLORS[name], linewidth=2)
        tops.set(capstyle="projecting", snap=False)
    ax.update_datalim([(edge, start) for edge in edges[[0, -1]]], updatey=False)
