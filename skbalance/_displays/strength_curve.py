"""StrengthCurveDisplay: a score by strength, from a finished search.

Only `plot` imports matplotlib.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skbalance._displays.axes import make_axes
from skbalance._displays.search_results import points_of
from skbalance._labels.containers import array_of
from skbalance._labels.numbers import number_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours of Okabe and Ito, which differ for every kind of colour vision, and signs that differ in
# grey, too. More settings than these could not be told apart.
COLORS = "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9"
MARKERS = "osD^vP"
GREY = "#949494"

# More bands than these would cover each other.
MOST_BANDS = 3


class StrengthCurveDisplay:
    """A score over the strength of the sampler, from a finished search.

    Made by `from_search`. If other parameters were searched as well, each setting of them has its
    own curve. With more than six settings, the one with the highest mean is shown in colour and the
    others in grey.

    Parameters
    ----------
    strengths : array-like of shape (n_points,)
        Strengths, increasing within each setting.
    mean_scores, std_scores : array-like of shape (n_points,)
        Mean and standard deviation of the score over the folds.
    score_name : str
        The name of the score.
    min_scores, max_scores : array-like of shape (n_points,) or None, default=None
        Lowest and highest score over the folds. The bands of one standard deviation end there,
        because no score lies beyond.
    settings : array-like of str of shape (n_points,) or None, default=None
        The curve that each point belongs to: the values of the other parameters. None means one
        curve.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes with the plot.
    figure_ : matplotlib Figure
        The figure with the axes.

    Raises
    ------
    TypeError, ValueError
        Arrays that are not numbers or of unequal length; strengths that are not finite or not
        increasing; only one of min_scores and max_scores; settings or a name that are not strings.

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

    A second parameter gives a curve for each of its values:

    >>> grid = {
    ...     "inversefrequencysampler__strength": [0, 1],
    ...     "inversefrequencysampler__n_samples": [None, "over"],
    ... }
    >>> StrengthCurveDisplay.from_search(GridSearchCV(model, grid).fit(X, y)).settings.tolist()
    ['n_samples=None', 'n_samples=None', 'n_samples=over', 'n_samples=over']
    """

    ax_: Axes
    figure_: Figure

    def __init__(
        self,
        *,
        strengths: Any,
        mean_scores: Any,
        std_scores: Any,
        score_name: str,
        min_scores: Any = None,
        max_scores: Any = None,
        settings: Any = None,
    ) -> None:
        self.strengths = number_array(strengths, "strengths")
        self.mean_scores = number_array(mean_scores, "mean_scores")
        self.std_scores = number_array(std_scores, "std_scores")
        self._check_lengths("strengths", "mean_scores", "std_scores")
        if (min_scores is None) != (max_scores is None):
            missing = "min_scores" if min_scores is None else "max_scores"
            raise ValueError(f"min_scores and max_scores belong together, got {missing}=None.")
        self.min_scores = self.max_scores = None
        if min_scores is not None:
            self.min_scores = number_array(min_scores, "min_scores")
            self.max_scores = number_array(max_scores, "max_scores")
            self._check_lengths("strengths", "min_scores", "max_scores")
        self.settings = None if settings is None else _names(settings)
        if self.settings is not None:
            self._check_lengths("strengths", "settings")
        for curve in self._curves().values():
            strengths = self.strengths[curve]
            if not (np.isfinite(strengths).all() and (strengths[1:] > strengths[:-1]).all()):
                raise ValueError(f"strengths must be finite and rise, got {strengths.tolist()}.")
        if not isinstance(score_name, str):
            raise TypeError(f"score_name must be a string, got {score_name!r}.")
        self.score_name = score_name

    def _check_lengths(self, *names: str) -> None:
        """Raise unless these arrays have one entry a point."""
        lengths = [len(getattr(self, name)) for name in names]
        if len(set(lengths)) > 1:
            raise ValueError(
                f"{', '.join(names[:-1])} and {names[-1]} must be of one length, got "
                f"{', '.join(map(str, lengths[:-1]))} and {lengths[-1]}."
            )

    def _curves(self) -> dict[str, Any]:
        """The points of each setting, in the order in which settings come up."""
        if self.settings is None:
            return {"": np.arange(len(self.strengths))}
        names = self.settings.tolist()
        return {
            setting: np.array([i for i, name in enumerate(names) if name == setting])
            for setting in dict.fromkeys(names)
        }

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

        For a halving search, only the last iteration is shown: the scores of earlier iterations
        come from fewer rows and are not comparable.

        Parameters
        ----------
        search : GridSearchCV or other search
            Fitted, with the strength among its parameters, as numbers.
        parameter : str or None, default=None
            Name of the strength parameter; None takes the one called ``strength`` or ending in
            ``__strength``.
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
            A search that is not finished, that has no strength or several, or that does not have
            the metric.
        TypeError
            Strengths that are not numbers; a parameter or a metric that is not a name.
        """
        check_is_fitted(search, "cv_results_")
        points, score_name = points_of(search, parameter, metric)
        return cls(**points._asdict(), score_name=score_name).plot(ax)

    def plot(self, ax: Axes | None = None) -> StrengthCurveDisplay:
        """Draw the mean over the folds, and a band of one standard deviation to each side.

        Bands end at the lowest and the highest score of a fold. With more than three curves, only
        the one with the highest mean has a band.

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
            If `ax` is not an Axes.
        """
        self.ax_ = make_axes(ax)
        self.figure_ = self.ax_.figure  # type: ignore[assignment]
        curves = self._curves()
        best = max(curves, key=lambda name: _highest(self.mean_scores[curves[name]]))
        if len(curves) <= len(COLORS):
            self._draw_each(curves, best)
        else:
            self._draw_best(curves, best)
        self.ax_.set(
            xlabel="strength", ylabel=f"{self.score_name}\n(mean ± standard deviation over folds)"
        )
        if len(curves) > 1:
            self.ax_.legend(frameon=False, fontsize="small")
        return self

    def _draw_each(self, curves: dict[str, Any], best: str) -> None:
        """Every curve in a colour of its own."""
        for (name, curve), color, marker in zip(curves.items(), COLORS, MARKERS, strict=False):
            self._draw_means(name, curve, color, marker)
            if len(curves) <= MOST_BANDS or name == best:
                self._draw_band(curve, color)

    def _draw_best(self, curves: dict[str, Any], best: str) -> None:
        """The best curve in colour, over all others in grey."""
        others = [curve for name, curve in curves.items() if name != best]
        for curve in others:
            xy = self.strengths[curve], self.mean_scores[curve]
            (line,) = self.ax_.plot(*xy, ".-", color=GREY, linewidth=0.8)
        line.set_label(f"the other {len(others)} settings")
        self._draw_means(f"{best} (best)", curves[best], COLORS[0], MARKERS[0])
        self._draw_band(curves[best], COLORS[0])

    def _draw_means(self, name: str, curve: Any, color: str, marker: str) -> None:
        """The means of one curve."""
        label = name.replace("$", r"\$")
        if not label or label.startswith("_"):  # which matplotlib would leave out of a legend
            label = f" {label}"
        xy = self.strengths[curve], self.mean_scores[curve]
        self.ax_.plot(*xy, marker=marker, color=color, label=label)

    def _draw_band(self, curve: Any, color: str) -> None:
        """The deviations of one curve."""
        strengths, mean, std = (
            values[curve] for values in (self.strengths, self.mean_scores, self.std_scores)
        )
        low, high = mean - std, mean + std
        if self.min_scores is not None and self.max_scores is not None:
            low = np.maximum(low, self.min_scores[curve])
            high = np.minimum(high, self.max_scores[curve])
        # The band of a single strength has no width: only its outline can be seen.
        outline = 0 if len(strengths) > 1 else 6
        self.ax_.fill_between(strengths, low, high, alpha=0.2, color=color, linewidth=outline)


def _names(settings: Any) -> Any:
    """The settings as an array of strings."""
    array = array_of(settings, "settings", "names")
    if array.ndim != 1:
        raise ValueError(f"settings must have one entry a point, got shape {array.shape}.")
    for setting in array.tolist():
        if not isinstance(setting, str):
            raise TypeError(f"settings must be strings, got {setting!r}.")
    return array


def _highest(scores: Any) -> float:
    """The highest of the scores that are there."""
    return float(np.nan_to_num(scores, nan=-np.inf).max(initial=-np.inf))
