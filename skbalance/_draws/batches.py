"""An epoch cut into batches, each with its share of every class.

Systematic sampling: with the epoch's draws laid out by class and B batches in all, a batch takes
every B-th place, so that its number of draws of a class is the class's quota over B, rounded down
or up. Which batch starts where is a keyed permutation of the batches, new in every epoch. What a
batch draws of a class are successive draws, so that its rows come equally often in a batch, too,
give or take one.

Where ranks share the epoch, the same is done twice: the batches of all ranks in one step are a
systematic sample of the epoch, and each of them is a systematic sample of their step.
"""

from typing import NamedTuple

import numpy as np

from skbalance._arrays import CHUNK, pieces, spans
from skbalance._draws.layout import Layout
from skbalance._draws.permutation import Domain, Key, derive, gather, hash_words, permute
from skbalance._draws.plan import BATCHES, WITHIN_BATCHES

# In a batch of up to so many rows, 20 bits of a 32-bit hash are left to sort by.
WIDEST_OF_32_BITS = 2**12

# Draws handled at a time: more than fit the cache, so that each of a few classes has a long run of
# its own.
LARGEST_CHUNK = 2**19

# Lists made at a time: with many alive at once, Python's garbage collector takes longer than all
# else.
LISTS = 2**8


class Cut(NamedTuple):
    """How an epoch is cut into batches.

    It is cut into steps of at most ``size`` rows, and each step into one batch for every rank, or
    for several turns of all ranks one after the other. The step in which other ranks stopped is
    known by ``earlier``: for each of them in turn their number, their turns, and the turn before
    which they stopped. What they left of it is cut anew.
    """

    size: int
    drop_last: bool = False
    n_ranks: int = 1
    n_turns: int = 1
    earlier: tuple[tuple[int, int, int], ...] = ()

    def n_steps(self, n_samples):
        """Steps in an epoch.

        >>> Cut(4).n_steps(10), Cut(4, drop_last=True).n_steps(10)
        (3, 2)
        """
        return n_samples // self.size if self.drop_last else -(-n_samples // self.size)

    def n_batches(self, n_samples):
        """Batches of each rank in an epoch."""
        return self.n_steps(n_samples) * self.n_turns

    def n_kept(self, n_samples):
        """Draws of an epoch that are in its batches."""
        return self.n_steps(n_samples) * self.size if self.drop_last else n_samples


