"""An epoch cut into batches, each with its share of every class.

Systematic sampling: with the epoch's slots laid out by class and B batches in all, a batch takes every B-th slot, so that
its number of draws of a class is the class's quota over B, rounded down or up. Which batch starts where is a keyed permutation
of the batches, new in every epoch.
"""

import numpy as np

from skbalance._permutation import Domain, Key, derive, mix64, permute
from skbalance._plan import BATCHES, CHUNK, FIRST_CHUNK


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
    domain, key = Domain.of(n, np.uint64), Key.of(derive(epoch.plan.seed, BATCHES, epoch.number), np.uint64)
    shuffle_key = derive(epoch.plan.seed, BATCHES, epoch.number, 1)
    start, most = 0, FIRST_CHUNK
    while start < n:
        stop = min(n, start + max(1, most // width))
        first_places = permute(np.arange(start, stop, dtype=np.uint64), domain, key)
        places = first_places[:, None] + np.arange(0, n * width, n, dtype=np.uint64)
        n_short = 0 if drop_last else int(np.count_nonzero(places[:, -1] >= n_samples))
        slots = _thin(places, n_samples, n * batch_size) if drop_last else places
        slots = _shuffle_within(slots, n_samples, shuffle_key)
        rows = _rows(epoch, slots, n_samples)
        if n_short:
            for row in np.flatnonzero(slots[:, -1] >= n_samples):
                rows[row].pop()
        yield rows
        start, most = stop, min(2 * most, CHUNK)


def _thin(places, n_samples, n_kept):
    """``floor(place * n_samples / n_kept)``, written so that the product stays small: every slot but some, evenly."""
    return places + places * (n_samples - n_kept) // n_kept


def _shuffle_within(slots, n_samples, key):
    """Each batch in the order of its slots' hashes; a slot past the end, which fills up a short batch, stays last."""
    n_bits = int(slots.shape[1] - 1).bit_length()
    hashes = mix64(slots ^ key)
    hashes[:, -1] |= np.where(slots[:, -1] >= n_samples, np.uint64(2**64 - 1), np.uint64(0))
    hashes >>= n_bits
    hashes <<= n_bits
    hashes |= np.arange(slots.shape[1], dtype=np.uint64)  # the column, in the low bits, says where a hash came from
    hashes.sort(axis=1)
    return np.take_along_axis(slots, (hashes & (2**n_bits - 1)).astype(np.intp), axis=1)


def _rows(epoch, slots, n_samples):
    """Rows of the slots as lists; a slot past the end gives any row."""
    inside = np.minimum(slots, n_samples - 1).astype(epoch.plan.dtype)
    return epoch.rows_of_slots(inside.ravel()).reshape(inside.shape).tolist()
