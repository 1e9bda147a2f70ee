"""The axes to draw on. This alone imports matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def make_axes(ax: Axes | None) -> Axes:
    """The axes, or those of a new figure."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("Pictures need matplotlib: pip install 'skbalance[plot]'") from error
    return plt.subplots(layout="constrained")[1] if ax is None else ax
