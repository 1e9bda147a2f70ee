"""Codes of rows to the rows of each class."""

import numpy as np
from scipy import sparse

# Rows handled at a time: temporaries stay small beside the result.
CHUNK = 2**17

# Rows of a class in a chunk, on average, that are worth a slice of their own.
LONG_SLICE = 2**8


def group(codes, n_classes):
    """The rows of each class in row order, one class after the other, and how many each class has.

    A counting sort by chunks: linear in rows and classes, and nothing of the rows' length beside the result.

    >>> rows, counts = group(np.array([1, 0, 1]), 2)
    >>> rows.tolist(), counts.tolist()
    ([1, 0, 2], [1, 2])
    """
    chunk = max(CHUNK, 4 * n_classes)
    parts = [(start, codes[start : start + chunk]) for start in range(0, len(codes), chunk)]
    counts = np.zeros(n_classes, dtype=np.int64)
    for _, part in parts:
        counts += np.bincount(part, minlength=n_classes)
    rows = np.empty(len(codes), dtype=np.uint32 if len(codes) < 2**32 else np.int64)
    filled = np.cumsum(counts) - counts
    for start, part in parts:
        order, ends = _sort_codes(part, n_classes)
        n_here = np.diff(ends, prepend=ends.dtype.type(0))
        _put(rows, filled, order.astype(rows.dtype) + rows.dtype.type(start), n_here)
        filled += n_here
    return rows, counts


def _put(rows, filled, of_chunk, n_here):
    """Put the rows of a chunk, class after class, behind what is filled of each class: slice by slice, if these are long."""
    ends = np.cumsum(n_here)
    if len(of_chunk) >= LONG_SLICE * len(n_here):
        for to, stop, n in zip(filled.tolist(), ends.tolist(), n_here.tolist(), strict=True):
            rows[to : to + n] = of_chunk[stop - n : stop]
    else:
        rows[np.arange(len(of_chunk)) + np.repeat(filled - (ends - n_here), n_here)] = of_chunk


def _sort_codes(codes, n_classes):
    """Stable argsort of codes, and where each class ends in it, by scipy's linear transposition of a sparse matrix."""
    n = len(codes)
    one_a_row = sparse.csr_array(
        (np.empty(n, dtype=np.int8), codes.astype(np.int32), np.arange(n + 1, dtype=np.int32)), shape=(n, n_classes)
    )
    by_class = one_a_row.tocsc()
    return by_class.indices, by_class.indptr[1:]
