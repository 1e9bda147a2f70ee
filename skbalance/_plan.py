"""Positions of an epoch to rows, and rows to how often they are drawn: pure functions of (seed, epoch, position).

    slot    = shuffle[seed, epoch](position)          a permutation of [0, n_samples)
    class   = the one whose run of the cumulative quotas holds slot;  k = slot - the run's start
    t       = epoch * quota + k                       how often the class has been drawn since epoch 0
    cycle, r = divmod(t, class count)
    ordinal = shuffle[seed, class, cycle](r)          a permutation of [0, class count)
    row     = pool[class][ordinal]

A class is drawn through one endless sequence of fresh shuffles that epochs do not interrupt, so none of its rows is ever
more than one draw ahead of another.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skbalance._permutation import GOLDEN64, Domain, Key, derive, mix64, permute, unpermute

# Positions handled at a time: small first, so that the first row is there at once; at most what the cache holds.
FIRST_CHUNK = 2**10
CHUNK = 2**15

# What a key is for.
SLOTS, ORDINALS, BOOTSTRAP = range(3)


@dataclass(frozen=True, eq=False)
class Plan:
    """All that the draws of all epochs depend on.

    ``class_counts`` and ``quotas`` are int64 arrays of shape (n_classes,). ``pool`` holds the rows of each class in row
    order, class after class; without it, rows are known by class and ordinal only.
    """

    class_counts: np.ndarray
    quotas: np.ndarray
    seed: int
    replacement: bool = False
    pool: np.ndarray | None = None

    @cached_property
    def n_samples(self):
        return int(self.quotas.sum())

    @cached_property
    def dtype(self):
        """The narrowest words in which no position of an epoch, and no draw of a class in it, overflows."""
        largest = max(self.n_samples, int((self.class_counts + self.quotas).max()))
        return np.dtype(np.uint32 if largest < 2**32 else np.uint64)

    @cached_property
    def pool_starts(self):
        return np.cumsum(self.class_counts) - self.class_counts

    @cached_property
    def domains(self):
        return Domain.of(self.class_counts, self.dtype)

    @cached_property
    def slot_ends(self):
        return np.cumsum(self.quotas).astype(self.dtype)

    @cached_property
    def slot_starts(self):
        return self.slot_ends - self.quotas.astype(self.dtype)

    @cached_property
    def _buckets(self):
        """The class of the first slot of every 2**shift slots, and shift: few buckets hold two classes."""
        n_buckets = min(max(2**12, 64 * len(self.quotas)), 2**20)
        shift = max(0, (self.n_samples - 1).bit_length() - n_buckets.bit_length() + 1)
        first_slots = np.arange(0, self.n_samples, 2**shift, dtype=self.dtype)
        classes = np.searchsorted(self.slot_ends, first_slots, side="right")
        return classes.astype(np.min_scalar_type(len(self.quotas) - 1)), shift

    def class_of(self, slots):
        """Index of the class whose run of the cumulative quotas holds each slot.

        >>> Plan(np.array([5, 9]), np.array([2, 3]), seed=0).class_of(np.arange(5, dtype=np.uint32)).tolist()
        [0, 0, 1, 1, 1]
        """
        buckets, shift = self._buckets
        classes = buckets[slots >> shift].astype(np.intp)
        if shift:
            later = np.flatnonzero(slots >= self.slot_ends[classes])
            classes[later] = np.searchsorted(self.slot_ends, slots[later], side="right")
        return classes


class Epoch:
    """One pass over the positions of a plan.

    >>> plan = Plan(np.array([1, 3]), np.array([2, 2]), seed=0, pool=np.array([2, 0, 1, 3]))
    >>> Epoch(plan, 0).rows(np.arange(4)).tolist().count(2)
    2
    """

    def __init__(self, plan, number):
        self.plan = plan
        dtype = plan.dtype
        self._slot_domain = Domain.of(plan.n_samples, dtype)
        self._slot_key = Key.of(derive(plan.seed, SLOTS, number), dtype)
        classes = np.arange(len(plan.quotas), dtype=np.uint64)
        if plan.replacement:
            purpose = derive(plan.seed, BOOTSTRAP, number)
            self._class_bits = mix64(mix64(classes + GOLDEN64) ^ purpose)
        else:
            purpose = derive(plan.seed, ORDINALS)
            self._keys = Key.of(mix64(mix64(classes + GOLDEN64) ^ purpose), dtype)
            # Draws of each class before this epoch, in Python's integers where int64 could overflow.
            wide = np.int64 if number * int(plan.quotas.max()) < 2**63 else object
            cycles, drawn = np.divmod(plan.quotas.astype(wide) * number, plan.class_counts.astype(wide))
            self._drawn = drawn.astype(dtype)  # in the cycle that the epoch begins in
            self._cycles = (cycles % 2 ** (8 * dtype.itemsize)).astype(dtype)

    def __len__(self):
        return self.plan.n_samples

    def rows(self, positions):
        """Rows drawn at the positions: an array of the pool's dtype."""
        classes, ordinals = self.locate(positions)
        return self.plan.pool[self.plan.pool_starts[classes] + ordinals.astype(np.intp)]

    def chunks(self):
        """Yield the rows at all positions in order, a few at first, then as many at a time as the cache holds."""
        start, size = 0, FIRST_CHUNK
        while start < len(self):
            stop = min(start + size, len(self))
            yield self.rows(np.arange(start, stop, dtype=self.plan.dtype))
            start, size = stop, min(2 * size, CHUNK)

    def locate(self, positions):
        """Class and ordinal drawn at the positions."""
        slots = permute(positions.astype(self.plan.dtype, copy=False), self._slot_domain, self._slot_key)
        classes = self.plan.class_of(slots)
        return classes, self.ordinals(classes, slots - self.plan.slot_starts[classes])

    def ordinals(self, classes, k):
        """Ordinals of the ``k``-th draws of the classes in this epoch."""
        if self.plan.replacement:
            return self._bootstrap(classes, k)
        domain = _gather(self.plan.domains, classes)
        t = k + self._drawn[classes]
        cycle = t // domain.n
        key = _gather(self._keys, classes).advance(cycle + self._cycles[classes])
        return permute(t - cycle * domain.n, domain, key)

    def _bootstrap(self, classes, k):
        """A uniform ordinal from the hash of each draw: 53 bits of it, so that no class is too large to be uniform."""
        bits = mix64(self._class_bits[classes] + k.astype(np.uint64) * GOLDEN64)
        return ((bits >> 11) * 2.0**-53 * self.plan.class_counts[classes]).astype(self.plan.dtype)

    def multiplicities(self, classes, ordinals):
        """How often this epoch draws the rows at the ordinals of the classes: the inverse of `locate`.

        Draws ``drawn <= t < drawn + quota``, counted from the start of the epoch's first cycle, are the whole cycles that
        end by then, plus the last cycle up to where it is cut, less the first one up to where the epoch began.
        """
        if self.plan.replacement:
            raise ValueError("draws with replacement cannot be inverted")
        dtype = self.plan.dtype
        ordinals = ordinals.astype(dtype, copy=False)
        domain = _gather(self.plan.domains, classes)
        drawn = self._drawn[classes]
        end = drawn + self.plan.quotas.astype(dtype)[classes]
        whole = end // domain.n

        def place(cycle):
            key = _gather(self._keys, classes).advance(cycle + self._cycles[classes])
            return unpermute(ordinals, domain, key)

        tail = place(whole) < end - whole * domain.n
        before = place(np.zeros_like(whole)) < drawn
        return whole.astype(np.int64) + tail - before


def _gather(arrays, index):
    """The entries at ``index`` of the arrays of a Domain or Key."""
    return type(arrays)(*(array[index] for array in arrays))
