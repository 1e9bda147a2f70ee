"""What every sampler of the library is: parameters, a plan of draws made of class counts, and
probabilities corrected.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from skbalance import _prior
from skbalance._checks import (
    check_epoch,
    check_n_samples,
    check_replacement,
    draws_or_word,
    seed_of,
    strength_at,
)
from skbalance._draws import quotas as _quotas
from skbalance._draws.plan import Plan
from skbalance._labels.containers import refuse_dask

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Balancer(BaseEstimator):
    """Parameters, and what follows from them and from the counts of classes alone, wherever the
    rows are.
    """

    def __init__(
        self,
        *,
        strength: float | Callable[[int], float] = 1.0,
        n_samples: float | str | None = None,
        replacement: bool = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.strength = strength
        self.n_samples = n_samples
        self.replacement = replacement
        self.random_state = random_state

    def _check_parameters(self, y: Any) -> None:
        """TypeError or ValueError for parameters that are wrong whatever the labels are, and for
        ``y=None``.
        """
        strength_at(self.strength, 0)
        check_replacement(self.replacement)
        check_n_samples(self.n_samples)
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None: labels are what it balances."
            )

    def _plan_of(
        self,
        classes: NDArray[Any],
        class_counts: NDArray[np.int64],
        pool: NDArray[Any] | None = None,
    ) -> Plan:
        """The plan of draws from checked parameters and the classes' numbers of rows."""
        if len(classes) < 2:
            seen = f"the one class {classes.tolist()[0]!r}" if len(classes) else "no rows"
            raise ValueError(f"y must hold rows of at least 2 classes, got {seen}.")
        n_samples = draws_or_word(self.n_samples, int(class_counts.sum()), len(classes))
        quotas = _quotas.quotas(class_counts, strength_at(self.strength, 0), n_samples)
        plan = Plan(class_counts, quotas, seed_of(self.random_state), bool(self.replacement), pool)
        if not callable(self.strength):
            return plan
        schedule = _Schedule(self.strength, class_counts, n_samples)
        return replace(plan, schedule=schedule, most_draws=schedule.most_draws)

    def _set_fitted(self, classes: NDArray[Any], plan: Plan, X: Any) -> None:
        """Set all attributes that follow from the classes, the plan and the columns of X, and no
        other ones.
        """
        of_columns = BaseEstimator()
        if X is not None:
            validate_data(of_columns, X, skip_check_array=True)
        # Only now, so that a fit that fails leaves the sampler as it was.
        for stale in "sample_indices_", "n_features_in_", "feature_names_in_":
            self.__dict__.pop(stale, None)
        self.__dict__.update(vars(of_columns))
        labels = classes.tolist()
        weights = _quotas.row_weights(plan.class_counts, strength_at(self.strength, 0))
        self.classes_ = classes
        self.class_counts_ = plan.class_counts.copy()
        self.class_weight_ = dict(zip(labels, weights.tolist(), strict=True))
        self.sampling_strategy_ = dict(zip(labels, plan.quotas.tolist(), strict=True))
        self.log_prior_shift_ = _prior.log_prior_shift(plan.class_counts, plan.quotas)
        self._plan = plan
        self._seed_is_given = isinstance(self.random_state, Integral)

    def correct_proba(self, proba: Any, *, epoch: int | None = None) -> Any:
        """Probabilities learnt from the draws, turned into probabilities under the original
        distribution of the classes.

        A model that was trained on rows in other frequencies over-states the classes that came up
        more often. Its probabilities times the original frequencies over those of the draws,
        normalised, are right again as far as they were right for the draws.

        Parameters
        ----------
        proba : array-like or tensor of shape (n_rows, n_classes)
            Columns in the order of ``classes_``; each row sums to 1.
        epoch : int or None, default=None
            Where strength is a function: the epoch whose draws the probabilities stand for, usually
            the last one of the training.

        Returns
        -------
        proba : ndarray or tensor of shape (n_rows, n_classes)
            A new array of the same floating dtype (float64 for integers), a tensor for a tensor.
            Rows sum to 1. Where the draws have the original frequencies (strength 0, as many draws
            as rows), exactly what came in.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError, ValueError
            Probabilities of another shape, negative, not summing to 1 (within 0.01) or no numbers;
            a bad epoch, or none where strength is a function.

        References
        ----------
        Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, theorem 2; Saerens, Latinne
        and Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities",
        Neural Computation 14, 2002, equation 2.4.

        Examples
        --------
        >>> from skbalance import InverseFrequencySampler
        >>> sampler = InverseFrequencySampler().fit(None, ["ham"] * 90 + ["spam"] * 10)
        >>> sampler.correct_proba([[0.5, 0.5]]).round(3)
        array([[0.9, 0.1]])
        """
        check_is_fitted(self, "_plan")
        refuse_dask(proba, "proba", "map it over the partitions")
        if epoch is None and self._plan.schedule:
            raise ValueError(
                "epoch must say which epoch's draws the probabilities stand for, as strength is a function, got None."
            )
        epoch = 0 if epoch is None else check_epoch(epoch)
        log_shift = _prior.log_prior_shift(self._plan.class_counts, self._plan.quotas_of(epoch))
        return _prior.shift_proba(_prior.check_proba(proba, len(self.classes_)), log_shift)


@dataclass(frozen=True, eq=False)
class _Schedule:
    """The quotas of an epoch, where strength is a function of it."""

    strength: Callable[[int], float]
    class_counts: NDArray[np.int64]
    n_samples: int | str

    def __call__(self, epoch: int) -> Any:
        return _quotas.quotas(self.class_counts, strength_at(self.strength, epoch), self.n_samples)

    @property
    def most_draws(self) -> int:
        """A bound of the draws of any epoch."""
        if self.n_samples == "under":
            return int(self.class_counts.sum())
        return _quotas.MOST_DRAWS if self.n_samples == "over" else int(self.n_samples)
