"""An epoch cut into batches, each with its share of every class.

Systematic sampling: with the epoch's draws laid out by class and B batches in all, a batch takes
every B-th slot, so that its number of draws of a class is the class's quota over B, rounded down or
up. Which batch starts where is a keyed permutation of the batches, new in every epoch. What a batch
draws of a class are successive draws, so that its rows come equally often in a batch, too, give or
take one.

Where ranks share the epoch, the same is done twice. The epoch is cut into steps, each a systematic
sample of the epoch: the batches that all ranks take at once. A step is cut into batches, each a
systematic sample of its step. And where a batch that others have cut is split among ranks, each
takes a systematic sample of the batch.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from skbalance._arrays import CHUNK, LONG_RUN, gather, ranges, slices, spans
from skbalance._draws.keys import BATCHES, WITHIN_BATCHES, derive, key_of, scramble
from skbalance._draws.layout import Layout
from skbalance._draws.ranks import ALONE
from skbalance._draws.shuffles import Permutations, are_few

# In a batch of up to so many rows, 20 bits of a 32-bit hash are left to sort by.
WIDEST_OF_32_BITS = 2**12

# Draws handled at a time: more than fit the cache, so that each of a few classes has a long run of
# its own. At 8 bytes each they are what malloc is to keep (see `skbalance._arrays`).
LARGEST_CHUNK = 2**19

# Lists made at a time, and their rows: with many alive at once, Python's garbage collector takes
# longer than all the rest.
LISTS, ROWS_IN_LISTS = 2**8, 2**13


class Cut(NamedTuple):
    """How an epoch is cut: into steps of at most ``size`` rows, each into ``n_in_step`` batches.

    Batches are numbered through the epoch, step by step.
    """

    size: int
    drop_last: bool = False
    n_in_step: int = 1

    def n_steps(self, n_samples):
        """Steps in an epoch.

        >>> Cut(4).n_steps(10), Cut(4, drop_last=True).n_steps(10)
        (3, 2)
        """
        return n_samples // self.size if self.drop_last else -(-n_samples // self.size)

    def n_batches(self, n_samples):
        """Batches in an epoch, those of all ranks together."""
        return self.n_steps(n_samples) * self.n_in_step

    def n_kept(self, n_samples):
        """Draws of an epoch that are in its batches."""
        return self.n_steps(n_samples) * self.size if self.drop_last else n_samples


def batches(epoch, cut, begin=0, ranks=ALONE):
    """Yield lists of a rank's batches, as lists of rows, from the epoch's ``begin``-th batch on.

    The ranks take turns: rank r has the batches begin + r, begin + r + n, ... Without ``drop_last``
    every draw of the epoch is in one batch, and sizes differ by at most one. With it all steps are
    full, and what is dropped is spread evenly over the classes.
    """
    n, n_steps = cut.n_batches(len(epoch)), _n_steps(epoch, cut, ranks)
    layout = _layout_of(epoch, cut)
    width = -(-layout.n_samples // n)
    is_narrow = layout.n_samples + n < 2**32 and width <= WIDEST_OF_32_BITS
    dtype = np.dtype(np.uint32 if is_narrow else np.uint64)
    offsets = np.arange(0, n * width, n, dtype=dtype)
    first_slots = _first_slots(epoch, cut, n_steps)
    rows_of = partial(_rows_of, epoch, layout, cut, n_steps)
    by_slot = epoch.rows_by_slot(layout, rows_of) if are_few(len(epoch)) else None
    # So many batches that at each offset their draws fit the cache.
    spared = max(width, LARGEST_CHUNK // (2 * CHUNK))
    for start, stop in spans((n - begin) // ranks.n, spared, LARGEST_CHUNK):
        numbers = begin + ranks.rank + ranks.n * np.arange(start, stop)
        first = first_slots(numbers).astype(dtype)
        if width == 1:  # fewer draws than batches: what is missing is taken from the start again
            first %= layout.n_samples
        if by_slot is not None:
            rows, begins, step = by_slot, first, n
        else:
            rows = _rows_by_offset(epoch, layout, rows_of, n, first, offsets)
            begins, step = np.arange(len(first), dtype=dtype), len(first)
        yield from _lists(epoch, layout, first, offsets, rows, begins, step)


def parts_of_batches(epoch, cut, begin, end, ranks):
    """A rank's parts, as lists of rows, of the batches from ``begin`` to ``end``.

    Each of these batches is split among all ranks: each takes a systematic sample of it.
    """
    n, n_steps = cut.n_batches(len(epoch)), _n_steps(epoch, cut, ranks)
    layout = _layout_of(epoch, cut)
    key = key_of(derive(epoch.plan.seed, WITHIN_BATCHES, epoch.number), np.uint64)
    parts = []
    for first in _first_slots(epoch, cut, n_steps)(np.arange(begin, end)).tolist():
        own = np.arange(first, layout.n_samples, n, dtype=np.uint64)[ranks.rank :: ranks.n]
        order = _random_order(own[None].copy(), np.array([False]), key)[0]
        rows = _rows_of(epoch, layout, cut, n_steps, *layout.draws(own.astype(epoch.plan.dtype)))
        parts.append(gather(rows, order).tolist())
    return parts


def _n_steps(epoch, cut, ranks):
    """Steps in the epoch, of which there must be one."""
    n_steps = cut.n_steps(len(epoch))
    if n_steps == 0:
        on_ranks = f" on {ranks.n} ranks" if ranks.n > 1 else ""
        raise ValueError(
            f"batch_size={cut.size // ranks.n} with drop_last=True leaves no batch of the "
            f"{len(epoch)} draws of epoch {epoch.number}{on_ranks}."
        )
    return n_steps


def _layout_of(epoch, cut):
    """The layout of the draws that are in batches: each class's share of them, down or up."""
    n_kept = cut.n_kept(len(epoch))
    if n_kept == len(epoch):
        return epoch.layout
    wide = np.int64 if len(epoch) < 2**31 else object  # products stay below 2**63
    ends = -(-epoch.layout.ends.astype(wide) * n_kept // len(epoch))
    return Layout(np.diff(ends, prepend=0).astype(np.int64), epoch.plan.dtype)


def _first_slots(epoch, cut, n_steps):
    """A function from batch numbers to the first slot of each batch.

    A batch's other slots follow at distances of the number of all batches. A step starts at a slot
    below the number of steps, and its batches start at distances of that number.
    """
    # Words as wide as the steps want: the same for any number of ranks.
    dtype = np.dtype(np.uint32 if n_steps < 2**32 else np.uint64)
    bits = derive(epoch.plan.seed, BATCHES, epoch.number)
    shuffle = Permutations(np.array([n_steps], dtype=dtype), bits)

    def first_slots(numbers):
        step = numbers // cut.n_in_step
        start = shuffle(step.astype(dtype)).astype(np.int64)
        if cut.n_in_step == 1:
            return start
        # Turned from step to step, so that no rank always gets the larger batches.
        in_step = (numbers + start) % cut.n_in_step
        return start + in_step * n_steps

    return first_slots


def _lists(epoch, layout, first, offsets, rows, begins, step):
    """Yield lists of batches, each in random order, of the slots ``first`` plus ``offsets``.

    The j-th row of batch b stands at ``begins[b] + j * step`` of the rows. Of a slot past the end
    any row is taken (`gather` wraps), and left out again.
    """
    key = key_of(derive(epoch.plan.seed, WITHIN_BATCHES, epoch.number), first.dtype)
    n_at_a_time = -(-CHUNK // len(offsets))
    for start in range(0, len(first), n_at_a_time):
        slots = first[start : start + n_at_a_time, None] + offsets
        is_short = slots[:, -1] >= layout.n_samples
        order = _random_order(slots, is_short, key)
        order *= order.dtype.type(step)
        order += begins[start : start + len(slots), None]
        in_order = gather(rows, order)
        for here in slices(len(in_order), min(LISTS, -(-ROWS_IN_LISTS // len(offsets)))):
            lists = in_order[here].tolist()
            for short in is_short[here].nonzero()[0]:
                lists[short].pop()
            yield lists


def _random_order(slots, is_short, key):
    """The order of each batch's slots by their hashes; overwrites the slots.

    A slot past the end, which fills up a short batch, stays last.
    """
    n_bits = int(slots.shape[1] - 1).bit_length()
    # The low bits of a hash give way to the number of the slot in its batch.
    low_bits = slots.dtype.type(2**n_bits - 1)
    hashes = scramble(slots, key, 8 * slots.itemsize)
    hashes[is_short, -1] = np.iinfo(slots.dtype).max
    hashes &= ~low_bits
    hashes |= np.arange(slots.shape[1], dtype=slots.dtype)
    hashes.sort(axis=1)
    hashes &= low_bits
    return hashes


def _rows_by_offset(epoch, layout, rows_of, n, first, offsets):
    """Rows at the slots ``first`` plus each of the offsets, one offset after the other.

    A slot past the end, which fills up a short batch, gives any row.
    """
    n_here = len(first)
    rows = np.empty((len(offsets), n_here), dtype=epoch.row_dtype)
    last = first.dtype.type(layout.n_samples - 1)
    for here in _offsets_by_class(layout, n, n_here, len(offsets)):
        slots = np.minimum(offsets[here, None] + first, last).ravel()
        draws = layout.draws(slots.astype(epoch.plan.dtype, copy=False))
        rows[here] = rows_of(*draws).reshape(-1, n_here)
    return rows.ravel()


def _offsets_by_class(layout, n, n_here, width):
    """Indices of the offsets at which all batches draw one class, then of the others, in pieces."""
    # The j-th slots of batches lie in [j n, (j + 1) n): from ceil(start / n) to floor(end / n) they
    # are of one class alone.
    starts, ends = -(-layout.starts.astype(np.int64) // n), layout.ends.astype(np.int64) // n
    is_long = (ends - starts) * n_here >= LONG_RUN
    starts, ends = starts[is_long], ends[is_long]
    of_one = list(map(np.arange, starts, ends))
    others = np.delete(np.arange(width), ranges(starts, ends - starts))
    size = -(-2 * CHUNK // n_here)  # so that each of ten classes is one piece
    return [indices[here] for indices in [*of_one, others] for here in slices(len(indices), size)]


def _rows_of(epoch, layout, cut, n_steps, classes, nth):
    """Rows of the ``nth`` draws of the classes.

    A step or a batch has every n-th slot of a class. Its draws are renumbered, so that a step has
    successive draws of the class, and of these a batch has successive ones.
    """
    quota = gather(layout.quotas, classes)
    renumbered = _successive(nth, quota, n_steps)
    if cut.n_in_step > 1:
        in_step = nth // n_steps
        # Draws of the class in the step.
        of_step = (quota - 1 - (nth - in_step * n_steps)) // n_steps + 1
        renumbered += _successive(in_step, of_step, cut.n_in_step) - in_step
    return epoch.rows_of(classes, renumbered, in_batches=True)


def _successive(number, quota, n):
    """Renumber the numbers below ``quota`` so that equal remainders by ``n`` succeed each other.

    >>> _successive(np.arange(7), 7, 3).tolist()
    [0, 3, 5, 1, 4, 6, 2]
    """
    turn = number // n
    remainder = number - turn * n
    return remainder * (quota // n) + np.minimum(remainder, quota % n) + turn
