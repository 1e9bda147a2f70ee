"""Parameters and labels to a plan of draws: what estimators, loaders and clusters have in common.

RULE: numpy; of this library `_checks`, `_draws` and `_labels`. No estimator and no framework.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from skbalance._checks import (
    MOST_DRAWS,
    check_bool,
    check_class_weight,
    check_factor,
    check_n_samples,
    draws_or_word,
    seed_of,
    strength_at,
)
from skbalance._draws import quotas as _quotas
from skbalance._draws.plan import Plan
from skbalance._labels.codes import encode
from skbalance._labels.pools import group

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Planned(NamedTuple):
    """Sorted labels, the plan of their draws, and each class's share of the draws of epoch 0."""

    classes: NDArray[Any]
    plan: Plan
    shares: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """How classes are to be balanced: the parameters of an `InverseFrequencySampler`, checked."""

    strength: float | Callable[[int], float] = 1.0
    n_samples: float | str | Mapping[Any, int] | None = None
    replacement: bool = False
    class_weight: Mapping[Any, float] | Callable[[Any], Any] | None = None
    random_state: int | np.random.RandomState | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_samples", check_n_samples(self.n_samples))
        check_class_weight(self.class_weight)
        object.__setattr__(self, "replacement", check_bool(self.replacement, "replacement"))
        weighs = (
            callable(self.strength) or self._strength_at_0 != 1 or self.class_weight is not None
        )
        if weighs and isinstance(self.n_samples, Mapping):
            raise ValueError(
                "n_samples as a dict says how often each class is drawn, so strength and "
                f"class_weight have nothing to decide, got strength={self.strength!r} and "
                f"class_weight={self.class_weight!r}."
            )

    @cached_property
    def _strength_at_0(self) -> float:
        """The strength in epoch 0, which several places want: a function may be slow to answer."""
        strength: float = strength_at(self.strength, 0)
        return strength

    def strength_in(self, epoch: int) -> float:
        """The strength in an epoch."""
        return strength_at(self.strength, epoch) if epoch else self._strength_at_0

    def plan_of(self, y: Any) -> Planned:
        """A plan of draws from the rows of labels in memory."""
        classes, codes = encode(y)
        pool, class_counts = group(codes, len(classes))
        return self.plan_of_counts(classes, class_counts, pool)

    def plan_of_counts(
        self,
        classes: NDArray[Any],
        class_counts: NDArray[np.int64],
        pool: NDArray[Any] | None = None,
    ) -> Planned:
        """A plan of draws from classes of which the numbers of rows are known."""
        if len(classes) < 2:
            seen = f"the one class {classes.tolist()[0]!r}" if len(classes) else "no rows"
            raise ValueError(f"y must hold rows of at least 2 classes, got {seen}.")
        labels = classes.tolist()
        if isinstance(self.n_samples, Mapping):
            draws = _by_label(self.n_samples, labels, class_counts.tolist(), "n_samples")
            if sum(draws) > MOST_DRAWS:
                raise ValueError(f"n_samples must sum to at most 2**53 draws, got {sum(draws)}.")
            quotas = np.array(draws, dtype=np.int64)
            shares = quotas / quotas.sum()
            of_epoch = None
        else:
            n_samples = draws_or_word(self.n_samples, int(class_counts.sum()), len(classes))
            factors = self._factors(labels, class_counts)
            of_epoch = _QuotasOfEpoch(self, class_counts, factors, n_samples)
            shares, quotas = of_epoch.shares(0), of_epoch(0)
        # From a RandomState the seed is drawn last, so that a fit that fails leaves it as it was.
        plan = Plan(class_counts, quotas, seed_of(self.random_state), self.replacement, pool)
        if of_epoch and callable(self.strength):
            most_draws, factors = of_epoch.most_draws, of_epoch.factors
            plan = replace(plan, schedule=of_epoch, most_draws=most_draws, factors=factors)
        return Planned(classes, plan, shares)

    def _factors(self, labels: list[Any], class_counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """The factor by which the rows of each class weigh more than strength says."""
        if self.class_weight is None:
            return np.ones(len(labels))
        if isinstance(self.class_weight, Mapping):
            ones = [1.0] * len(labels)
            return np.array(_by_label(self.class_weight, labels, ones, "class_weight"), dtype=float)
        given = self.class_weight(class_counts.copy())
        factors = np.asarray(given)
        if factors.shape != class_counts.shape or factors.dtype.kind not in "iuf":
            raise ValueError(
                f"class_weight(counts) must be one factor for each of the {len(labels)} classes, "
                f"got {given!r}."
            )
        found = zip(labels, factors.tolist(), strict=True)
        return np.array(
            [check_factor(f, f"class_weight(counts) of {label!r}") for label, f in found]
        )


def _by_label(
    given: Mapping[Any, Any], labels: list[Any], default: list[Any], name: str
) -> list[Any]:
    """What a dict says of each label, or else the default; a fold may miss some of its labels."""
    if given and not any(label in given for label in labels):
        raise ValueError(
            f"{name} must name labels of y, got none of them: it names {_some(given)}, y holds "
            f"{_some(labels)}."
        )
    return [given.get(label, other) for label, other in zip(labels, default, strict=True)]


def _some(labels: Iterable[Any]) -> str:
    """The first few labels, as a message shows them."""
    first = [repr(label) for label in islice(labels, 6)]
    return ", ".join(first[:5]) + (", ..." if len(first) > 5 else "")


@dataclass(frozen=True, eq=False)
class _QuotasOfEpoch:
    """The quotas of an epoch, where they may change from one to the next."""

    parameters: Parameters
    class_counts: NDArray[np.int64]
    factors: NDArray[np.float64]
    n_samples: int | str

    def shares(self, epoch: int) -> NDArray[np.float64]:
        """Each class's share of the draws of an epoch."""
        strength = self.parameters.strength_in(epoch)
        shares: NDArray[np.float64] = _quotas.shares(self.class_counts, strength, self.factors)
        return shares

    def __call__(self, epoch: int) -> Any:
        return _quotas.quotas(self.class_counts, self.shares(epoch), self.n_samples)

    @property
    def most_draws(self) -> int:
        """A bound of the draws of any epoch."""
        if self.n_samples == "under":
            return int(self.class_counts.sum())
        return MOST_DRAWS if self.n_samples == "over" else int(self.n_samples)
