"""Turning probabilities under one prior of the classes into probabilities under another.

Let ``p_c`` be probabilities that were learnt under the prior ``pi'``. If only the frequencies of
the classes change, and not what the rows of a class look like, then by Bayes' rule the
probabilities under the prior ``pi`` are ``p_c * pi_c / pi'_c``, normalised.

References: Elkan, "The foundations of cost-sensitive learning", IJCAI 2001; Saerens, Latinne and
Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities: a simple
procedure", Neural Computation 14 (2002).
"""

from collections.abc import Sequence

import numpy as np

# How far from 1 the probabilities of a row may sum. In half precision they are that far off.
TOLERANCE = 1e-2


def log_prior_shift(counts, resampled_counts):
    """``log(pi_c / pi'_c)`` of each class, from its rows before and after resampling.

    >>> log_prior_shift(np.array([90, 10]), np.array([50, 50])).round(3).tolist()
    [0.588, -1.609]
    """
    return np.log(counts / counts.sum()) - np.log(resampled_counts / resampled_counts.sum())


def check_proba(proba, n_classes):
    """The probabilities, checked: a float array of shape (n, n_classes), or the tensor they are in.

    >>> check_proba([[0, 1]], 2)
    array([[0., 1.]])
    """
    proba = _as_floats(proba)
    if proba.ndim != 2 or proba.shape[1] != n_classes:
        raise ValueError(
            f"proba must be of shape (n_rows, {n_classes}), a column for each class, got "
            f"{tuple(proba.shape)}."
        )
    # numpy adds half precision up in half precision, torch in single precision.
    dtype = None if _is_tensor(proba) else np.result_type(proba.dtype, np.float64)
    with np.errstate(over="ignore"):  # sums that are too large are none of 1
        sums = proba.sum(axis=1, dtype=dtype)
    # Written with "<=", so that NaN fails as well.
    fits = (proba >= 0).all(axis=1) & (abs(sums - 1) <= TOLERANCE)
    if not fits.all():
        row = int(np.flatnonzero(~np.asarray(fits.tolist()))[0])
        raise ValueError(
            f"each row of proba must be probabilities that sum to 1, but row {row} is "
            f"{proba[row].tolist()}; logits take log_prior_shift_ instead."
        )
    return proba


def shift_proba(proba, log_shift):
    """Probabilities times ``exp(log_shift)``, normalised; their kind and dtype stay.

    >>> shift_proba(np.array([[0.5, 0.5]]), np.log([0.9, 0.1])).round(3).tolist()
    [[0.9, 0.1]]
    """
    ratio = np.exp(log_shift - log_shift.max())
    if (ratio == 1).all():
        return proba + 0  # a copy; dividing by the sum would change the last digits
    # In half precision the ratio or a sum could vanish.
    wide = proba.float() if _is_tensor(proba) and proba.dtype.itemsize < 4 else proba
    weighted = wide * (wide.new_tensor(ratio) if _is_tensor(wide) else ratio)
    total = weighted.sum(axis=1, keepdims=True)
    # Some classifiers give a row no probability at all; it stays zero instead of becoming NaN.
    weighted = weighted / (total + (total == 0))
    return weighted.to(proba.dtype) if _is_tensor(proba) else weighted.astype(proba.dtype)


def _as_floats(proba):
    """The probabilities as an array of floats, or as the tensor of floats that they are in."""
    if _is_tensor(proba):
        if not proba.is_floating_point():
            raise TypeError(f"proba must hold floats, got {proba.dtype}.")
        if proba.dtype.itemsize < 2:  # torch cannot add them up
            raise TypeError(f"proba must hold floats of at least 16 bits, got {proba.dtype}.")
        return proba
    if np.ma.is_masked(proba):
        raise ValueError("proba must hold a number in each place, got an array with masked ones.")
    if not (hasattr(proba, "__array__") or isinstance(proba, Sequence)):
        raise TypeError(f"proba must be an array or a tensor, got {type(proba).__name__}.")
    proba = np.asarray(proba)
    if proba.dtype.kind not in "biuf":
        raise TypeError(f"proba must hold numbers, got {proba.dtype}.")
    return proba if proba.dtype.kind == "f" else proba.astype(np.float64)


def _is_tensor(proba):
    return hasattr(proba, "new_tensor")
