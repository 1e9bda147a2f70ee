"""Several labels a row, as a sparse indicator: 1 where a row bears a label."""

from collections import Counter
from collections.abc import Sequence, Set
from itertools import chain
from numbers import Number
from reprlib import repr as shortened

import numpy as np
from scipy import sparse

from skbalance._labels.codes import encode, is_missing
from skbalance._labels.containers import array_of, is_a, missing, refuse_unreadable, whole

WANTED = (
    "y must be an indicator of shape (n_rows, n_labels), with 1 where a row bears a label and 0 "
    "elsewhere, or a list of collections of labels (sets, lists or tuples; [] bears none)"
)


def encode_sets(y):
    """Labels that some row bears, sorted or in column order, and which rows bear them.

    Parameters
    ----------
    y : array-like or sparse matrix of shape (n_rows, n_labels), or sequence of collections
        An indicator of 0 and 1 in any container, or the labels that each row bears.

    Returns
    -------
    labels : ndarray of shape (n_labels_in_use,)
        Of an indicator the names of its columns if it has names, else their numbers.
    indicator : csr_array of shape (n_rows, n_labels_in_use), of int8 ones

    Raises
    ------
    TypeError, ValueError
        Another shape, values that are neither 0 nor 1, labels that are missing or not classes.

    Examples
    --------
    >>> labels, indicator = encode_sets([{"cat", "dog"}, [], ("dog",)])
    >>> labels.tolist(), indicator.toarray().tolist()
    (['cat', 'dog'], [[1, 1], [0, 0], [0, 1]])
    """
    if sparse.issparse(y):
        indicator = _of_sparse(y)
        labels = np.arange(indicator.shape[1])
    elif _are_collections(y):
        return _of_collections(list(whole(y)))
    else:
        labels, indicator = _of_dense(y)
    in_use = np.flatnonzero(indicator.sum(axis=0, dtype=np.int64))
    if len(in_use) < len(labels):
        labels, indicator = labels[in_use], indicator[:, in_use]
    return labels, indicator


def _are_collections(y):
    """Whether it is a sequence or a column of collections: also of arrays, as torch has them."""
    refuse_unreadable(y, "y")
    if isinstance(y, (str, bytes)) or hasattr(y, "columns"):
        return False
    if is_a(y, "pandas", "polars", "pyarrow", "numpy"):
        return len(getattr(y, "shape", (0,))) == 1 or is_a(
            y, "pyarrow.Array", "pyarrow.ChunkedArray"
        )
    return isinstance(y, Sequence)


def _of_sparse(y):
    """The indicator from any sparse format."""
    if y.ndim != 2:
        raise ValueError(f"{WANTED}, got a sparse array of shape {y.shape}.")
    indicator = sparse.csr_array(y, copy=True)
    indicator.sum_duplicates()
    indicator.eliminate_zeros()
    _check_ones(indicator.data, indicator)
    return sparse.csr_array(
        (np.ones(indicator.nnz, dtype=np.int8), indicator.indices, indicator.indptr),
        shape=indicator.shape,
    )


def _of_dense(y):
    """Labels and indicator from an array, a tensor or a frame."""
    array = array_of(y)
    if array.ndim != 2:
        raise ValueError(f"{WANTED}, got an array of shape {array.shape}.")
    if array.dtype.kind not in "biufO":
        raise TypeError(f"{WANTED}, got values of {array.dtype}.")
    if array.dtype.kind == "O":
        _check_objects(array)
    is_one = array == 1
    odd = ~(is_one | (array == 0))
    if odd.any():
        row, column = np.argwhere(odd)[0].tolist()
        value = array[row, column]
        if value != value:
            raise ValueError(missing(np.flatnonzero(odd.any(axis=1))))
        raise ValueError(f"{WANTED}, got {value} at row {row}.")
    return _names(y, array.shape[1]), sparse.csr_array(is_one.astype(np.int8))


