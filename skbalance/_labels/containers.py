"""Labels in any container as a numpy array, before it is known whether they are classes."""

from collections.abc import Sequence
from numbers import Integral

import numpy as np
from scipy import sparse


def label_array(y):
    """The labels as a numpy array of shape (n,), before it is known whether they are classes.

    >>> label_array([[0, 1], [1, 0]]).tolist()
    [1, 0]
    """
    refuse_dask(y, "y")
    _refuse_missing(y)
    return _one_dimensional(_as_array(y))


def concatenate(parts):
    """Arrays of labels, one after the other; of different kinds as objects, since numpy would turn
    them into strings or floats.

    >>> concatenate([np.array([1]), np.array(["a"])]).tolist()
    [1, 'a']
    """
    if len({part.dtype.kind for part in parts}) > 1:
        parts = [part.astype(object) for part in parts]
    return np.concatenate(parts)


def is_label_container(y):
    """Whether numpy can read labels from it without asking for them one by one."""
    return hasattr(y, "__array__") or (isinstance(y, Sequence) and not isinstance(y, (str, bytes)))


def refuse_dask(data, name, way_out="take skbalance.dask.InverseFrequencySampler"):
    """TypeError for lazy collections, which numpy would load whole without a word."""
    if type(data).__module__.split(".")[0] in ("dask", "dask_expr"):
        raise TypeError(
            f"{name} is a dask collection ({type(data).__name__}), but this works in memory: {way_out}, or pass {name}.compute()."
        )


def _as_array(y):
    """The numpy array behind labels of any kind, without losing what tells missing or mixed labels
    apart.
    """
    if sparse.issparse(y):
        raise TypeError("y is a sparse matrix; one-hot labels must be dense: pass y.toarray().")
    if hasattr(y, "detach"):  # torch
        y = y.detach().cpu()
    if not is_label_container(
        y
    ):  # numpy would load a data set item by item, and wrap a set as it is
        raise TypeError(
            f"y must be labels (an array, a series, a tensor, a list), got {type(y).__name__}."
        )
    try:
        return np.asarray(y) if hasattr(y, "__array__") else _array_of_sequence(list(_whole(y)))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"y must be one label a row, got {type(y).__name__} that numpy cannot hold: {error}"
        ) from None


def _whole(y):
    """A sequence at once, which may be much faster than item by item (a column of a Hugging Face
    dataset).
    """
    try:
        return y[:]
    except TypeError:  # a deque takes no slice
        return y


def _array_of_sequence(y):
    """Objects rather than strings: numpy would turn mixed kinds into strings, and drop a string's
    last NUL.
    """
    kinds = set(map(type, y))
    if kinds <= {list, tuple} and kinds:
        return (
            _array_of_sequence([row[0] for row in y])
            if all(len(row) == 1 for row in y)
            else np.asarray(y)
        )
    if len(kinds) == 1 and not isinstance(y[0], (str, bytes)):
        array = np.asarray(y)
        if array.dtype.kind != "f" or not isinstance(
            y[0], Integral
        ):  # large integers would become floats
            return array
    return np.fromiter(y, dtype=object, count=len(y))


def _refuse_missing(y):
    """Ask those who know which labels are missing; numpy would turn some into floats, and uncover
    what is masked.
    """
    if isinstance(y, np.ma.MaskedArray):
        absent = np.ma.getmaskarray(y)
    elif hasattr(y, "isna") and getattr(y, "nlevels", 1) == 1:  # pandas, but for a MultiIndex
        absent = np.asarray(y.isna())
    elif hasattr(y, "null_count"):  # polars
        columns = y.get_columns() if hasattr(y, "get_columns") else [y]
        absent = np.stack([column.is_null().to_numpy() for column in columns], axis=1)
    else:
        return
    if absent.any():
        raise ValueError(
            missing(np.flatnonzero(absent.any(axis=1) if absent.ndim == 2 else absent))
        )


def _one_dimensional(labels):
    """Labels of shape (n,): a column is unrolled, one-hot rows become their column's number."""
    if labels.ndim == 1:
        return labels
    if labels.ndim == 2 and labels.shape[1] == 1:
        return labels[:, 0]
    if labels.ndim != 2:
        raise ValueError(
            f"y should be a 1d array of labels, got an array of shape {labels.shape} instead."
        )
    hot = labels == 1 if labels.dtype.kind in "biufO" else np.zeros(labels.shape, dtype=bool)
    if not ((hot | (labels == 0)).all() and (hot.sum(axis=1) == 1).all()):
        raise ValueError(
            "Multilabel and multioutput targets are not supported. A 2-d y must be one-hot (a single 1 in each row, "
            f"0 elsewhere), got shape {labels.shape}."
        )
    return hot.argmax(axis=1)


def missing(rows):
    """What is said of missing labels in those rows."""
    some = ", ".join(map(str, rows[:3])) + (", ..." if len(rows) > 3 else "")
    return f"y has missing labels (None, NaN or NA) at row {some}; drop those rows or give them a class of their own."
