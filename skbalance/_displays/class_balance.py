"""ClassBalanceDisplay: the classes before and after resampling. Only `plot` imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skbalance._balancer import Balancer
from skbalance._displays.axes import make_axes
from skbalance._labels.codes import encode

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Up to this many classes are bars with their names; more are curves by rank.
MOST_BARS = 30

# Letters side by side for which there is room.
MOST_LETTERS = 50

COLORS = {"before": "tab:blue", "after": "tab:green"}

# An axis is logarithmic if its largest value is more than so many times its smallest.
WIDE = 20


class ClassBalanceDisplay:
    """How many rows each class has before and after resampling, or how often a row of it is drawn.

    Made by `from_sampler` or `from_labels`. Up to 30 classes are bars; more are curves, from the
    largest class to the smallest.

    Parameters
    ----------
    classes : array-like of shape (n_classes,)
        Labels.
    counts : array-like of shape (n_classes,)
        Rows of each class before.
    resampled_counts : array-like of shape (n_classes,)
        Rows of each class after.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes with the plot.
    figure_ : matplotlib Figure
        The figure with the axes.

    Raises
    ------
    TypeError, ValueError
        Arrays of unequal length; counts that are not numbers, not finite or negative; a class
        without rows before.

    Examples
    --------
    >>> from skbalance import ClassBalanceDisplay, InverseFrequencySampler
    >>> sampler = InverseFrequencySampler(strength=0.5).fit(None, ["ham"] * 90 + ["spam"] * 10)
    >>> ClassBalanceDisplay.from_sampler(sampler).resampled_counts.tolist()
    [75, 25]
    """

    ax_: Axes
    figure_: Figure

    def __init__(self, *, classes: Any, counts: Any, resampled_counts: Any) -> None:
        self.classes = np.asarray(classes)
        self.counts = _check_counts("counts", counts)
        self.resampled_counts = _check_counts("resampled_counts", resampled_counts)
        if not len(self.classes) == len(self.counts) == len(self.resampled_counts):
            raise ValueError(
                "classes, counts and resampled_counts must have one entry a class, got "
                f"{len(self.classes)}, {len(self.counts)} and {len(self.resampled_counts)}."
            )
        if not (self.counts > 0).all():
            without = self.classes[self.counts == 0].tolist()[0]
            raise ValueError(f"every class must have rows before, got none of {without!r}.")

    @classmethod
    def from_sampler(
        cls, sampler: Any, *, epoch: int = 0, ax: Axes | None = None, quantity: str = "rows"
    ) -> ClassBalanceDisplay:
        """Plot the classes of a fitted `InverseFrequencySampler`; nothing is drawn for it.

        Parameters
        ----------
        sampler : InverseFrequencySampler
            Fitted.
        epoch : int, default=0
            The epoch whose draws are shown, where strength is a function.
        ax, quantity
            As in `plot`.

        Returns
        -------
        display : ClassBalanceDisplay

        Raises
        ------
        NotFittedError, TypeError, ValueError
            A sampler that is not fitted or is of another kind; a bad epoch or quantity.
        """
        if not isinstance(sampler, Balancer):
            raise TypeError(
                f"sampler must be an InverseFrequencySampler, got {type(sampler).__name__}; "
                "from_labels takes any labels."
            )
        check_is_fitted(sampler, "_plan")
        draws = sampler._draws_of(sampler._plan, epoch)
        display = cls(
            classes=sampler.classes_, counts=sampler.class_counts_, resampled_counts=draws
        )
        return display.plot(ax, quantity=quantity)

    @classmethod
    def from_labels(
        cls, y: Any, y_resampled: Any, *, ax: Axes | None = None, quantity: str = "rows"
    ) -> ClassBalanceDisplay:
        """Plot the classes of labels before and after resampling by any resampler.

        Parameters
        ----------
        y, y_resampled : array-like of shape (n_rows,)
            Labels before and after.
        ax, quantity
            As in `plot`.

        Returns
        -------
        display : ClassBalanceDisplay

        Raises
        ------
        TypeError, ValueError
            Labels that are not classes; labels in `y_resampled` that are not in `y`; a bad
            quantity.
        """
        (classes, codes), (found, resampled_codes) = encode(y), encode(y_resampled)
        number = {label: i for i, label in enumerate(classes.tolist())}
        if not len(classes):
            raise ValueError("y must hold labels, got none.")
        new = [label for label in found.tolist() if label not in number]
        if new:
            raise ValueError(
                f"y must hold the labels of y_resampled, got none with label {new[0]!r}."
            )
        resampled_counts = np.zeros(len(classes), dtype=np.int64)
        resampled_counts[[number[label] for label in found.tolist()]] = np.bincount(resampled_codes)
        display = cls(classes=classes, counts=np.bincount(codes), resampled_counts=resampled_counts)
        return display.plot(ax, quantity=quantity)

    def plot(self, ax: Axes | None = None, *, quantity: str = "rows") -> ClassBalanceDisplay:
        """Draw the plot.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.
        quantity : {"rows", "draws_per_row"}, default="rows"
            The rows of each class before and after, or how often, on average, one of its rows is
            drawn.

        Returns
        -------
        self : ClassBalanceDisplay

        Raises
        ------
        ImportError
            Without matplotlib (the extra ``plot``).
        ValueError
            An unknown quantity.
        """
        if quantity not in ("rows", "draws_per_row"):
            raise ValueError(f"quantity must be 'rows' or 'draws_per_row', got {quantity!r}.")
        self.ax_ = make_axes(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        if quantity == "rows":
            curves = {"before": self.counts, "after": self.resampled_counts}
            self.ax_.set_ylabel("rows")
        else:
            curves = {"after": self.resampled_counts / self.counts}
            self.ax_.set_ylabel("draws of a row")
            self.ax_.axhline(1, color="grey", linewidth=0.8, linestyle=":")
        values = np.concatenate(list(curves.values()))
        highest = values.max() or 1  # nothing may be drawn at all
        lowest = values[values > 0].min(initial=highest)
        if highest > WIDE * lowest:
            self.ax_.set_yscale("log")
            self.ax_.yaxis.set_major_formatter("{x:,.10g}")
            self.ax_.minorticks_off()
            self.ax_.set_ylabel(f"{self.ax_.get_ylabel()} (logarithmic)")
            bottom, start = (0.5, 0.5) if quantity == "rows" else (min(lowest, 1) / 2, 1)
        else:
            bottom, start = 0, 0
        self._bars(curves, start) if len(self.classes) <= MOST_BARS else self._curves(curves)
        if quantity == "rows":
            self.ax_.legend(loc="upper right", ncols=2, frameon=False)
        self.ax_.set_ylim(bottom, self._top(max(highest, start), bottom))
        return self

    def _top(self, highest: float, bottom: float) -> float:
        """The end of the axis: its upper fifth is left to the numbers on bars and the legend."""
        if self.ax_.get_yscale() == "log":
            return float(bottom * (highest / bottom) ** 1.25)
        return float(1.25 * highest)

    def _bars(self, curves: Mapping[str, Any], start: float) -> None:
        """Bars from ``start``, in the order of the classes, with numbers if there is room."""
        width = 0.8 / len(curves)
        names = [str(label) for label in self.classes.tolist()]
        numbers = {
            name: [f"{h:.2f}" if h % 1 else f"{h:.0f}" for h in heights]
            for name, heights in curves.items()
        }
        has_room = sum(len(number) for some in numbers.values() for number in some) <= MOST_LETTERS
        for i, (name, heights) in enumerate(curves.items()):
            left = np.arange(len(heights)) + (i - (len(curves) - 1) / 2) * width
            bars = self.ax_.bar(
                left, heights - start, width, bottom=start, label=name, color=COLORS[name]
            )
            if has_room:
                self.ax_.bar_label(bars, numbers[name], fontsize="small")
        crowded = sum(len(name) + 1 for name in names) > MOST_LETTERS
        self.ax_.set_xticks(range(len(names)), names, rotation=90 if crowded else 0)
        self.ax_.set_xlabel("class")

    def _curves(self, curves: Mapping[str, Any]) -> None:
        """Lines from the class with the most rows before to the one with the fewest."""
        order = np.argsort(-self.counts, kind="stable")
        for name, heights in curves.items():
            self.ax_.plot(
                np.arange(1, len(order) + 1),
                heights[order],
                label=name,
                color=COLORS[name],
                drawstyle="steps-mid",
            )
        self.ax_.set_xlabel(f"rank of the class by its rows before, of {len(order):,}")
        self.ax_.margins(x=0.01)


def _check_counts(name: str, values: Any) -> Any:
    """The counts as an array."""
    counts = np.asarray(values)
    if counts.ndim != 1:
        raise ValueError(f"{name} must have one entry a class, got shape {counts.shape}.")
    for count in counts.tolist():
        if not isinstance(count, Real) or isinstance(count, bool):
            raise TypeError(f"{name} must be numbers of rows, got {count!r}.")
        if not isfinite(count) or count < 0:
            raise ValueError(f"{name} must be finite and at least 0, got {count!r}.")
    return counts
