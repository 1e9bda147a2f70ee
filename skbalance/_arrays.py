"""How many items are handled at a time: sizes, and stretches of these sizes."""

from itertools import pairwise

import numpy as np

# Draws: what the cache holds. At first fewer, so that the first row is there in about a
# millisecond.
CHUNK = 2**16
FIRST_CHUNK = 2**14

# Rows of a table: of 8 bytes each they take half of the 128 KiB from which on malloc may fetch each
# array from the system.
SMALL_CHUNK = 2**13

# Draws of one class, side by side, that are worth numpy's calls for them alone: its parameters then
# are scalars.
LONG_RUN = 2**13


def slices(n, size=SMALL_CHUNK):
    """Slices of n items, of one size but for the last.

    >>> slices(10, size=6)
    [slice(0, 6, None), slice(6, 12, None)]
    """
    return [slice(start, start + size) for start in range(0, n, size)]


def spans(n, width=1, largest=CHUNK):
    """Bounds of chunks of n items that stand for ``width`` draws each: few at first, ``largest``
    draws in the end.

    >>> [stop - start for start, stop in spans(100_000)]
    [16384, 32768, 50848]
    """
    start, most = 0, FIRST_CHUNK
    while start < n:
        stop = min(n, start + max(1, most // width))
        yield start, stop
        start, most = stop, min(2 * most, largest)


def pieces(starts, ends, n):
    """Bounds of pieces of [0, n) for the cache: a run from start to end has pieces of its own if it
    is long, others share.

    >>> list(pieces(np.array([0, 10, 20, 50_000]), np.array([10, 20, 50_000, 50_005]), 50_005))
    [(0, 20), (20, 50000), (50000, 50005)]
    """
    is_long = ends - starts >= LONG_RUN
    cuts = np.unique(
        np.concatenate([starts[is_long], ends[is_long], np.array([0, n], dtype=ends.dtype)])
    )
    for start, stop in pairwise(cuts.tolist()):
        for piece in range(start, stop, CHUNK):
            yield piece, min(piece + CHUNK, stop)