def batches(epoch, cut, rank=0, begin=0):
    """Yield the batches of a rank from the ``begin``-th on as lists of lists of rows, a few batches
    at first.

    Without ``drop_last`` every draw of the epoch is in one batch, and sizes differ by at most one.
    With it all steps are full, and what is dropped is spread evenly over the classes.
    """
    n_steps, n_batches = cut.n_steps(len(epoch)), cut.n_batches(len(epoch))
    if n_steps == 0:
        raise ValueError(
            f"batch_size={cut.size // cut.n_ranks} with drop_last=True leaves no batch of the {len(epoch)} draws of epoch "
            f"{epoch.number}{f' on {cut.n_ranks} ranks' if cut.n_ranks > 1 else ''}."
        )
    layout = _layout_of(epoch, cut)
    if cut.earlier:
        step, turn = divmod(begin, cut.n_turns)
        yield _rest_of_step(epoch, layout, cut, rank, step, turn)
        begin = (step + 1) * cut.n_turns
    n = n_batches * cut.n_ranks
    width = -(-layout.n_samples // n)
    dtype = np.dtype(
        np.uint32 if layout.n_samples + n < 2**32 and width <= WIDEST_OF_32_BITS else np.uint64
    )
    offsets = np.arange(0, n * width, n, dtype=dtype)
    for start, stop in spans(n_batches - begin, width, LARGEST_CHUNK):
        first = _first_slots(
            epoch, cut, n_steps, rank, np.arange(begin + start, begin + stop)
        ).astype(dtype)
        if width == 1:  # fewer draws than batches: what is missing is taken from the start again
            first %= layout.n_samples
        by_offset = _rows_by_offset(epoch, layout, n_steps, n // n_steps, offsets[:, None] + first)
        yield from _lists(epoch, layout, first, offsets, by_offset)


def _layout_of(epoch, cut):
    """The layout of the draws that are in batches: of every class its share of them, rounded down
    or up.
    """
    n_kept = cut.n_kept(len(epoch))
    if n_kept == len(epoch):
        return epoch.layout
    wide = np.int64 if len(epoch) < 2**31 else object  # products stay below 2**63
    ends = -(-epoch.layout.ends.astype(wide) * n_kept // len(epoch))
    return Layout(np.diff(ends, prepend=0).astype(np.int64), epoch.plan.dtype)


def _first_slots(epoch, cut, n_steps, rank, numbers):
    """The first slot of each of a rank's batches; the others follow it at distances of the number
    of all batches.

    A step starts at a slot below the number of steps, and its batches start at distances of that
    number.
    """
    step = numbers // cut.n_turns
    start_of_step = _starts_of_steps(epoch, step, n_steps)
    in_step = (numbers - step * cut.n_turns) * cut.n_ranks + rank
    # Turned from step to step, so that no rank always gets the larger batches.
    in_step = (in_step + start_of_step) % (cut.n_turns * cut.n_ranks)
    return start_of_step + in_step * n_steps


def _starts_of_steps(epoch, steps, n_steps):
    """The first slot of each step; the others follow it at distances of the number of steps."""
    # Words as wide as the steps want: the same for any number of ranks.
    dtype = np.dtype(np.uint32 if n_steps < 2**32 else np.uint64)
    key = Key.of(derive(epoch.plan.seed, BATCHES, epoch.number), dtype)
    return permute(steps.astype(dtype), Domain.of(n_steps, dtype), key).astype(np.int64)


def rest_of_step(epoch, cut, step):
    """What earlier ranks left of a step: its slots, the turn in which the ranks of now begin, and
    the step's first slot.

    The ranks of now take their turns at a whole step in ``cut.n_turns``; what is left of it takes
    them the last few of these.
    """
    n_steps = cut.n_steps(len(epoch))
    start = int(_starts_of_steps(epoch, np.array([step]), n_steps)[0])
    slots = np.arange(start, cut.n_kept(len(epoch)), n_steps)
    n_whole = len(slots)
    for n_ranks, n_turns, turn in cut.earlier:
        begun = _first_turn(len(slots), n_whole, n_turns)
        number = (np.arange(len(slots)) - start) % (
            n_ranks * (n_turns - begun)
        )  # of the batch that has each slot
        slots = slots[number >= n_ranks * (turn - begun)]
    return slots, _first_turn(len(slots), n_whole, cut.n_turns), start


def _first_turn(n_left, n_whole, n_turns):
    """The turn to begin with, so that the turns left are as large as those of a whole step, or
    smaller.
    """
    return n_turns - -(-n_left * n_turns // n_whole)


def _rest_of_step(epoch, layout, cut, rank, step, turn):
    """A list of a rank's batches from a turn on in the step that earlier ranks began: systematic
    samples of what they left.
    """
    slots, begun, start = rest_of_step(epoch, cut, step)
    n, n_steps = cut.n_ranks * (cut.n_turns - begun), cut.n_steps(len(epoch))
    n_ranks, n_turns, _ = cut.earlier[0]  # who numbered the step's draws
    key = derive(epoch.plan.seed, WITHIN_BATCHES, epoch.number)
    found = []
    for number in range(cut.n_ranks * (turn - begun) + rank, n, cut.n_ranks):
        here = slots[(start + number) % n :: n].astype(np.uint64)
        order = _random_order(here[None], np.array([False]), key)[0]
        found.append(
            gather(_rows_at(epoch, layout, n_steps, n_ranks * n_turns, here), order).tolist()
        )
    return found


def _lists(epoch, layout, first, offsets, by_offset):
    """Yield lists of the batches, each in random order, from the rows at their first slots plus
    each offset.
    """
    key = derive(epoch.plan.seed, WITHIN_BATCHES, epoch.number)
    n_at_a_time = -(-CHUNK // len(offsets))
    for start in range(0, len(first), n_at_a_time):
        slots = first[start : start + n_at_a_time, None] + offsets
        is_short = slots[:, -1] >= layout.n_samples
        # The j-th row of batch b stands at j * len(first) + b.
        order = _random_order(slots, is_short, key) * len(first)
        order += np.arange(start, start + len(slots))[:, None]
        rows = gather(by_offset, order)
        for some in range(0, len(rows), LISTS):
            lists = rows[some : some + LISTS].tolist()
            for short in np.flatnonzero(is_short[some : some + LISTS]):
                lists[short].pop()
            yield lists


def _random_order(slots, is_short, key):
    """The order of each batch's slots by their hashes; one past the end, which fills up a short
    batch, stays last.
    """
    n_bits = int(slots.shape[1] - 1).bit_length()
    low_bits = slots.dtype.type(
        2**n_bits - 1
    )  # of a hash, they give way to the number of the slot in its batch
    hashes = hash_words(slots, key)
    hashes[is_short, -1] = np.iinfo(slots.dtype).max
    hashes &= ~low_bits
    hashes |= np.arange(slots.shape[1], dtype=slots.dtype)
    hashes.sort(axis=1)
    hashes &= low_bits
    return hashes.astype(np.intp)


def _rows_by_offset(epoch, layout, n_steps, n_in_step, slots):
    """Rows at slots of shape (width, batches), flat. A slot past the end, which fills up a short
    batch, gives any row.
    """
    n, n_here = n_steps * n_in_step, slots.shape[1]
    rows = np.empty(slots.size, dtype=epoch.plan.pool.dtype)
    last = slots.dtype.type(layout.n_samples - 1)
    # The j-th slots of batches lie in [j n, (j + 1) n): from ceil(start / n) to floor(end / n) they
    # are of one class alone.
    starts, ends = -(-layout.starts.astype(np.int64) // n), layout.ends.astype(np.int64) // n
    for start, stop in pieces(starts * n_here, ends * n_here, slots.size):
        inside = np.minimum(slots.ravel()[start:stop], last)
        rows[start:stop] = _rows_at(epoch, layout, n_steps, n_in_step, inside)
    return rows


def _rows_at(epoch, layout, n_steps, n_in_step, slots):
    """Rows at slots in steps that are cut into ``n_in_step`` batches.

    A step or a batch has every so manieth slot of a class. Its draws are renumbered, so that a step
    has successive draws of the class, and of these a batch has successive ones.
    """
    classes, number = layout.draws(slots.astype(epoch.plan.dtype, copy=False))
    quota = gather(layout.quotas, classes)
    k = _successive(number, quota, n_steps)
    if n_in_step > 1:
        in_step = number // n_steps
        of_step = (
            quota - 1 - (number - in_step * n_steps)
        ) // n_steps + 1  # draws of the class in the step
        k += _successive(in_step, of_step, n_in_step) - in_step
    return epoch.rows_of(classes, k)


def _successive(number, quota, n):
    """Renumber the numbers below ``quota`` so that those with the same remainder by ``n`` succeed
    each other.

    >>> _successive(np.arange(7), 7, 3).tolist()
    [0, 3, 5, 1, 4, 6, 2]
    """
    turn = number // n
    remainder = number - turn * n
    return remainder * (quota // n) + np.minimum(remainder, quota % n) + turn
