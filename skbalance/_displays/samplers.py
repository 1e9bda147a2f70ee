"""What samplers of imbalanced-learn tell of the rows before and after, by their public attributes.

The samplers keep no labels, so these must be given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from sklearn.utils.validation import check_is_fitted

from skbalance._labels.codes import encode


def counts_of(sampler: Any, y: Any) -> tuple[Any, Any, Any]:
    """Classes, and their rows before and after, of a fitted sampler and the labels that it saw.

    >>> X, y = [[1], [2], [3]], ["ham", "ham", "spam"]
    >>> classes, before, after = counts_of(RandomOverSampler().fit(X, y), y)
    >>> classes.tolist(), before.tolist(), after.tolist()
    (['ham', 'spam'], [2, 1], [2, 2])
    """
    name = type(sampler).__name__
    check_is_fitted(sampler)
    if y is None:
        raise ValueError(
            f"y must be given with {name}, the labels that it was fitted on: it does not keep them."
        )
    classes, codes = encode(y)
    counts = np.bincount(codes, minlength=len(classes))
    # sampling_strategy_ is of the last fit, sample_indices_ may be of an earlier one. What the dict
    # says depends on the sampler: new rows, or rows that are kept.
    if isinstance(sampler, (RandomOverSampler, SMOTE)):
        return classes, counts, counts + _by_class(sampler, classes, np.zeros_like(counts))
    if isinstance(sampler, RandomUnderSampler):
        return classes, counts, _by_class(sampler, classes, counts)
    if hasattr(sampler, "sample_indices_"):
        rows = np.asarray(sampler.sample_indices_)
        if rows.max(initial=-1) >= len(codes):
            raise ValueError(
                f"y must be the labels that {name} was fitted on, at least {rows.max() + 1} rows, "
                f"got {len(codes)}."
            )
        return classes, counts, np.bincount(codes[rows], minlength=len(classes))
    raise ValueError(
        f"{name} tells neither the rows that it drew (sample_indices_, which some samplers set in "
        "fit_resample) nor how many rows of each class come out: take from_labels(y, y_resampled)."
    )


def _by_class(sampler: Any, classes: Any, default: Any) -> Any:
    """What ``sampling_strategy_`` says of each class, or else the default."""
    strategy: Mapping[Any, int] = sampler.sampling_strategy_
    labels = classes.tolist()
    unknown = [label for label in strategy if label not in labels]
    if unknown:
        raise ValueError(
            f"y must be the labels that {type(sampler).__name__} was fitted on, got none with "
            f"label {np.asarray(unknown).tolist()[0]!r}."
        )
    values = zip(labels, default.tolist(), strict=True)
    return np.array([strategy.get(label, other) for label, other in values], dtype=np.int64)
