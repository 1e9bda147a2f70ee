"""Probabilities under one prior of the classes to probabilities under another.

If only the frequencies of the classes differ, and not what rows of a class look like, Bayes' rule gives ``p_c * pi_c / pi'_c``,
normalised: of probabilities ``p`` that were learnt under the prior ``pi'``, those under ``pi``.

References: Elkan, "The foundations of cost-sensitive learning", IJCAI 2001; Saerens, Latinne and Decaestecker, "Adjusting the
outputs of a classifier to new a priori probabilities: a simple procedure", Neural Computation 14 (2002).
"""

import numpy as np

# How far the probabilities of a row may be from summing to 1: those of half precision are off by so much.
TOLERANCE = 1e-2


def log_prior_shift(counts, resampled_counts):
    """``log(pi_c / pi'_c)`` of the classes, from their numbers of rows before and after resampling.

    >>> log_prior_shift(np.array([90, 10]), np.array([50, 50])).round(3).tolist()
    [0.588, -1.609]
    """
    return np.log(counts / counts.sum()) - np.log(resampled_counts / resampled_counts.sum())


def check_proba(proba, n_classes):
    """Probabilities of shape (n, n_classes), as a numpy array of floats or as the tensor that they are.

    >>> check_proba([[0, 1]], 2)
    array([[0., 1.]])
    """
    if not hasattr(proba, "new_tensor"):  # no torch tensor
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
    # So written that NaN fails, too.
    if not ((proba >= 0).all() and (abs(proba.sum(axis=1) - 1) <= TOLERANCE).all()):
        raise ValueError("each row of proba must be probabilities that sum to 1; scores and logits are none.")
    return proba


def shift_proba(proba, log_shift):
    """Probabilities times ``exp(log_shift)``, normalised: of the kind and dtype that they are, rows and columns alike.

    >>> shift_proba(np.array([[0.5, 0.5]]), np.log([0.9, 0.1])).round(3).tolist()
    [[0.9, 0.1]]
    """
    ratio = np.exp(log_shift - log_shift.max())
    if (ratio == 1).all():
        return proba + 0  # exactly what they are
    is_tensor = hasattr(proba, "new_tensor")
    weighted = proba * (proba.new_tensor(ratio) if is_tensor else ratio.astype(proba.dtype))
    return weighted / weighted.sum(axis=1, keepdims=True)
