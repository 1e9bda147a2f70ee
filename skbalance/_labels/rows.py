"""Rows in any container: what can be resampled, and picking rows so that they stay what they
were.
"""

from collections.abc import Sequence
from numbers import Number

import numpy as np
from scipy import sparse
from sklearn.utils import _safe_indexing

from skbalance._labels.containers import refuse_dask


def check_rows(X):
    """Refuse what is no table, has no rows or no columns, or is a single row of numbers."""
    refuse_dask(X, "X")
    has_rows = len(X.shape) > 0 if hasattr(X, "shape") else isinstance(X, Sequence)
    if not has_rows or isinstance(X, (str, bytes)):
        raise TypeError(
            f"X must be an array, a frame, a sparse matrix, a tensor or a list of rows, got {type(X).__name__}."
        )
    shape = tuple(X.shape) if hasattr(X, "shape") else _shape_of_list(X)
    for axis, name in enumerate(("sample", "feature")[: len(shape)]):
        if shape[axis] == 0:
            raise ValueError(
                f"Found array with 0 {name}(s) (shape={shape}) while a minimum of 1 is required."
            )
    if len(shape) == 1 and _is_numeric(X):
        raise ValueError(
            "Expected 2D array, got 1D array of numbers instead. Reshape it to (n_rows, 1) if it is one feature; a "
            "one-dimensional X may hold texts or other objects."
        )


def _shape_of_list(X):
    """As numpy would see it: lists of texts and of other objects have one dimension."""
    if len(X) > 0 and isinstance(X[0], Sequence) and not isinstance(X[0], (str, bytes)):
        return len(X), max(map(len, X))
    return (len(X),)


def _is_numeric(X):
    """Whether a one-dimensional X holds numbers only: by its dtype (numpy, pandas; polars; torch)
    or by its items.
    """
    dtype = getattr(X, "dtype", None)
    if dtype is None:
        return all(isinstance(value, Number) for value in X)
    if hasattr(dtype, "kind"):
        return dtype.kind in "biufc"
    return dtype.is_numeric() if hasattr(dtype, "is_numeric") else True


def take_rows(data, indices):
    """The rows at the indices, as the kind of container that they came in."""
    if type(data) is np.ndarray:
        return data.take(indices, axis=0)  # faster than data[indices]
    if isinstance(data, tuple):
        return tuple(data[index] for index in indices)
    if sparse.issparse(data) and data.format not in ("csr", "csc", "lil"):
        data = data.tocsr()
    # No public helper picks rows of pandas, polars, sparse matrices and lists alike;
    # imbalanced-learn stands on this one, too.
    return _safe_indexing(data, indices)
