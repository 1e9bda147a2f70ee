"""Probabilities under one prior of the classes to probabilities under another.

If only the frequencies of the classes differ, and not what rows of a class look like, Bayes' rule
gives ``p_c * pi_c / pi'_c``, normalised: of probabilities ``p`` that were learnt under the prior
``pi'``, those under ``pi``.

References: Elkan, "The foundations of cost-sensitive learning", IJCAI 2001; Saerens, Latinne and
Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities: a simple
procedure", Neural Computation 14 (2002).
"""

import numpy as np

from skbalance._labels.containers import refuse_dask

# How far the probabilities of a row may be from summing to 1: those of half precision are off by so
# much.
TOLERANCE = 1e-2


def log_prior_shift(counts, resampled_counts):
    """``log(pi_c / pi'_c)`` of the classes, from their numbers of rows before and after resampling.

    >>> log_prior_shift(np.array([90, 10]), np.array([50, 50])).round(3).tolist()
    [0.588, -1.609]
    """
    return np.log(counts / counts.sum()) - np.log(resampled_counts / resampled_counts.sum())


def check_proba(proba, n_classes):
    """Probabilities of shape (n, n_classes), as a numpy array of floats or as the tensor that they
    are.

    >>> check_proba([[0, 1]], 2)
    array([[0., 1.]])
    """
    refuse_dask(proba, "proba", "map it over the partitions")
    is_tensor = hasattr(proba, "new_tensor")
    if not is_tensor:
        proba = np.asarray(proba)
        if proba.dtype.kind not in "biuf":
            raise TypeError(f"proba must hold numbers, got {proba.dtype}.")
        if proba.dtype.kind != "f":
            proba = proba.astype(np.float64)
    elif not proba.is_floating_point():
        raise TypeError(f"proba must hold floats, got {proba.dtype}.")
    if proba.ndim != 2 or proba.shape[1] != n_classes:
        raise ValueError(
            f"proba must be of shape (n_rows, {n_classes}), a column for each class, got {tuple(proba.shape)}."
        )
    sums = (
        proba.sum(axis=1)
        if is_tensor
        else proba.sum(axis=1, dtype=np.result_type(proba.dtype, np.float64))
    )
    fits = (proba >= 0).all(axis=1) & (abs(sums - 1) <= TOLERANCE)  # so written that NaN fails, too
    if not fits.all():
        row = int(np.flatnonzero(~np.asarray(fits.tolist()))[0])
        raise ValueError(
            f"each row of proba must be probabilities that sum to 1, but row {row} is {proba[row].tolist()}; logits take "
            "log_prior_shift_ instead."
        )
    return proba


def shift_proba(proba, log_shift):
    """Probabilities times ``exp(log_shift)``, normalised: of the kind and dtype that they are, rows
    and columns alike.

    >>> shift_proba(np.array([[0.5, 0.5]]), np.log([0.9, 0.1])).round(3).tolist()
    [[0.9, 0.1]]
    """
    ratio = np.exp(log_shift - log_shift.max())
    if (ratio == 1).all():
        return proba + 0  # exactly what they are
    # Not in half precision: the ratio or a sum could vanish in it.
    wide = proba.float() if _is_half(proba) else proba
    weighted = wide * (wide.new_tensor(ratio) if hasattr(wide, "new_tensor") else ratio)
    total = weighted.sum(axis=1, keepdims=True)
    weighted = weighted / (total + (total == 0))  # a classifier's row of zeros stays one
    return (
        weighted.to(proba.dtype) if hasattr(proba, "new_tensor") else weighted.astype(proba.dtype)
    )


def _is_half(proba):
    return hasattr(proba, "new_tensor") and proba.dtype.itemsize < 4
