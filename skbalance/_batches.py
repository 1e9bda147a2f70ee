"""An epoch cut into batches, each with its share of every class.

Systematic sampling: with the epoch's draws laid out by class and B batches in all, a batch takes every B-th place, so that
its number of draws of a class is the class's quota over B, rounded down or up. Which batch starts where is a keyed permutation
of the batches, new in every epoch. What a batch draws of a class are successive draws, so that its rows come equally often in a
batch, too, give or take one.

Where ranks share the epoch, the same is done twice: the batches of all ranks in one step are a systematic sample of the epoch, and
each of them is a systematic sample of their step.
"""

from typing import NamedTuple

import numpy as np

from skbalance._permutation import Domain, Key, derive, gather, hash_words, permute
from skbalance._plan import BATCHES, CHUNK, WITHIN_BATCHES, Layout, pieces, spans

# In a batch of up to so many rows, 20 bits of a 32-bit hash are left to sort by.
WIDEST_OF_32_BITS = 2**12

# Draws handled at a time: more than fit the cache, so that each of a few classes has a long run of its own.
LARGEST_CHUNK = 2**19

# Lists made at a time: with many alive at once, Python's garbage collector takes longer than all else.
LISTS = 2**8


class Cut(NamedTuple):
    """How an epoch is cut into batches.

    It is cut into steps of at most ``size`` rows, and each step into one batch for every rank, or for several turns of all ranks
    one after the other.
    """

    size: int
    drop_last: bool = False
    n_ranks: int = 1
    n_turns: int = 1

    def n_steps(self, n_samples):
        """Steps in an epoch.

        >>> Cut(4).n_steps(10), Cut(4, drop_last=True).n_steps(10)
        (3, 2)
        """
        return n_samples // self.size if self.drop_last else -(-n_samples // self.size)

    def n_batches(self, n_samples):
        """Batches of each rank in an epoch."""
        return self.n_steps(n_samples) * self.n_turns


def batches(epoch, cut, rank=0, begin=0):
    """Yield the batches of a rank from the ``begin``-th on as lists of lists of rows, a few batches at first.

    Without ``drop_last`` every draw of the epoch is in one batch, and sizes differ by at most one. With it all steps are
    full, and what is dropped is spread evenly over the classes.
    """
    n_steps, n_batches = cut.n_steps(len(epoch)), cut.n_batches(len(epoch))
    if n_steps == 0:
        raise ValueError(
            f"batch_size={cut.size // cut.n_ranks} with drop_last=True leaves no batch of the {len(epoch)} draws of epoch "
            f"{epoch.number}{f' on {cut.n_ranks} ranks' if cut.n_ranks > 1 else ''}."
        )
    layout = _thinned(epoch, n_steps * cut.size) if cut.drop_last else epoch.layout
    n = n_batches * cut.n_ranks
    width = -(-layout.n_samples // n)
    dtype = np.dtype(np.uint32 if layout.n_samples + n < 2**32 and width <= WIDEST_OF_32_BITS else np.uint64)
    within = derive(epoch.plan.seed, WITHIN_BATCHES, epoch.number)
    columns = np.arange(0, n * width, n, dtype=dtype)
    n_ordered = -(-CHUNK // width)
    for start, stop in spans(n_batches - begin, width, LARGEST_CHUNK):
        first = _first_places(epoch, cut, n_steps, rank, np.arange(begin + start, begin + stop, dtype=dtype))
        if width == 1:  # fewer draws than batches: what is missing is taken from the start again
            first %= layout.n_samples
        by_column = _rows_by_column(epoch, layout, n_steps, n // n_steps, columns[:, None] + first)
        for some in range(0, len(first), n_ordered):
            places = first[some : some + n_ordered, None] + columns
            is_short = places[:, -1] >= layout.n_samples
            order = _random_order(places, is_short, within) * len(first)
            order += np.arange(some, some + len(places))[:, None]
            yield from _lists(gather(by_column, order), is_short)


def _first_places(epoch, cut, n_steps, rank, numbers):
    """The first place of each of a rank's batches; the others follow it at distances of the number of all batches.

    A step starts at a place below the number of steps, and its batches start at distances of that number.
    """
    dtype = numbers.dtype
    step = numbers // cut.n_turns
    domain, key = Domain.of(n_steps, dtype), Key.of(derive(epoch.plan.seed, BATCHES, epoch.number), dtype)
    start_of_step = permute(step, domain, key)
    number_in_step = (numbers - step * cut.n_turns) * cut.n_ranks + rank
    # Turned from step to step, so that no rank always gets the larger batches.
    turned = (number_in_step + start_of_step) % (cut.n_turns * cut.n_ranks)
    return start_of_step + turned * n_steps


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


def _rows_by_column(epoch, layout, n_steps, n_in_step, places):
    """Rows at places of shape (width, batches): those of a class lie side by side. One past the end gives any row.

    Of a class, every n-th place belongs to one step or batch. Its draws are renumbered, so that a step has successive draws of
    the class, and of these a batch has successive ones.
    """
    starts, ends = layout.starts.astype(np.int64), layout.ends.astype(np.int64)
    n = n_steps * n_in_step
    rows = np.empty(places.size, dtype=epoch.plan.pool.dtype)
    last = places.dtype.type(layout.n_samples - 1)
    for start, stop in pieces(-(-starts // n) * places.shape[1], ends // n * places.shape[1], places.size):
        inside = np.minimum(places.ravel()[start:stop], last).astype(epoch.plan.dtype, copy=False)
        classes, number = layout.draws(inside)
        quota = gather(layout.quotas, classes)
        in_step = number // n_steps
        k = _successive(number, quota, n_steps)
        if n_in_step > 1:
            of_step = (quota - 1 - (number - in_step * n_steps)) // n_steps + 1  # draws of the class in the step
            k += _successive(in_step, of_step, n_in_step) - in_step
        rows[start:stop] = epoch.rows_of(classes, k)
    return rows


def _successive(number, quota, n):
    """Renumber the numbers below ``quota`` so that those with the same remainder by ``n`` succeed each other.

    >>> _successive(np.arange(7), 7, 3).tolist()
    [0, 3, 5, 1, 4, 6, 2]
    """
    turn = number // n
    remainder = number - turn * n
    return remainder * (quota // n) + np.minimum(remainder, quota % n) + turn
