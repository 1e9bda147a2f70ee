"""An epoch cut into batches, each with its share of every class.

Systematic sampling: with the epoch's slots laid out by class and B batches in all, a batch takes every B-th slot, so that
its number of draws of a class is the class's quota over B, rounded down or up. Which batch starts where is a keyed permutation
of the batches, new in every epoch.
"""

import numpy as np

from skbalance._permutation import Domain, Key, derive, hash_words, permute
from skbalance._plan import BATCHES, CHUNK, FIRST_CHUNK

# In a batch of up to so many rows, 22 bits of a 32-bit hash are left to sort by.
WIDEST_OF_32_BITS = 2**10


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
    n_samples = len(epoch)
    n = n_batches(n_samples, batch_size, drop_last)
    width = batch_size if drop_last else -(-n_samples // n)
    dtype = np.dtype(np.uint32 if n_samples + n < 2**32 and width <= WIDEST_OF_32_BITS else np.uint64)
    domain, key = Domain.of(n, dtype), Key.of(derive(epoch.plan.seed, BATCHES, epoch.number), dtype)
    shuffle_key = derive(epoch.plan.seed, BATCHES, epoch.number, 1)
    start, most = 0, FIRST_CHUNK
    while start < n:
        stop = min(n, start + max(1, most // width))
        first_places = permute(np.arange(start, stop, dtype=dtype), domain, key)
        slots = first_places[:, None] + np.arange(0, n * width, n, dtype=dtype)
        if drop_last:
            slots = _thin(slots, n_samples, n * batch_size)
        slots = _shuffle_within(slots, n_samples, shuffle_key)
        short = np.flatnonzero(slots[:, -1] >= n_samples)
        inside = np.minimum(slots, n_samples - 1).astype(epoch.plan.dtype, copy=False)
        rows = epoch.rows_of_slots(inside.ravel()).reshape(inside.shape).tolist()
        for batch in short:
            rows[batch].pop()
        yield rows
        start, most = stop, min(2 * most, CHUNK)


def _thin(places, n_samples, n_kept):
    """``floor(place * n_samples / n_kept)``, written so that the product stays small: every slot but some, evenly."""
    return places + (places.astype(np.uint64) * (n_samples - n_kept) // n_kept).astype(places.dtype)


def _shuffle_within(slots, n_samples, key):
    """Each batch in the order of its slots' hashes; a slot past the end, which fills up a short batch, stays last."""
    n_bits = int(slots.shape[1] - 1).bit_length()
    columns = 2**n_bits - 1  # the low bits of a hash give way to the column that it came from
    hashes = hash_words(slots, key)
    hashes[slots[:, -1] >= n_samples, -1] = np.iinfo(slots.dtype).max
    hashes &= ~slots.dtype.type(columns)
    hashes |= np.arange(slots.shape[1], dtype=slots.dtype)
    hashes.sort(axis=1)
    hashes &= slots.dtype.type(columns)
    return np.take_along_axis(slots, hashes.astype(np.intp), axis=1)
