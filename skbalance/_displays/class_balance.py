"""ClassBalanceDisplay: the classes before and after resampling. Only `plot` imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skbalance._balancer import Balancer
from skbalance._checks import MOST_DRAWS, check_bool, check_word
from skbalance._displays.axes import make_axes
from skbalance._displays.series import draw_bars, draw_curves, draw_histogram
from skbalance._labels.codes import encode
from skbalance._labels.containers import array_of
from skbalance._labels.numbers import number_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Up to this many classes are bars with their names; more are curves by rank.
MOST_BARS = 30

# An axis is logarithmic if its largest value is more than so many times its smallest.
WIDE = 20

# Averages of rows that are smaller say nothing, and bars could not be divided by them.
LEAST = 1e-9


class Words(NamedTuple):
    """What axes call a class, its rows and one of these."""

    name: str
    rows: str
    row: str


CLASS = Words("class", "rows", "a row")
LABEL = Words("label", "rows that bear the label", "a row that bears the label")


class ClassBalanceDisplay:
    """How many rows each class has before and after resampling, or how often a row of it is drawn.

    Made by `from_sampler` or `from_labels`. Up to 30 classes are bars; more are curves, from the
    largest class to the smallest. Bins of a continuous target are bars of their own widths over its
    values, however many they are: before filled, after as lines at their heights.

    Parameters
    ----------
    classes : array-like of shape (n_classes,)
        Labels; with bin_edges, numbers of the bins that hold rows.
    counts : array-like of shape (n_classes,)
        Rows of each class before.
    resampled_counts : array-like of shape (n_classes,)
        Rows of each class after.
    bin_edges : array-like of shape (n_bins + 1,) or None, default=None
        Edges of all bins, those without rows too, where the classes are bins of numbers.
    multilabel : bool, default=False
        Whether a row may bear several of the labels and so counts for each of them. The axes then
        say so.

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
        without rows before; edges that are not finite or do not rise; numbers of other bins.

    Examples
    --------
    >>> from skbalance import ClassBalanceDisplay, InverseFrequencySampler
    >>> sampler = InverseFrequencySampler(strength=0.5).fit(None, ["ham"] * 90 + ["spam"] * 10)
    >>> ClassBalanceDisplay.from_sampler(sampler).resampled_counts.tolist()
    [75, 25]

    Of several labels a row, rows count for each label that they bear:

    >>> sampler = InverseFrequencySampler(target_type="multilabel", random_state=0)
    >>> sampler = sampler.fit(None, [{"cat"}] * 60 + [{"cat", "dog"}] * 20)
    >>> display = ClassBalanceDisplay.from_sampler(sampler)
    >>> dict(zip(display.classes.tolist(), display.counts.tolist()))
    {'cat': 80, 'dog': 20}
    >>> display.ax_.get_ylabel()
    'rows that bear the label'

    A continuous target gives a histogram:

    >>> sampler = InverseFrequencySampler(target_type="continuous", bins=[0, 1, 10, 100])
    >>> display = ClassBalanceDisplay.from_sampler(sampler.fit(None, [0.5] * 9 + [50.0]))
    >>> display.counts.tolist(), display.resampled_counts.tolist(), display.bin_edges.tolist()
    ([9, 1], [5, 5], [0.0, 1.0, 10.0, 100.0])
    """

    ax_: Axes
    figure_: Figure

    def __init__(
        self,
        *,
        classes: Any,
        counts: Any,
        resampled_counts: Any,
        bin_edges: Any = None,
        multilabel: bool = False,
    ) -> None:
        self.classes = _array("classes", classes, "labels")
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
        self.bin_edges = None if bin_edges is None else _check_edges(bin_edges, self.classes)
        self.multilabel = check_bool(multilabel, "multilabel")

    @classmethod
    def from_sampler(
        cls, sampler: Any, *, epoch: int = 0, ax: Axes | None = None, quantity: str = "rows"
    ) -> ClassBalanceDisplay:
        """Plot the classes of a fitted `InverseFrequencySampler`.

        Of several labels a row, they are the labels and the rows that bear each; of a continuous
        target, its bins; in groups, the classes of all groups together.

        Parameters
        ----------
        sampler : InverseFrequencySampler
            Fitted.
        epoch : int, default=0
            The epoch whose draws are shown: another one has others where strength is a function
            and, by the weights of rows, where draws are rounded.
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
            classes=sampler.classes_,
            counts=sampler.class_counts_,
            resampled_counts=draws,
            bin_edges=getattr(sampler, "bin_edges_", None),
            multilabel=sampler._fitted_target_type == "multilabel",
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
        classes, codes = encode(y)
        found, resampled_codes = encode(y_resampled, "y_resampled")
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
            drawn (a row that bears the label, a row in the bin).

        Returns
        -------
        self : ClassBalanceDisplay

        Raises
        ------
        ImportError
            Without matplotlib (the extra ``plot``).
        TypeError, ValueError
            An unknown quantity, or `ax` that is no Axes.
        """
        check_word(quantity, "quantity", ("rows", "draws_per_row"))
        self.ax_ = make_axes(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        words = LABEL if self.multilabel else CLASS
        if quantity == "rows":
            series = {"before": self.counts, "after": self.resampled_counts}
            self.ax_.set_ylabel(words.rows)
        else:
            series = {"after": self.resampled_counts / self.counts}
            self.ax_.set_ylabel(f"draws of {words.row}")
            self.ax_.axhline(1, color="grey", linewidth=0.8, linestyle=":")
        values = np.concatenate(list(series.values()))
        highest = values.max() or 1  # nothing may be drawn at all
        lowest = values[values > 0].min(initial=highest)
        if highest > WIDE * lowest:
            self.ax_.set_yscale("log")
            self.ax_.yaxis.set_major_formatter("{x:,.10g}")
            self.ax_.minorticks_off()
            self.ax_.set_ylabel(f"{self.ax_.get_ylabel()}\n(logarithmic)")
            bottom, start = (0.5, 0.5) if quantity == "rows" else (min(lowest, 1) / 2, 1)
        else:
            bottom, start = 0, 0
        self._draw(series, start, words.name)
        if quantity == "rows":
            self.ax_.legend(loc="upper right", ncols=2, frameon=False)
        self.ax_.set_ylim(bottom, self._top(max(highest, start), bottom))
        return self

    def _draw(self, series: Mapping[str, Any], start: float, name: str) -> None:
        """Bars over the values or by name, or else curves from the largest class on."""
        if self.bin_edges is not None:
            in_use = self.classes.astype(np.intp)
            draw_histogram(self.ax_, series, in_use, self.bin_edges, start)
            self.ax_.set_xlabel("value")
        elif len(self.classes) <= MOST_BARS:
            draw_bars(self.ax_, series, [str(label) for label in self.classes.tolist()], start)
            self.ax_.set_xlabel(name)
        else:
            draw_curves(self.ax_, series, np.argsort(-self.counts, kind="stable"))
            n_classes = len(self.classes)
            self.ax_.set_xlabel(f"rank of the {name} by its rows before, of {n_classes:,}")

    def _top(self, highest: float, bottom: float) -> float:
        """The end of the axis: its upper fifth is left to the numbers on bars and the legend."""
        if self.ax_.get_yscale() == "log":
            return float(bottom * (highest / bottom) ** 1.25)
        return float(1.25 * highest)


def _array(name: str, values: Any, what: str) -> Any:
    """One entry a class as an array."""
    array = array_of(values, name, what)
    if array.ndim != 1:
        raise ValueError(f"{name} must have one entry a class, got shape {array.shape}.")
    return array


def _check_counts(name: str, values: Any) -> Any:
    """The counts as an array of ints or floats."""
    counts = _array(name, values, "numbers of rows")
    given = counts.tolist()
    for count in given:
        if not isinstance(count, Real) or isinstance(count, bool):
            raise TypeError(f"{name} must be numbers of rows, got {count!r}.")
    numbers = number_array(counts, name)
    for wrong, wanted in (
        (~np.isfinite(numbers) | (numbers < 0), "finite and at least 0"),
        ((numbers > MOST_DRAWS) | ((numbers > 0) & (numbers < LEAST)), f"0 or {LEAST} to 2**53"),
    ):
        if wrong.any():
            raise ValueError(f"{name} must be {wanted}, got {given[wrong.argmax()]!r}.")
    return counts if counts.dtype.kind in "iu" else numbers


def _check_edges(bin_edges: Any, numbers: Any) -> Any:
    """The edges as an array of floats."""
    edges = np.asarray(array_of(bin_edges, "bin_edges", "numbers").tolist())
    if edges.dtype.kind not in "iuf":
        raise TypeError(f"bin_edges must be numbers, got {bin_edges!r}.")
    if edges.ndim != 1 or not np.isfinite(edges).all() or not (edges[1:] > edges[:-1]).all():
        raise ValueError(f"bin_edges must be finite and rise, got {bin_edges!r}.")
    for number in numbers.tolist():
        if number not in range(len(edges) - 1):
            raise ValueError(
                f"classes must be numbers of the {len(edges) - 1} bins, from 0 on, got {number!r}."
            )
    return edges.astype(np.float64)