def _check_objects(array):
    """Raise for what is no number in an array of objects: missing values, texts, arrays."""
    others = [
        (row, value)
        for row, values in enumerate(array.tolist())
        for value in values
        if not isinstance(value, (Number, np.bool_)) or is_missing(value)
    ]
    absent = [row for row, value in others if is_missing(value)]
    if absent:
        raise ValueError(missing(list(dict.fromkeys(absent))))
    if others:
        row, value = others[0]
        raise TypeError(f"{WANTED}, got {shortened(value)} at row {row}.")


def _names(y, n_columns):
    """The names of a frame's columns where all are strings, else the numbers of columns."""
    names = list(getattr(y, "column_names", getattr(y, "columns", ())))
    if len(names) != n_columns or not all(isinstance(name, str) for name in names):
        return np.arange(n_columns)
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise ValueError(f"y must have columns of different names, got {twice[0]!r} twice.")
    return np.array(names, dtype=object)


def _check_ones(values, indicator):
    odd = np.flatnonzero(values != 1)
    if odd.size:
        row = int(np.searchsorted(indicator.indptr, odd[0], side="right")) - 1
        raise ValueError(f"{WANTED}, got {values[odd[0]]} at row {row}.")


def _of_collections(rows):
    """Sorted labels and indicator from the collection of labels of each row."""
    rows = [_plain(row) for row in rows]
    wrong = [number for number, row in enumerate(rows) if not isinstance(row, (list, tuple, Set))]
    if wrong:
        raise TypeError(f"{WANTED}, got {shortened(rows[wrong[0]])} at row {wrong[0]}.")
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    flat = list(chain.from_iterable(rows))
    if not flat:
        return np.empty(0, dtype=np.int64), sparse.csr_array((len(rows), 0), dtype=np.int8)
    flat = _flat_array(flat)
    try:
        labels, codes = encode(flat)
    except ValueError as error:
        raise _about_rows(error, rows) from None
    _refuse_nested_indicator(rows, lengths, labels)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    ones = np.ones(len(flat), dtype=np.int8)
    indicator = sparse.csr_array((ones, codes, ends), shape=(len(rows), len(labels)))
    indicator.sum_duplicates()  # a label counts once in a row, and labels of a row are in order
    indicator.data[:] = 1
    return labels, indicator


def _plain(row):
    """A row that is a scalar of pyarrow, a series of polars, an array or a tensor as a list."""
    for as_list in "as_py", "to_list", "tolist":
        if hasattr(row, as_list):
            return getattr(row, as_list)()
    return row


def _refuse_nested_indicator(rows, lengths, labels):
    """Raise for zeros and ones in lists of one length: an indicator, which would be misread."""
    is_even = lengths.min() == lengths.max() > 1
    if is_even and set(labels.tolist()) <= {0, 1} and not any(isinstance(row, Set) for row in rows):
        raise ValueError(
            f"{WANTED}, got {len(rows)} lists of {lengths[0]} zeros and ones each: pass "
            "np.array(y) if they are an indicator, sets if they are labels."
        )


def _flat_array(flat):
    """Labels side by side, as `encode` reads them: tuples are labels of several parts."""
    kinds = set(map(type, flat))
    if list in kinds:
        raise TypeError(f"{WANTED}, got a list of lists of lists.")
    arrays = [kind for kind in kinds if hasattr(kind, "ndim") and not issubclass(kind, np.generic)]
    for label in flat if arrays else ():
        if type(label) in arrays and label.ndim:
            raise TypeError(f"labels must be scalars, got {type(label).__name__}.")
    if tuple in kinds:
        return np.fromiter(flat, dtype=object, count=len(flat))
    return flat


def _about_rows(error, rows):
    """The error, which tells where in all labels side by side it is, with the rows' own numbers."""
    absent = [number for number, row in enumerate(rows) if any(map(is_missing, row))]
    if not absent:
        return error
    return ValueError(missing(absent))
