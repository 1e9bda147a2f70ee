"""Rows by class, and back: counting, grouping and ungrouping codes, chunk by chunk."""

import numpy as np
from scipy import sparse

from skbalance._arrays import SMALL_CHUNK, ranges, slices

# Classes whose codes take a byte: numpy sorts these by radix, best in small chunks. More classes
# take scipy, and larger chunks.
FEW_CLASSES = 2**8
WIDE_CHUNK = 2**17

# Rows of a class in a chunk, on average, that are worth a slice of their own.
LONG_SLICE = 2**8


def count_codes(codes, n_classes):
    """How many rows each class has: an int64 array."""
    return _counted_chunks(codes, n_classes)[1]


def group(codes, n_classes):
    """The rows of each class in row order, one class after the other, and how many each class has.

    A counting sort by chunks: linear in rows and classes, with almost no memory beyond the result.

    >>> rows, counts = group(np.array([1, 0, 1]), 2)
    >>> rows.tolist(), counts.tolist()
    ([1, 0, 2], [1, 2])
    """
    chunks, counts = _counted_chunks(codes, n_classes)
    dtype = np.dtype(np.uint32 if len(codes) < 2**32 else np.int64)
    if len(chunks) == 1:
        return _sort_codes(codes, n_classes).astype(dtype), counts
    rows = np.empty(len(codes), dtype)
    filled = np.cumsum(counts) - counts
    for here, n_here in chunks:
        order = _sort_codes(codes[here], n_classes).astype(dtype)
        order += dtype.type(here.start)
        _put(rows, filled, order, n_here)
        filled += n_here
    return rows, counts


def ungroup(values, codes, n_classes):
    """Values of the rows, one class after the other, in the order of the rows: the inverse of
    taking them at `group`'s rows.

    >>> ungroup(np.array([7, 8, 9]), np.array([1, 0, 1]), 2).tolist()
    [8, 7, 9]
    """
    chunks, counts = _counted_chunks(codes, n_classes)
    result = np.empty_like(values)
    filled = np.cumsum(counts) - counts
    for here, n_here in chunks:
        result[here][_sort_codes(codes[here], n_classes)] = _get(values, filled, n_here)
        filled += n_here
    return result


def _counted_chunks(codes, n_classes):
    """Chunks, each with how many rows it has of each class, and the sum of these counts."""
    # Eight rows or more a class, so that the counts of all chunks take no more than a byte a row.
    is_narrow = n_classes <= FEW_CLASSES and len(codes) > WIDE_CHUNK  # else one chunk is as good
    size = SMALL_CHUNK if is_narrow else max(WIDE_CHUNK, 8 * n_classes)
    chunks = [
        (here, np.bincount(codes[here], minlength=n_classes)) for here in slices(len(codes), size)
    ]
    return chunks, sum((n_here for _, n_here in chunks), np.zeros(n_classes, dtype=np.int64))


def _put(rows, filled, of_chunk, n_here):
    """Put the rows of a chunk, class after class, behind the filled ones of each class."""
    ends = np.cumsum(n_here)
    if _are_long(n_here):
        for to, stop, n in zip(filled.tolist(), ends.tolist(), n_here.tolist(), strict=True):
            rows[to : to + n] = of_chunk[stop - n : stop]
    else:
        rows[ranges(filled, n_here)] = of_chunk


def _get(values, filled, n_here):
    """The next values of each class, class after class."""
    if _are_long(n_here):
        return np.concatenate(
            [
                values[start : start + n]
                for start, n in zip(filled.tolist(), n_here.tolist(), strict=True)
            ]
        )
    return values[ranges(filled, n_here)]


def _are_long(n_here):
    """Whether so many rows of each class are worth slices."""
    return n_here.sum() >= LONG_SLICE * len(n_here)


def _sort_codes(codes, n_classes):
    """Stable argsort of codes in linear time: bytes by radix, wider ones by scipy's transposition
    of a sparse matrix.
    """
    if n_classes <= FEW_CLASSES:
        return codes.argsort(kind="stable")
    n = len(codes)
    one_a_row = sparse.csr_array(
        (np.empty(n, dtype=np.int8), codes.astype(np.int32), np.arange(n + 1, dtype=np.int32)),
        shape=(n, n_classes),
    )
    return one_a_row.tocsc().indices
