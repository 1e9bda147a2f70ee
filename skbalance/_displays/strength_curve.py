"""StrengthCurveDisplay: a score by strength, from a finished search.

Only `plot` imports matplotlib.
"""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skbalance._displays.axes import make_axes
from skbalance._labels.numbers import number_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOR = "tab:green"


class StrengthCurveDisplay:
    """A score over the strength of the sampler, from a finished search.

    Made by `from_search`. If other parameters were searched as well, each strength is represented
    by its best candidate.

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

    Raises
    ------
    TypeError, ValueError
        Arrays that are not numbers or of unequal length; strengths that are not finite or do not
        rise; a name that is no string.

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

    def __init__(
        self, *, strengths: Any, mean_scores: Any, std_scores: Any, score_name: str
    ) -> None:
        self.strengths = number_array(strengths, "strengths")
        self.mean_scores = number_array(mean_scores, "mean_scores")
        self.std_scores = number_array(std_scores, "std_scores")
        if not len(self.strengths) == len(self.mean_scores) == len(self.std_scores):
            raise ValueError(
                "strengths, mean_scores and std_scores must be of one length, got "
                f"{len(self.strengths)}, {len(self.mean_scores)} and {len(self.std_scores)}."
            )
        if not (
            np.isfinite(self.strengths).all() and (self.strengths[1:] > self.strengths[:-1]).all()
        ):
            raise ValueError(f"strengths must be finite and rise, got {self.strengths.tolist()}.")
        if not isinstance(score_name, str):
            raise TypeError(f"score_name must be a string, got {score_name!r}.")
        self.score_name = score_name

    @classmethod
    def from_search(
        cls,
        search: Any,
        *,
        parameter: str | None = None,
        metric: str | None = None,
        ax: Axes | None = None,
    ) -> StrengthCurveDisplay:
        """Plot the scores of a finished search.

        Of a halving search, only the last iteration is shown: the scores of earlier ones come from
        fewer rows and cannot be compared with it.

        Parameters
        ----------
        search : GridSearchCV or other search
            Fitted, with strengths among its parameters, as numbers.
        parameter : str or None, default=None
            Name of the parameter that is the strength; None takes the one called ``strength`` or
            ending in ``__strength``.
        metric : str or None, default=None
            Which of several metrics to show; None if there is only one.
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : StrengthCurveDisplay

        Raises
        ------
        NotFittedError, ValueError
            A search that is not finished, that has no strength or several, or does not have that
            metric.
        TypeError
            Strengths that are not numbers; a parameter or a metric that is no name.
        """
        check_is_fitted(search, "cv_results_")
        results = search.cv_results_
        parameter, metric = _parameter_and_metric(results, parameter, metric)
        shown = _candidates(results, parameter)
        strength = _as_floats(results[f"param_{parameter}"][shown])
        mean, std = (results[f"{kind}_test_{metric}"][shown] for kind in ("mean", "std"))
        # The best candidate of each strength comes first; a score that is NaN is the worst.
        ranked = np.lexsort((np.nan_to_num(-mean, nan=np.inf), strength))
        _, first = np.unique(strength[ranked], return_index=True)
        best = ranked[first]
        return cls(
            strengths=strength[best],
            mean_scores=mean[best],
            std_scores=std[best],
            score_name=_score_name(search, metric),
        ).plot(ax)

    def plot(self, ax: Axes | None = None) -> StrengthCurveDisplay:
        """Draw the mean over the folds, and a band of one standard deviation to each side.

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
        TypeError
            `ax` that is no Axes.
        """
        self.ax_ = make_axes(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        low, high = self.mean_scores - self.std_scores, self.mean_scores + self.std_scores
        # The band of a single strength has no width: only its outline can be seen.
        outline = 0 if len(self.strengths) > 1 else 6
        self.ax_.fill_between(self.strengths, low, high, alpha=0.2, color=COLOR, linewidth=outline)
        self.ax_.plot(self.strengths, self.mean_scores, marker="o", color=COLOR)
        self.ax_.set(
            xlabel="strength", ylabel=f"{self.score_name}\n(mean ± standard deviation over folds)"
        )
        return self


def _parameter_and_metric(
    results: Any, parameter: str | None, metric: str | None
) -> tuple[str, str]:
    """The names of the strength and of the score in the results, as given or found."""
    searched = [name.removeprefix("param_") for name in results if name.startswith("param_")]
    metrics = [name.removeprefix("mean_test_") for name in results if name.startswith("mean_test_")]
    strengths = [name for name in searched if name.split("__")[-1] == "strength"]
    return (
        _chosen("parameter", parameter, searched, strengths),
        _chosen("metric", metric, metrics, metrics),
    )


def _chosen(what: str, given: str | None, known: list[str], candidates: list[str]) -> str:
    """The one that is asked for, or the only candidate."""
    if not isinstance(given, str | None):
        raise TypeError(f"{what} must be a name or None, got {given!r}.")
    if given is not None and given not in known:
        raise ValueError(f"{what} must be one of the search's {known}, got {given!r}.")
    if given is None and not candidates:
        raise ValueError(f"the search has no {what} that is called a strength, only {known}.")
    if given is None and len(candidates) > 1:
        raise ValueError(f"{what} must say which of {candidates} to plot, got None.")
    return candidates[0] if given is None else given


def _candidates(results: Any, parameter: str) -> Any:
    """Which candidates have a strength and, in a halving search, reached its last iteration."""
    # Where the search took a list of grids, some of them may be without strengths.
    shown = ~np.ma.getmaskarray(np.ma.asarray(results[f"param_{parameter}"]))
    if "iter" in results:
        shown &= results["iter"] == results["iter"].max()
    if not shown.any():
        raise ValueError(f"no candidate in the last iteration of the search has a {parameter}.")
    return shown


def _as_floats(strengths: Any) -> Any:
    for strength in strengths.tolist():
        if not isinstance(strength, Real):
            raise TypeError(f"strengths must be numbers to be plotted, got {strength!r}.")
    return np.array(strengths.tolist(), dtype=np.float64)


def _score_name(search: Any, metric: str) -> str:
    """What the score is called: a single metric by the search's scoring, if that is a name."""
    name = metric
    if metric == "score" and isinstance(search.scoring, str):
        name = search.scoring
    iterations = search.cv_results_.get("iter")
    last = "" if iterations is None else f", last of {iterations.max() + 1} iterations"
    return name.replace("_", " ") + last
