"""What a fit knows."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from skbalance._draws.line_plan import LinePlan
    from skbalance._draws.plan import Plan


def quotas_of(plan: Plan | LinePlan, epoch: int) -> Any:
    """Draws of each class of the plan in an epoch."""
    return plan.quotas_of(epoch)


def warn_of_row_numbers(class_counts: NDArray[np.int64]) -> None:
    """Warn of labels that look like row numbers: more classes than half of the rows.

    As scikit-learn's classifiers do, of more than 20 rows only.
    """
    n_classes, n_rows = len(class_counts), int(class_counts.sum())
    if n_rows > 20 and 2 * n_classes > n_rows:
        warnings.warn(
            f"y has {n_classes:,} classes in {n_rows:,} rows, of which "
            f"{(class_counts == 1).sum():,} occur only once. Are these row numbers or ids? A class "
            "of one row can only be repeated. (A continuous target is target_type='continuous'.)",
            UserWarning,
            stacklevel=2,
        )


@dataclass(frozen=True)
class Planned:
    """The plan of draws and, class by class, rows and the weight of a row in epoch 0.

    ``draws_of`` is a function from plan and epoch to the draws of each class, where these are not
    the classes of the plan. ``others`` are further fitted attributes by name. ``why_uncorrected``
    says, where draws change more than the frequencies of classes, why probabilities cannot be
    corrected for them.
    """

    plan: Plan | LinePlan
    classes: NDArray[Any]
    class_counts: NDArray[np.int64]
    class_weights: NDArray[np.float64]
    draws_of: Callable[[Any, int], Any] = quotas_of
    others: Mapping[str, Any] = field(default_factory=dict)
    why_uncorrected: str = ""
