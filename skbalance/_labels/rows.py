"""Rows in any container: checked, and picked so that they stay the kind of container they are."""

from collections.abc import Sequence
from numbers import Number

import numpy as np
from scipy import sparse

from skbalance._arrays import slices
from skbalance._labels.containers import is_a, refuse_unreadable

ROWS = "an array, a frame, a sparse matrix, a tensor, a Hugging Face dataset or a list of rows"
WAY_OUT = "for rows kept in any other way, fit(None, y) and draw() give the row numbers"

# Of arrays in files, rows of about so many bytes are read at a time.
BLOCK = 2**22


def check_rows(X):
    """Raise unless X is a container of rows that can be picked, with at least one column."""
    refuse_unreadable(X, "X")
    shape = _shape(X)
    if not shape:
        raise TypeError(f"X must be {ROWS}, got {type(X).__name__}; {WAY_OUT}.")
    for axis, name in enumerate(("sample", "feature")[: len(shape)]):
        if shape[axis] == 0:
            raise ValueError(
                f"Found array with 0 {name}(s) (shape={shape}) while a minimum of 1 is required."
            )
    if len(shape) == 1 and _is_numeric(X):
        raise ValueError(
            f"Expected 2D array, got 1D array of numbers instead: X has shape {shape}. (Are X and "
            "y in this order?) Reshape it to (n_rows, 1) if it is one feature; a one-dimensional X "
            "may hold texts or other objects."
        )


def take_rows(data, indices):
    """The rows at the indices, in a container of the same kind where that is held in memory."""
    for kind, take in TAKE.items():
        if is_a(data, kind):
            return take(data, indices)
    if sparse.issparse(data):
        return (data if data.format in ("csr", "csc", "lil") else data.tocsr())[indices]
    if isinstance(data, Sequence):
        return [data[index] for index in indices.tolist()]
    return _take_from_unknown(data, indices)


def _take_from_array(data, indices):
    if type(data) in (np.ndarray, np.memmap):
        return np.asarray(data).take(indices, axis=0)  # faster than data[indices]
    return data[indices]


def _take_from_arrow(data, indices):
    try:
        return data.take(indices)
    except NotImplementedError as error:  # views of texts, run-end-encoded columns
        raise TypeError(
            f"pyarrow cannot pick rows of {type(data).__name__} with columns of this type: cast a "
            f"string_view to string, and decode what is run-end-encoded, first ({error})."
        ) from error


def _take_from_file(data, indices):
    """A numpy array of rows of an array in a file, each block of which is read once.

    By slices, though h5py and zarr index by ascending numbers, too: with these h5py takes 10 to 30
    times as long for half of the rows.
    """
    order = np.argsort(indices, kind="stable")
    ascending = indices[order]
    rows = np.empty((len(indices), *data.shape[1:]), dtype=data[:0].dtype)
    for block in slices(data.shape[0], _rows_per_block(data)):
        first, last = np.searchsorted(ascending, [block.start, block.stop])
        if first < last:
            start, stop = ascending[first], ascending[last - 1] + 1
            rows[order[first:last]] = data[start:stop][ascending[first:last] - start]
    return rows


def _rows_per_block(data):
    """As many rows of an array in a file as fit in a block, in whole chunks of the file."""
    bytes_per_row = max(1, data.dtype.itemsize * int(np.prod(data.shape[1:])))
    rows_per_chunk = (getattr(data, "chunks", None) or (1,))[0]
    return rows_per_chunk * max(1, BLOCK // (bytes_per_row * rows_per_chunk))


def _take_from_unknown(data, indices):
    """Rows of a container of no package known here, picked as from pandas or numpy."""
    if hasattr(data, "__array__") and not hasattr(data, "__getitem__"):
        return np.asarray(data)[indices]
    message = f"Rows can be picked from {ROWS}, but not from {type(data).__name__}; {WAY_OUT}."
    try:
        rows = (data.iloc if hasattr(data, "iloc") else data)[indices]
        n_picked = len(rows) if not hasattr(rows, "shape") else rows.shape[0]
    except Exception as error:
        raise TypeError(message) from error
    if n_picked != len(indices):
        raise TypeError(message)
    return rows


# How the rows of each kind of container are picked; of two that fit, the first one is taken.
TAKE = {
    "numpy": _take_from_array,
    "pandas": lambda data, indices: data.take(indices),
    "polars": lambda data, indices: data[indices],
    "pyarrow": _take_from_arrow,
    "torch.Tensor": lambda data, indices: data[indices],
    "datasets.Dataset": lambda data, indices: data.select(indices),
    "datasets.Column": lambda data, indices: take_rows(data[:], indices),
    "h5py": _take_from_file,
    "zarr": _take_from_file,
    "builtins.tuple": lambda data, indices: tuple(data[index] for index in indices.tolist()),
    "builtins.memoryview": lambda data, indices: np.asarray(data).take(indices, axis=0),
}


def _shape(X):
    """The shape of rows; None or () for what has no rows.

    Of lists, the shape that numpy would see: texts and other objects have one dimension.
    """
    if hasattr(X, "shape"):
        return X.shape and tuple(X.shape)
    if is_a(X, "pyarrow.Array", "pyarrow.ChunkedArray"):
        return (len(X),)
    if hasattr(X, "__array__") and not hasattr(X, "__getitem__"):
        return np.asarray(X).shape  # it can do no more than become an array
    if not isinstance(X, Sequence) or isinstance(X, (str, bytes)):
        return None
    if len(X) > 0 and isinstance(X[0], Sequence) and not isinstance(X[0], (str, bytes)):
        return len(X), max(map(len, X))
    return (len(X),)


def _is_numeric(X):
    """Whether a one-dimensional X holds numbers only, by its dtype or else by its items."""
    if is_a(X, "pyarrow"):
        X = np.asarray(X[:0])
    dtype = getattr(X, "dtype", None)
    if dtype is None:
        return all(isinstance(value, Number) for value in X)
    if hasattr(dtype, "kind"):  # numpy, pandas
        return dtype.kind in "biufc"
    return dtype.is_numeric() if hasattr(dtype, "is_numeric") else True  # polars; torch
