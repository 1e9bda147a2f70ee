"""Pictures: the classes before and after resampling, and a score by strength. matplotlib is imported by `plot` alone."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skbalance._labels import encode
from skbalance._parameters import check_epoch

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# More classes than this are curves by rank; fewer are bars with the classes' names.
MOST_BARS = 30

# Letters side by side that there is room for.
MOST_LETTERS = 50

COLORS = {"before": "tab:blue", "after": "tab:green"}

# From this quotient of the largest to the smallest on, an axis is logarithmic.
WIDE = 20


class ClassBalanceDisplay:
    """How many rows each class has before and after resampling, or how often each of its rows is drawn.

    Made by `from_sampler` or `from_labels`. Up to 30 classes are bars; more are curves, from the largest class to the smallest.

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
    ValueError
        Arrays of unequal length, or a class without a row before.

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
        self.counts = np.asarray(counts)
        self.resampled_counts = np.asarray(resampled_counts)
        if not len(self.classes) == len(self.counts) == len(self.resampled_counts):
            raise ValueError(
                "classes, counts and resampled_counts must have one entry a class, got "
                f"{len(self.classes)}, {len(self.counts)} and {len(self.resampled_counts)}."
            )
        if not (self.counts > 0).all():
            raise ValueError(
                f"every class must have rows before, got none of {self.classes[self.counts <= 0].tolist()[0]!r}."
            )

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
            A sampler that is not fitted, or of another kind; a bad epoch or quantity.
        """
        if not hasattr(sampler, "correct_proba"):
            raise TypeError(
                f"sampler must be an InverseFrequencySampler, got {type(sampler).__name__}; from_labels takes any labels."
            )
        check_is_fitted(sampler, "_plan")
        quotas = sampler._plan.quotas_of(check_epoch(epoch))
        display = cls(classes=sampler.classes_, counts=sampler.class_counts_, resampled_counts=quotas)
        return display.plot(ax, quantity=quantity)

    @classmethod
    def from_labels(
        cls, y: Any, y_resampled: Any, *, ax: Axes | None = None, quantity: str = "rows"
    ) -> ClassBalanceDisplay:
        """Plot the classes of labels before and after resampling, whoever resampled them.

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
            Labels that are no classes; labels after that were not there before; a bad quantity.
        """
        (classes, codes), (found, resampled_codes) = encode(y), encode(y_resampled)
        number = {label: i for i, label in enumerate(classes.tolist())}
        new = [label for label in found.tolist() if label not in number]
        if new or not len(classes):
            raise ValueError(
                f"y must hold the labels of y_resampled, got none with label {new[0] if new else '(empty)'!r}."
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
            The rows of each class before and after, or how often a row of it is drawn, on average.

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
        self.ax_ = _axes(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        if quantity == "rows":
            curves = {"before": self.counts, "after": self.resampled_counts}
            self.ax_.set_ylabel("rows")
        else:
            curves = {"after": self.resampled_counts / self.counts}
            self.ax_.set_ylabel("draws of a row")
            self.ax_.axhline(1, color="grey", linewidth=0.8, linestyle=":")
        (self._bars if len(self.classes) <= MOST_BARS else self._curves)(curves)
        if quantity == "rows":
            self.ax_.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
        values = np.concatenate(list(curves.values()))
        # A logarithmic axis where classes differ by much; bars need one that has a start, which is half a row.
        if values.max() > WIDE * values[values > 0].min() and (quantity == "rows" or len(self.classes) > MOST_BARS):
            self.ax_.set_yscale("log")
            self.ax_.yaxis.set_major_formatter("{x:,.10g}")
            self.ax_.minorticks_off()
            if quantity == "rows":
                self.ax_.set_ylim(bottom=0.5)
        return self

    def _bars(self, curves: Mapping[str, Any]) -> None:
        """Bars side by side, in the order of the classes, each with its number if there is room for it."""
        width = 0.8 / len(curves)
        names = [str(label) for label in self.classes.tolist()]
        for i, (name, heights) in enumerate(curves.items()):
            left = np.arange(len(heights)) + (i - (len(curves) - 1) / 2) * width
            numbers = [f"{height:.2f}" if height % 1 else f"{height:.0f}" for height in heights]
            bars = self.ax_.bar(left, heights, width, label=name, color=COLORS[name])
            if sum(map(len, numbers)) * len(curves) <= MOST_LETTERS:
                self.ax_.bar_label(bars, numbers, fontsize="small")
        crowded = sum(map(len, names)) > MOST_LETTERS
        self.ax_.set_xticks(range(len(names)), names, rotation=90 if crowded else 0)
        self.ax_.set_xlabel("class")
        self.ax_.margins(y=0.1)

    def _curves(self, curves: Mapping[str, Any]) -> None:
        """Lines from the class with the most rows before to the one with the fewest."""
        order = np.argsort(-self.counts, kind="stable")
        for name, heights in curves.items():
            self.ax_.plot(
                np.arange(1, len(order) + 1), heights[order], label=name, color=COLORS[name], drawstyle="steps-mid"
            )
        self.ax_.set_xlabel(f"rank of the class by its rows before, of {len(order):,}")
        self.ax_.margins(x=0.01)


class StrengthCurveDisplay:
    """A score over the strength of the sampler, from a finished grid search.

    Made by `from_search`. Where other parameters were searched, too, each strength stands for the best of them.

    Parameters
    ----------
    strengths : array-like of shape (n_strengths,)
        Strengths, rising.
    mean_scores, std_scores : array-like of shape (n_strengths,)
        Mean and standard deviation of the score over the folds.
    score_name : str
        What the score is called.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes with the plot.
    figure_ : matplotlib Figure
        The figure with the axes.

    Examples
    --------
    >>> from imblearn.pipeline import make_pipeline
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GridSearchCV
    >>> from skbalance import InverseFrequencySampler, StrengthCurveDisplay
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> model = make_pipeline(InverseFrequencySampler(random_state=0), LogisticRegression())
    >>> search = GridSearchCV(model, {"inversefrequencysampler__strength": [1, 0, 0.5]}).fit(X, y)
    >>> StrengthCurveDisplay.from_search(search).strengths.tolist()
    [0.0, 0.5, 1.0]
    """

    ax_: Axes
    figure_: Figure

    def __init__(self, *, strengths: Any, mean_scores: Any, std_scores: Any, score_name: str) -> None:
        self.strengths = np.asarray(strengths)
        self.mean_scores = np.asarray(mean_scores)
        self.std_scores = np.asarray(std_scores)
        self.score_name = score_name

    @classmethod
    def from_search(
        cls, search: Any, *, parameter: str | None = None, metric: str | None = None, ax: Axes | None = None
    ) -> StrengthCurveDisplay:
        """Plot the scores of a finished search.

        Parameters
        ----------
        search : GridSearchCV or other search
            Fitted, with strengths among its parameters, as numbers.
        parameter : str or None, default=None
            Name of the parameter that is the strength; None takes the one called ``strength`` or ending in ``__strength``.
        metric : str or None, default=None
            Which of several metrics to show; None where there is one.
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : StrengthCurveDisplay

        Raises
        ------
        NotFittedError, ValueError
            A search that is not finished, without a strength or with several, or without that metric.
        TypeError
            Strengths that are not numbers.
        """
        check_is_fitted(search, "cv_results_")
        results = search.cv_results_
        searched = [name.removeprefix("param_") for name in results if name.startswith("param_")]
        parameter = _chosen(
            "parameter", parameter, searched, [name for name in searched if name.split("__")[-1] == "strength"]
        )
        metrics = [name.removeprefix("mean_test_") for name in results if name.startswith("mean_test_")]
        metric = _chosen("metric", metric, metrics, metrics)
        values = list(results[f"param_{parameter}"])
        for value in values:
            if not isinstance(value, Real):
                raise TypeError(f"strengths must be numbers to be plotted, got {value!r}.")
        strength, mean = np.array(values, dtype=np.float64), results[f"mean_test_{metric}"]
        # The best candidate of each strength; a score that is NaN is the worst.
        ranked = np.lexsort((np.nan_to_num(-mean, nan=np.inf), strength))
        _, first = np.unique(strength[ranked], return_index=True)
        best = ranked[first]
        return cls(
            strengths=strength[best],
            mean_scores=mean[best],
            std_scores=results[f"std_test_{metric}"][best],
            score_name=_score_name(search, metric),
        ).plot(ax)

    def plot(self, ax: Axes | None = None) -> StrengthCurveDisplay:
        """Draw the plot: the mean over the folds, and a band of one standard deviation to each side.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        self : StrengthCurveDisplay

        Raises
        ------
        ImportError
            Without matplotlib (the extra ``plot``).
        """
        self.ax_ = _axes(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        self.ax_.fill_between(
            self.strengths,
            self.mean_scores - self.std_scores,
            self.mean_scores + self.std_scores,
            alpha=0.2,
            color=COLORS["after"],
            label="standard deviation over folds",
        )
        self.ax_.plot(self.strengths, self.mean_scores, marker="o", color=COLORS["after"], label="mean")
        self.ax_.set(xlabel="strength", ylabel=self.score_name)
        self.ax_.legend()
        return self


def _axes(ax: Axes | None) -> Axes:
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("Pictures need matplotlib: pip install 'skbalance[plot]'") from error
    return plt.subplots(layout="constrained")[1] if ax is None else ax


def _chosen(what: str, given: str | None, known: list[str], candidates: list[str]) -> str:
    """The one that is asked for, or the only candidate."""
    if given is not None and given not in known:
        raise ValueError(f"{what} must be one of the search's {known}, got {given!r}.")
    if given is None and len(candidates) != 1:
        raise ValueError(f"{what} must say which of {candidates or known} to plot, got None.")
    return candidates[0] if given is None else given


def _score_name(search: Any, metric: str) -> str:
    """What a single metric is called, where the search knows it by name."""
    if metric != "score":
        return metric.replace("_", " ")
    return search.scoring.replace("_", " ") if isinstance(search.scoring, str) else "score"
