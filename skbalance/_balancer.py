"""What every sampler of this library is: parameters, fitted attributes, corrected probabilities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import lru_cache
from inspect import Parameter, Signature, signature
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from skbalance import _prior
from skbalance._checks import seed_of
from skbalance._labels.containers import refuse_dask, refuse_unreadable
from skbalance._planning.parameters import Parameters
from skbalance._planning.planned import Planned
from skbalance._planning.strategies import no_sampling_strategy

# Fitted attributes that only some fits set.
SOMETIMES_FITTED = (
    "sample_indices_",
    "n_features_in_",
    "feature_names_in_",
    "log_prior_shift_",
    "bin_edges_",
    "groups_",
    "cell_counts_",
    "cell_draws_",
)

# The parameters that `fit` checks; by name, as a subclass may have others. The seed is drawn later,
# by `_set_fitted`.
CHECKED = {field.name for field in fields(Parameters)} - {"random_state"}

# Remembered: inspecting a signature takes longer than all the rest of making a sampler.
_signature = lru_cache(signature)

NAMED_ONLY = Parameter.KEYWORD_ONLY, Parameter.VAR_KEYWORD


class Balancer(BaseEstimator):
    """All of a sampler that does not depend on where its rows are."""

    def __new__(cls, *args: Any, **parameters: Any) -> Any:
        """Answer the arguments by which other libraries' samplers are made."""
        own = _signature(cls.__init__).parameters  # a subclass may take others
        if not args and parameters.keys() <= own.keys():
            return super().__new__(cls)
        if "sampling_strategy" in parameters and "sampling_strategy" not in own:
            raise TypeError(no_sampling_strategy(cls.__name__, parameters["sampling_strategy"]))
        takes_any = any(p.kind is Parameter.VAR_KEYWORD for p in own.values())
        unknown = [name for name in parameters if name not in own and not takes_any]
        if unknown:
            raise TypeError(
                f"{cls.__name__} has no parameter {unknown[0]!r}; it has "
                f"{', '.join(list(own)[1:])}."
            )
        by_position = [name for name, p in own.items() if p.kind not in NAMED_ONLY]
        if args and by_position == ["self"]:
            raise TypeError(
                f"{cls.__name__} takes keyword arguments only, as strength=0.5, got {args[0]!r}."
            )
        return super().__new__(cls)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Show the parameters of `__init__`: `__new__` takes anything, to answer it."""
        super().__init_subclass__(**kwargs)
        parameters = list(_signature(cls.__init__).parameters.values())
        cls.__signature__ = Signature(parameters[1:])

    def __init__(
        self,
        *,
        strength: float | Callable[[int], float] = 1.0,
        n_samples: float | str | Mapping[Any, int] | None = None,
        replacement: bool = False,
        class_weight: Mapping[Any, float] | Callable[[Any], Any] | None = None,
        group_strength: float = 1.0,
        target_type: str = "class",
        bins: Any = 10,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.strength = strength
        self.n_samples = n_samples
        self.replacement = replacement
        self.class_weight = class_weight
        self.group_strength = group_strength
        self.target_type = target_type
        self.bins = bins
        self.random_state = random_state

    def set_params(self, **params: Any) -> Any:
        """Set parameters of this sampler.

        Parameters
        ----------
        **params
            Names and values, as when the sampler is made.

        Returns
        -------
        self : the sampler

        Raises
        ------
        ValueError
            A name that is not a parameter.
        """
        if "sampling_strategy" in set(params) - set(self.get_params()):
            raise ValueError(no_sampling_strategy(type(self).__name__, params["sampling_strategy"]))
        return super().set_params(**params)

    def _checked_parameters(self, y: Any) -> Parameters:
        """The parameters, checked; ValueError for ``y=None``."""
        parameters = Parameters(**{name: getattr(self, name) for name in CHECKED}, random_state=0)
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None: labels "
                "are what it balances."
            )
        return parameters

    @staticmethod
    def _check_rows_given(X: Any) -> None:
        """Raise unless there are rows that can be picked from."""
        if X is None:
            raise ValueError(
                "fit_resample needs rows to pick from, got X=None; fit(None, y) and draw() need "
                "only labels."
            )

    def _set_fitted(self, planned: Planned, X: Any) -> None:
        """Set all attributes that follow from the classes, the plan and the columns of X."""
        of_columns = BaseEstimator()
        if X is not None:
            validate_data(of_columns, X, skip_check_array=True)
        # Only now, so that a fit that fails leaves the sampler and its RandomState as they were.
        plan = replace(planned.plan, seed=seed_of(self.random_state))
        for stale in SOMETIMES_FITTED:
            self.__dict__.pop(stale, None)
        self.__dict__.update(vars(of_columns))
        labels = planned.classes.tolist()
        self.classes_ = planned.classes
        self.class_counts_ = planned.class_counts.copy()
        self.class_weight_ = dict(zip(labels, planned.class_weights.tolist(), strict=True))
        draws = planned.draws_of(plan, 0)
        self.sampling_strategy_ = dict(zip(labels, draws.tolist(), strict=True))
        self.__dict__.update(planned.others)
        if not planned.why_uncorrected:
            self.log_prior_shift_ = _prior.log_prior_shift(planned.class_counts, draws)
        self._plan = plan
        self._draws_of = planned.draws_of
        self._fitted_target_type = self.target_type  # which may be set anew before the next fit
        self._why_uncorrected = planned.why_uncorrected
        self._seed_is_given = isinstance(self.random_state, Integral)

    def correct_proba(self, proba: Any, *, epoch: int | None = None) -> Any:
        """Probabilities learned from the draws, corrected to the original distribution.

        A model that was trained on resampled rows overstates the classes that were drawn more
        often. This multiplies its probabilities by each class's original frequency over its
        frequency in the draws, and renormalises them. They are then as right for the original
        distribution as they were for the draws.

        Parameters
        ----------
        proba : array-like or tensor of shape (n_rows, n_classes)
            Columns in the order of ``classes_``; each row sums to 1.
        epoch : int or None, default=None
            If strength is a function: the epoch whose draws the probabilities stand for, usually
            the last epoch of training.

        Returns
        -------
        proba : ndarray or tensor of shape (n_rows, n_classes)
            A new array of the same floating dtype (float64 for integers), a tensor for a tensor.
            Rows sum to 1. If the draws have the original frequencies (strength 0, as many draws as
            rows), the probabilities are returned unchanged.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError, ValueError
            Probabilities that have another shape, are negative, do not sum to 1 (within 0.01) or
            are not numbers; a bad epoch, or none although strength is a function; draws that change
            more than class frequencies (by sample_weight, groups or another target_type).

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
        if self._why_uncorrected:
            raise ValueError(
                "correct_proba undoes a change in the frequencies of classes alone, one class a "
                f"row, but {self._why_uncorrected}."
            )
        refuse_dask(proba, "proba", "map it over the partitions")
        refuse_unreadable(proba, "proba")
        if epoch is None and self._plan.varies:
            raise ValueError(
                "epoch must say which epoch's draws the probabilities stand for, as strength is a "
                "function, got None."
            )
        draws = self._draws_of(self._plan, 0 if epoch is None else epoch)
        log_shift = _prior.log_prior_shift(self.class_counts_, draws)
        return _prior.shift_proba(_prior.check_proba(proba, len(self.classes_)), log_shift)


# Python names the class of a method whose arguments are wrong. Users know this one by that name,
# and pickle finds it there.
for _method in Balancer.set_params, Balancer.correct_proba:
    _method.__module__ = "skbalance"
    _method.__qualname__ = f"InverseFrequencySampler.{_method.__name__}"
