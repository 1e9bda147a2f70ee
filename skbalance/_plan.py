"""Positions of an epoch to rows, and rows to how often they are drawn: pure functions of (seed, epoch, position).

The n rows of a class sit on the n places of a circle, and its draws go round without stopping: an epoch that draws q
times takes the q places from its border on, where the epoch before it stopped. So no row is ever more than one draw
ahead of another of its class, neither within an epoch nor over all epochs together.

    slot    = shuffle[seed, epoch](position)             a permutation of [0, n_samples)
    class   = the one whose run of the cumulative quotas holds slot;  k = slot - the run's start
    place   = (border + k) mod n                         with border = epoch * q mod n
    place   = shuffle[seed, class, half, since](place)   within its half of the circle
    ordinal = shuffle[seed, class, dealt](place)         the row that sits there: a permutation of [0, n)
    row     = pool[class][ordinal]

Why halves? In one fixed order, the same rows would share an epoch lap after lap. In a new order for each lap, an epoch that
spans two laps could draw a row at the end of one and again at the start of the next, while others wait. So each half of the
circle is shuffled by itself, and keeps its order while borders fall inside it, since the rows on the two sides of a border
belong to different epochs; ``since`` is the first epoch of such a run. A half that no border cuts gets a new order. Where a
border falls on the start of the circle, all rows have been drawn equally often, and the whole circle is dealt anew; ``dealt``
is the last such epoch.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skbalance._permutation import GOLDEN64, Domain, Key, derive, mix64, permute, pick, unpermute

# Positions handled at a time: few at first, so that the first row is there at once; at most what the cache holds.
FIRST_CHUNK = 2**10
CHUNK = 2**15

# What a key is for.
SLOTS, CIRCLES, HALVES, BOOTSTRAP = range(4)


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
    def n_samples(self) -> int:
        return int(self.quotas.sum())

    @cached_property
    def dtype(self):
        """The narrowest words in which neither a slot nor a place plus an epoch's draws overflows."""
        largest = max(self.n_samples, int((self.class_counts + self.quotas).max()))
        return np.dtype(np.uint32 if largest < 2**32 else np.uint64)

    @cached_property
    def pool_starts(self):
        return np.cumsum(self.class_counts) - self.class_counts

    @cached_property
    def slot_ends(self):
        return np.cumsum(self.quotas).astype(self.dtype)

    @cached_property
    def slot_starts(self):
        return self.slot_ends - self.quotas.astype(self.dtype)

    @cached_property
    def circle_domains(self):
        """The domain of each class's rows."""
        return Domain.of(self.class_counts, self.dtype)

    @cached_property
    def periods(self):
        """After how many epochs each class's border is back at the start of its circle."""
        return self.class_counts // np.gcd(self.class_counts, self.quotas)

    @cached_property
    def middles(self):
        """Where the second half of each circle starts."""
        return self.class_counts // 2

    @cached_property
    def half_domains(self):
        """The domains of the halves: first and second half of class 0, of class 1, ..."""
        sizes = np.stack([self.middles, self.class_counts - self.middles], axis=1).ravel()
        return Domain.of(np.maximum(sizes, 1), self.dtype)

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
        self._slot_domain = Domain.of(plan.n_samples, plan.dtype)
        self._slot_key = Key.of(derive(plan.seed, SLOTS, number), plan.dtype)
        classes = np.arange(len(plan.quotas), dtype=np.uint64)
        if plan.replacement:
            self._bootstrap_bits = derive(plan.seed, BOOTSTRAP, number, classes)
            return
        dealt = number - number % plan.periods
        self._circle_keys = Key.of(derive(plan.seed, CIRCLES, classes, dealt.astype(np.uint64)), plan.dtype)
        border, half, since = _border(plan, number)
        _, next_half, next_since = _border(plan, number + 1)
        # A half has one order for the whole epoch: a new one, unless a border cuts it. The epoch's own border comes last and
        # so wins: what was drawn on its other side must stay there.
        orders = np.full((len(classes), 2), number)
        for cut, order in (next_half, next_since), (half, since):
            orders[np.arange(len(classes)), cut] = order
        self._border = border.astype(plan.dtype)
        halves = np.arange(2 * len(classes), dtype=np.uint64)
        self._half_keys = Key.of(derive(plan.seed, HALVES, halves, orders.ravel().astype(np.uint64)), plan.dtype)

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
        plan = self.plan
        if plan.replacement:
            return self._bootstrap(classes, k)
        circle = circle_n, _, _ = pick(plan.circle_domains, classes)
        place = self._border[classes] + k
        place -= place // circle_n * circle_n
        place = self._in_halves(permute, classes, place)
        return permute(place, circle, pick(self._circle_keys, classes))

    def multiplicities(self, classes, ordinals):
        """How often this epoch draws the rows at the ordinals of the classes: the inverse of `locate`.

        A place is drawn once for each time that the draws from the border on come round to it.
        """
        plan = self.plan
        if plan.replacement:
            raise ValueError("draws with replacement cannot be inverted")
        circle = circle_n, _, _ = pick(plan.circle_domains, classes)
        place = unpermute(ordinals.astype(plan.dtype, copy=False), circle, pick(self._circle_keys, classes))
        place = self._in_halves(unpermute, classes, place)
        border = self._border[classes]
        before = np.where(
            place >= border, place - border, place + circle_n - border
        )  # draws until the first of this place
        return ((plan.quotas.astype(plan.dtype)[classes] + circle_n - 1 - before) // circle_n).astype(np.int64)

    def _in_halves(self, permutation, classes, place):
        """Apply this epoch's order to places within their halves."""
        middle = self.plan.middles.astype(place.dtype)[classes]
        second = place >= middle
        offset = middle * second
        index = 2 * classes.astype(np.intp, copy=False) + second  # codes of few bits would wrap
        place = permutation(place - offset, pick(self.plan.half_domains, index), pick(self._half_keys, index))
        return place + offset

    def _bootstrap(self, classes, k):
        """A uniform ordinal from the hash of each draw: 53 bits of it, so that no class is too large to be uniform."""
        bits = mix64(self._bootstrap_bits[classes] + k.astype(np.uint64) * GOLDEN64)
        return ((bits >> 11) * 2.0**-53 * self.plan.class_counts[classes]).astype(self.plan.dtype)


def _border(plan, epoch):
    """Where an epoch starts on each class's circle, the half that holds this border, and since which epoch it has held it.

    From one epoch to the next the border moves by ``step``, forwards or backwards by at most half a circle, so it cannot
    leap over a half, and the run of epochs whose borders fell into this half can be counted by a division.
    """
    wide = np.int64 if max(epoch, int(plan.class_counts.max())) < 2**31 else object  # products stay below 2**63
    n, q, middle = (array.astype(wide) for array in (plan.class_counts, plan.quotas, plan.middles))
    step = q % n
    border = epoch * step % n
    step = np.where(2 * step <= n, step, step - n)
    half = (border >= middle).astype(np.intp)
    low, high = np.where(half, middle, 0), np.where(half, n, middle)
    run = np.where(step >= 0, (border - low) // np.maximum(step, 1), (high - 1 - border) // np.maximum(-step, 1))
    since = np.where(border == low, epoch, epoch - run)  # on the edge of a half, a border does not cut it
    return border.astype(np.int64), half, since.astype(np.int64)
