"""The axes to draw on, and the axis of the values. `make_axes` alone imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# An axis is logarithmic if its largest value is more than so many times its smallest.
WIDE = 50


def make_axes(ax: Axes | None) -> Axes:
    """The axes, or those of a new figure."""
    try:
        import matplotlib.pyplot as plt
        from matplotlib.axes import Axes
    except ImportError as error:
        raise ImportError("Pictures need matplotlib: pip install 'skbalance[plot]'") from error
    if ax is None:
        return plt.subplots(layout="constrained")[1]
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be matplotlib Axes or None, got {type(ax).__name__}.")
    return ax


class ValueAxis(NamedTuple):
    """The axis of the values: what it is called, what lies on it, and the scale asked for."""

    label: str
    lowest: float
    highest: float
    scale: str | None

    @property
    def is_log(self) -> bool:
        """Whether it is logarithmic."""
        if self.scale is None:
            return self.highest > WIDE * self.lowest
        return self.scale == "log"

    @property
    def bottom(self) -> float:
        """Where it begins."""
        return self.lowest / 2 if self.is_log else 0.0

    @property
    def top(self) -> float:
        """Where it ends: its upper fifth is left to numbers and legend."""
        if self.is_log:
            return float(self.bottom * (self.highest / self.bottom) ** 1.25)
        return float(1.25 * self.highest)

    def set_on(self, ax: Axes, lies: bool) -> None:
        """Make it the horizontal axis where bars lie, else the vertical one."""
        which, axis = ("x", ax.xaxis) if lies else ("y", ax.yaxis)
        label = self.label
        ax.set(**{f"{which}scale": "log" if self.is_log else "linear"})
        if self.is_log:
            label += " (logarithmic)"
            ax.minorticks_off()
            if self.top < 1000 * self.bottom:  # powers of ten alone would be too few
                axis.get_major_locator().set_params(subs=(1, 2, 5))  # type: ignore[call-arg]
        axis.set_major_formatter("{x:,.16g}")
        ax.set(**{f"{which}label": label, f"{which}lim": (self.bottom, self.top)})


def span(series: Mapping[str, Any], *others: float) -> tuple[float, float]:
    """The smallest value above 0 and the largest, 1 if there is none."""
    values = np.concatenate([*series.values(), others])
    highest = float(values.max()) or 1.0  # nothing may be drawn at all
    return float(values[values > 0].min(initial=highest)), highest
