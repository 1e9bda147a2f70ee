"""Parameters and labels to a plan of draws: what estimators, loaders and clusters have in common.

RULE: numpy; of this library `_checks`, `_draws` and `_labels`. No estimator and no framework.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from skbalance._checks import (
    MOST_DRAWS,
    check_bool,
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
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Parameters:
    """How classes are to be balanced: the parameters of an `InverseFrequencySampler`, checked."""

    strength: float | Callable[[int], float] = 1.0
    n_samples: float | str | None = None
    replacement: bool = False
    random_state: int | np.random.RandomState | None = None

    def __post_init__(self) -> None:
        check_n_samples(self.n_samples)
        object.__setattr__(self, "replacement", check_bool(self.replacement, "replacement"))
        _ = self._strength_at_0

    @cached_property
    def _strength_at_0(self) -> float:
        """The strength in epoch 0, which several places want: a function may be slow to answer."""
        strength: float = strength_at(self.strength, 0)
        return strength

    def shares(self, class_counts: NDArray[np.int64], epoch: int) -> NDArray[np.float64]:
        """Each class's share of the draws of an epoch."""
        strength = strength_at(self.strength, epoch) if epoch else self._strength_at_0
        shares: NDArray[np.float64] = _quotas.shares(class_counts, strength)
        return shares

    def plan_of(self, y: Any) -> tuple[NDArray[Any], Plan]:
        """The classes of labels in memory, and a plan of draws from their rows."""
        classes, codes = encode(y)
        pool, class_counts = group(codes, len(classes))
        return classes, self.plan_of_counts(classes, class_counts, pool)

    def plan_of_counts(
        self,
        classes: NDArray[Any],
        class_counts: NDArray[np.int64],
        pool: NDArray[Any] | None = None,
    ) -> Plan:
        """A plan of draws from classes of which the numbers of rows are known."""
        if len(classes) < 2:
            seen = f"the one class {classes.tolist()[0]!r}" if len(classes) else "no rows"
            raise ValueError(f"y must hold rows of at least 2 classes, got {seen}.")
        n_samples = draws_or_word(self.n_samples, int(class_counts.sum()), len(classes))
        schedule = _QuotasOfEpoch(self, class_counts, n_samples)
        quotas = schedule(0)
        # From a RandomState the seed is drawn last, so that a fit that fails leaves it as it was.
        plan = Plan(class_counts, quotas, seed_of(self.random_state), self.replacement, pool)
        if not callable(self.strength):
            return plan
        return replace(plan, schedule=schedule, most_draws=schedule.most_draws)


@dataclass(frozen=True, eq=False)
class _QuotasOfEpoch:
    """The quotas of an epoch, where they may change from one to the next."""

    parameters: Parameters
    class_counts: NDArray[np.int64]
    n_samples: int | str

    def __call__(self, epoch: int) -> Any:
        shares = self.parameters.shares(self.class_counts, epoch)
        return _quotas.quotas(self.class_counts, shares, self.n_samples)

    @property
    def most_draws(self) -> int:
        """A bound of the draws of any epoch."""
        if self.n_samples == "under":
            return int(self.class_counts.sum())
        return MOST_DRAWS if self.n_samples == "over" else int(self.n_samples)
