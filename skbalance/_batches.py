"""An epoch cut into batches, each with its share of every class.

Systematic sampling: with the epoch's draws laid out by class and B batches in all, a batch takes every B-th place, so that
its number of draws of a class is the class's quota over B, rounded down or up. Which batch starts where is a keyed permutation
of the batches, new in every epoch. What a batch draws of a class are successive draws, so that its rows come equally often in a
batch, too, give or take one.
"""

import numpy as np

from skbalance._permutation import Domain, Key, derive, hash_words, permute
from skbalance._plan import BATCHES, WITHIN_BATCHES, Layout, spans

# In a batch of up to so many rows, 20 bits of a 32-bit hash are left to sort by.
WIDEST_OF_32_BITS = 2**12

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
    for start, stop in spans(n, width):
        first = permute(np.arange(start, stop, dtype=dtype), domain, key)
        places = first[:, None] + np.arange(0, n * width, n, dtype=dtype)
        is_short = places[:, -1] >= layout.n_samples
        draws = _draws_by_run if len(layout.quotas) <= width else _draws_by_place
        rows = epoch.rows_of(*draws(layout, n, places)).reshape(places.shape)
        if width > 1:
            rows = np.take_along_axis(rows, _random_order(places, is_short, within), axis=1)
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


def _draws_by_place(layout, n, places):
    """Class and number of the draw at each place; one past the end gives any draw.

    Of a class with q draws, a batch holds the places r, r + n, r + 2n, ...: these become successive draws, after those of the
    batches with smaller r.
    """
    inside = np.minimum(places, layout.n_samples - 1).astype(layout.quotas.dtype, copy=False).ravel()
    classes = layout.class_of(inside)
    inside -= layout.starts[classes]
    turn = inside // n
    r = inside - turn * n
    each, rest = layout.quotas // n, layout.quotas % n
    return classes, r * each[classes] + np.minimum(r, rest[classes]) + turn


def _draws_by_run(layout, n, places):
    """The same for few classes: a batch's places of a class are a run of columns, and its draws count up from one number."""
    first = places[:, :1].astype(np.int64)
    starts, quotas = layout.starts.astype(np.int64), layout.quotas.astype(np.int64)
    column = np.maximum(starts - first + n - 1, 0) // n  # where each class's run begins
    lengths = np.diff(column, axis=1, append=places.shape[1]).ravel()
    r = (first - starts) % n
    number = r * (quotas // n) + np.minimum(r, quotas % n)
    classes = np.repeat(np.tile(np.arange(len(quotas)), len(places)), lengths)
    k = np.repeat((number - column).ravel(), lengths).reshape(places.shape) + np.arange(places.shape[1])
    k[places[:, -1] >= layout.n_samples, -1] = 0
    return classes, k.ravel().astype(layout.quotas.dtype)
