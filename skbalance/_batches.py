"""An epoch cut into batches, each with its share of every class.

Systematic sampling: with the epoch's draws laid out by class and B batches in all, a batch takes every B-th place, so that
its number of draws of a class is the class's quota over B, rounded down or up. Which batch starts where is a keyed permutation
of the batches, new in every epoch. What a batch draws of a class are successive draws, so that its rows come equally often in a
batch, too, give or take one.
"""

import numpy as np

from skbalance._permutation import Domain, Key, derive, gather, hash_words, permute
from skbalance._plan import BATCHES, CHUNK, WITHIN_BATCHES, Layout, pieces, spans

# In a batch of up to so many rows, 20 bits of a 32-bit hash are left to sort by.
WIDEST_OF_32_BITS = 2**12

# Draws handled at a time: more than fit the cache, so that each of a few classes has a long run of its own.
LARGEST_CHUNK = 2**19

# Lists made at a time: with many alive at once, Python's garbage collector takes longer than all else.
LISTS = 2**8


def n_batches(n_samples: int, batch_size: int, drop_last: bool) -> int:
    """Batches in an epoch.

    >>> n_batches(10, 4, drop_last=False), n_batches(10, 4, drop_last=True)
    (3, 2)
    """
    return n_samples // batch_size if drop_last else -(-n_samples // batch_size)


def batches(epoch, batch_size, drop_last):
    """Yield the batches of an epoch as lists of lists of rows, a few batches at first.

    Without ``drop_last`` every draw of the epoch is in one batch, and sizes differ by at most one. With it all batches are
    full, and what is dropped is spread evenly over the classes.
    """
    n = n_batches(len(epoch), batch_size, drop_last)
    if n == 0:
        raise ValueError(
            f"batch_size={batch_size} with drop_last=True leaves no batch of the {len(epoch)} draws of epoch {epoch.number}."
        )
    layout = _thinned(epoch, n * batch_size) if drop_last else epoch.layout
    width = -(-layout.n_samples // n)
    dtype = np.dtype(np.uint32 if layout.n_samples + n < 2**32 and width <= WIDEST_OF_32_BITS else np.uint64)
    domain, key = Domain.of(n, dtype), Key.of(derive(epoch.plan.seed, BATCHES, epoch.number), dtype)
    within = derive(epoch.plan.seed, WITHIN_BATCHES, epoch.number)
    columns = np.arange(0, n * width, n, dtype=dtype)
    n_ordered = -(-CHUNK // width)
    for start, stop in spans(n, width, LARGEST_CHUNK):
        first = permute(np.arange(start, stop, dtype=dtype), domain, key)
        by_column = _rows_by_column(epoch, layout, n, columns[:, None] + first)
        for some in range(0, len(first), n_ordered):
            places = first[some : some + n_ordered, None] + columns
            is_short = places[:, -1] >= layout.n_samples
            order = _random_order(places, is_short, within) * len(first)
            order += np.arange(some, some + len(places))[:, None]
            yield from _lists(gather(by_column, order), is_short)


def _lists(rows, is_short):
    """Yield the rows of batches as lists of lists; a short batch loses the last one, which fills it up."""
    for some in range(0, len(rows), LISTS):
        lists = rows[some : some + LISTS].tolist()
        for short in np.flatnonzero(is_short[some : some + LISTS]):
            lists[short].pop()
        yield lists


def _thinned(epoch, n_kept):
    """The layout of ``n_kept`` draws of an epoch: of every class its share of them, rounded down or up."""
    wide = np.int64 if len(epoch) < 2**31 else object  # products stay below 2**63
    ends = -(-epoch.layout.ends.astype(wide) * n_kept // len(epoch))
    return Layout(np.diff(ends, prepend=0).astype(np.int64), epoch.plan.dtype)


def _random_order(places, is_short, key):
    """Columns of each batch in the order of its places' hashes; one past the end, which fills up a short batch, stays last."""
    n_bits = int(places.shape[1] - 1).bit_length()
    columns = places.dtype.type(2**n_bits - 1)  # the low bits of a hash give way to the column that it came from
    hashes = hash_words(places, key)
    hashes[is_short, -1] = np.iinfo(places.dtype).max
    hashes &= ~columns
    hashes |= np.arange(places.shape[1], dtype=places.dtype)
    hashes.sort(axis=1)
    hashes &= columns
    return hashes.astype(np.intp)


def _rows_by_column(epoch, layout, n, places):
    """Rows at places of shape (width, batches): those of a class lie side by side. One past the end gives any row.

    Of a class with q draws, a batch holds the places r, r + n, r + 2n, ...: these become successive draws, after those of the
    batches with smaller r.
    """
    starts, ends = layout.starts.astype(np.int64), layout.ends.astype(np.int64)
    rows = np.empty(places.size, dtype=epoch.plan.pool.dtype)
    last = places.dtype.type(layout.n_samples - 1)
    each, rest = layout.quotas // n, layout.quotas % n
    for start, stop in pieces(-(-starts // n) * places.shape[1], ends // n * places.shape[1], places.size):
        inside = np.minimum(places.ravel()[start:stop], last).astype(epoch.plan.dtype, copy=False)
        classes, number = layout.draws(inside)
        turn = number // n
        r = number - turn * n
        k = r * gather(each, classes) + np.minimum(r, gather(rest, classes)) + turn
        rows[start:stop] = epoch.rows_of(classes, k)
    return rows
