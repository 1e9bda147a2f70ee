"""ClassBalanceDisplay: the classes before and after resampling. Only `plot` imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skbalance._balancer import Balancer
from skbalance._checks import MOST_DRAWS, check_bool, check_epoch, check_word
from skbalance._displays.axes import ValueAxis, make_axes, span
from skbalance._displays.samplers import counts_of
from skbalance._displays.series import (
    are_long,
    draw_by_name,
    draw_curves,
    draw_histogram,
    explain,
)
from skbalance._labels.codes import encode
from skbalance._labels.containers import array_of
from skbalance._labels.numbers import number_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Up to this many classes are shown with their names; more are curves by rank.
MOST_NAMES = 30

# Averages of rows that are smaller say nothing, and bars could not be divided by them.
LEAST = 1e-9


class Words(NamedTuple):
    """What axes call a class, its rows and one of these."""

    name: str
    rows: str
    row: str


CLASS = Words("class", "rows", "row")
LABEL = Words("label", "rows with the label", "row with the label")

SCALES = "linear", "log", None


class ClassBalanceDisplay:
    """How many rows each class has before and after resampling, or how often a row of it is drawn.

    Made by `from_sampler` or `from_labels`. Up to 30 classes are shown as bars, which are
    horizontal if the names are too long to stand side by side. More classes are shown as curves,
    from the largest class to the smallest. The bins of a continuous target are always shown as bars
    of their own widths: filled before, lines at the new heights after. If the classes span more
    than a factor of 50, the axis is logarithmic, with dots or lines in place of bars; ``scale``
    overrides this.

    Long names fit in a figure with ``layout="constrained"``, which is what you get if you pass no
    axes.

    Parameters
    ----------
    classes : array-like of shape (n_classes,)
        Labels; with bin_edges, numbers of the bins that hold rows.
    counts : array-like of shape (n_classes,)
        Rows of each class before.
    resampled_counts : array-like of shape (n_classes,)
        Rows of each class after.
    bin_edges : array-like of shape (n_bins + 1,) or None, default=None
        If the classes are bins of numbers: the edges of all bins, including those without rows.
    multilabel : bool, default=False
        Whether a row may have several of the labels and so counts for each of them. The axes then
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
        without rows before; edges that are not finite or not increasing; bin numbers that do not
        match the edges.

    Examples
    --------
    >>> from skbalance import ClassBalanceDisplay, InverseFrequencySampler
    >>> sampler = InverseFrequencySampler(strength=0.5).fit(None, ["ham"] * 90 + ["spam"] * 10)
    >>> ClassBalanceDisplay.from_sampler(sampler).resampled_counts.tolist()
    [75, 25]

    With several labels per row, a row counts for each of its labels:

    >>> sampler = InverseFrequencySampler(target_type="multilabel", random_state=0)
    >>> sampler = sampler.fit(None, [{"cat"}] * 60 + [{"cat", "dog"}] * 20)
    >>> display = ClassBalanceDisplay.from_sampler(sampler)
    >>> dict(zip(display.classes.tolist(), display.counts.tolist()))
    {'cat': 80, 'dog': 20}
    >>> display.ax_.get_ylabel()
    'rows with the label'

    A continuous target gives a histogram:

    >>> sampler = InverseFrequencySampler(target_type="continuous", bins=[0, 1, 10, 100])
    >>> display = ClassBalanceDisplay.from_sampler(sampler.fit(None, [0.5] * 9 + [50.0]))
    >>> display.counts.tolist(), display.resampled_counts.tolist(), display.bin_edges.tolist()
    ([9, 1], [5, 5], [0.0, 1.0, 10.0, 100.0])

    imbalanced-learn's samplers keep no labels, so pass the labels too:

    >>> from imblearn.under_sampling import RandomUnderSampler
    >>> X, y = [[row] for row in range(100)], ["ham"] * 90 + ["spam"] * 10
    >>> sampler = RandomUnderSampler(random_state=0).fit(X, y)
    >>> ClassBalanceDisplay.from_sampler(sampler, y=y).resampled_counts.tolist()
    [10, 10]
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
        cls,
        sampler: Any,
        *,
        y: Any = None,
        epoch: int = 0,
        ax: Axes | None = None,
        quantity: str = "rows",
        scale: str | None = None,
    ) -> ClassBalanceDisplay:
        """Plot the classes of a fitted sampler.

        With several labels per row, it shows the number of rows with each label; with a continuous
        target, the bins; with groups, the classes of all groups together.

        Parameters
        ----------
        sampler : InverseFrequencySampler or sampler of imbalanced-learn
            Fitted. An imbalanced-learn sampler must tell how many rows of each class come out. So
            it may be any sampler that sets ``sample_indices_`` in ``fit_resample``, as
            RandomOverSampler, RandomUnderSampler, NearMiss and TomekLinks do. After ``fit`` alone,
            RandomOverSampler, RandomUnderSampler, SMOTE, SMOTEN and SMOTENC also work, by their
            ``sampling_strategy_``. For other samplers use `from_labels`.
        y : array-like of shape (n_rows,) or None, default=None
            With a sampler of imbalanced-learn, the labels that it was fitted on, because it does
            not keep them. An `InverseFrequencySampler` knows its classes, and ignores `y`.
        epoch : int, default=0
            The epoch whose draws are shown. Class counts differ between epochs if strength is a
            function, and with row weights by rounding. Only an `InverseFrequencySampler` has
            epochs.
        ax, quantity, scale
            As in `plot`.

        Returns
        -------
        display : ClassBalanceDisplay

        Raises
        ------
        NotFittedError, TypeError, ValueError
            A sampler that is not fitted, is not a sampler, or does not tell what comes out; labels
            that are needed but not given, or are not those of the fit; a bad epoch, quantity or
            scale.
        """
        shown: dict[str, Any]
        if isinstance(sampler, Balancer):
            check_is_fitted(sampler, "_plan")
            shown = {
                "classes": sampler.classes_,
                "counts": sampler.class_counts_,
                "resampled_counts": sampler._draws_of(sampler._plan, epoch),
                "bin_edges": getattr(sampler, "bin_edges_", None),
                "multilabel": sampler._fitted_target_type == "multilabel",
            }
        elif not hasattr(sampler, "fit_resample") or isinstance(sampler, type):
            raise TypeError(
                "sampler must be an InverseFrequencySampler or a sampler of imbalanced-learn, got "
                f"{getattr(sampler, '__name__', type(sampler).__name__)}; from_labels takes any "
                "labels."
            )
        elif check_epoch(epoch):
            raise ValueError(f"{type(sampler).__name__} has no epochs, got epoch={epoch}.")
        else:
            names = "classes", "counts", "resampled_counts"
            shown = dict(zip(names, counts_of(sampler, y), strict=True))
        return cls(**shown).plot(ax, quantity=quantity, scale=scale)

    @classmethod
    def from_labels(
        cls,
        y: Any,
        y_resampled: Any,
        *,
        ax: Axes | None = None,
        quantity: str = "rows",
        scale: str | None = None,
    ) -> ClassBalanceDisplay:
        """Plot the classes of labels before and after resampling by any resampler.

        Parameters
        ----------
        y, y_resampled : array-like of shape (n_rows,)
            Labels before and after.
        ax, quantity, scale
            As in `plot`.

        Returns
        -------
        display : ClassBalanceDisplay

        Raises
        ------
        TypeError, ValueError
            Labels that are not classes; labels in `y_resampled` that are not in `y`; a bad quantity
            or scale.
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
        return display.plot(ax, quantity=quantity, scale=scale)

    def plot(
        self, ax: Axes | None = None, *, quantity: str = "rows", scale: str | None = None
    ) -> ClassBalanceDisplay:
        """Draw the plot.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.
        quantity : {"rows", "draws_per_row"}, default="rows"
            The rows of each class before and after, or how often one of its rows is drawn on
            average (one row with the label, or in the bin). A dotted line at 1 then shows how often
            each row is drawn without balancing.
        scale : {"linear", "log"} or None, default=None
            The scale of the value axis. None is linear unless the largest value is more than 50
            times the smallest. A logarithmic axis has no 0: a class without draws is shown at its
            end.

        Returns
        -------
        self : ClassBalanceDisplay

        Raises
        ------
        ImportError
            Without matplotlib (the extra ``plot``).
        TypeError, ValueError
            An unknown quantity or scale, or an `ax` that is not an Axes.
        """
        check_word(quantity, "quantity", ("rows", "draws_per_row"))
        if scale is not None:
            check_word(scale, "scale", SCALES)
        self.ax_ = make_axes(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        words = LABEL if self.multilabel else CLASS
        names = [str(label) for label in self.classes.tolist()]
        lies = self._has_names and are_long(self.ax_, names)
        if quantity == "rows":
            series = {"before": self.counts, "after": self.resampled_counts}
            axis = ValueAxis(words.rows, *span(series), scale)
        else:
            series = {"after": self.resampled_counts / self.counts}
            axis = ValueAxis(f"draws per {words.row}", *span(series, 1), scale)
        axis.set_on(self.ax_, lies)
        if self._has_names:
            draw_by_name(self.ax_, series, names, lies, axis.bottom)
            self.ax_.set(**{"ylabel" if lies else "xlabel": words.name})
        else:
            self._draw_without_names(series, words.name, axis.bottom)
        if quantity == "rows":
            explain(self.ax_)
        else:
            line = self.ax_.axvline if lies else self.ax_.axhline
            explain(self.ax_, line(1, color="black", linestyle=":", label="1 = without balancing"))
        return self

    @property
    def _has_names(self) -> bool:
        return self.bin_edges is None and len(self.classes) <= MOST_NAMES

    def _draw_without_names(self, series: Mapping[str, Any], name: str, bottom: float) -> None:
        """A histogram over the values of bins, or curves from the largest class on."""
        if self.bin_edges is not None:
            in_use = self.classes.astype(np.intp)
            draw_histogram(self.ax_, series, in_use, self.bin_edges, bottom)
            self.ax_.set_xlabel("value")
        else:
            draw_curves(self.ax_, series, np.argsort(-self.counts, kind="stable"), bottom)
            n_classes = f"{len(self.classes):,}"
            self.ax_.set_xlabel(f"rank of the {name} by its rows before, of {n_classes}")


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
