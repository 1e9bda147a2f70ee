"""Fast indexing for numpy, and bounds of chunks that fit the cache.

RULE: numpy only, and nothing of this library. Everything else may stand on it.
"""

from itertools import pairwise

import numpy as np

# glibc's malloc gets each large array from the system and gives it back at once, which takes longer
# than the arithmetic, until one has been freed: from then on it keeps arrays up to that size, and
# twice as much in all. So one of 4 MiB, the largest of a chunk of batches, is freed first, without
# being written to. Where these limits are set (MALLOC_TRIM_THRESHOLD_, by dask for its workers),
# they stay as they are.
np.empty(2**22, dtype=np.uint8)

# Draws handled at a time: what the cache holds. Fewer at first, so that the first row is there in
# about a millisecond.
CHUNK = 2**15
FIRST_CHUNK = 2**12

# Rows of a table handled at a time: at 8 bytes each they take half of the 128 KiB from which on
# malloc may fetch every array from the system.
SMALL_CHUNK = 2**13

# So many draws of one class side by side are worth numpy calls of their own: its parameters then
# are scalars.
LONG_RUN = 2**13


def gather(array, index):
    """``array[index]``, twice as fast, for indices that lie inside the array.

    Those past its end wrap round; short batches rely on that.
    """
    # "wrap" saves numpy a pass over a buffer: checking bounds makes it copy first.
    return array.take(index.astype(np.intp, copy=False), mode="wrap")


def ranges(starts, lengths):
    """The whole numbers from each start on, as many as its length says, one range after the other.

    >>> ranges(np.array([10, 0]), np.array([2, 3])).tolist()
    [10, 11, 0, 1, 2]
    """
    steps = (starts - (lengths.cumsum() - lengths)).repeat(lengths)
    steps += np.arange(len(steps))
    return steps


def slices(n, size=SMALL_CHUNK):
    """Slices of n items, all of one size but for the last.

    >>> slices(10, size=6)
    [slice(0, 6, None), slice(6, 12, None)]
    """
    return [slice(start, start + size) for start in range(0, n, size)]


def spans(n, width=1, largest=CHUNK):
    """Bounds of chunks of n items that stand for ``width`` draws each, growing to ``largest``.

    >>> [stop - start for start, stop in spans(100_000)]
    [4096, 32768, 32768, 30368]
    """
    start, most = 0, FIRST_CHUNK
    while start < n:
        stop = min(n, start + max(1, most // width))
        yield start, stop
        start, most = stop, min(32 * most, largest)


def pieces(starts, ends, n):
    """Bounds of pieces of [0, n) that fit the cache: a long run gets its own, short runs share.

    >>> list(pieces(np.array([0, 10, 20, 30_000]), np.array([10, 20, 30_000, 30_005]), 30_005))
    [(0, 20), (20, 30000), (30000, 30005)]
    """
    is_long = ends - starts >= LONG_RUN
    cuts = {0, *starts[is_long].tolist(), *ends[is_long].tolist(), n}
    for start, stop in pairwise(sorted(cuts)):
        for piece in range(start, stop, CHUNK):
            yield piece, min(piece + CHUNK, stop)
