"""Positions of an epoch to rows, and rows to how often they are drawn: pure functions of (seed,
epoch, position).

The n rows of a class sit on the n places of a circle, and its draws go round without stopping: an
epoch that draws q times takes the q places from its border on, where the epoch before it stopped.
So no row is ever more than one draw ahead of another of its class, neither within an epoch nor over
all epochs together.

    slot    = shuffle[seed, epoch](position)             a permutation of [0, n_samples) class   =
    the one whose run of the cumulative quotas holds slot;  k = slot - the run's start place   =
    (border + k) mod n                         with border = epoch * q mod n place   = shuffle[seed,
    class, half, since](place)   within its half of the circle ordinal = shuffle[seed, class,
    dealt](place)         the row that sits there: a permutation of [0, n) row     =
    pool[class][ordinal]

Why halves? In one fixed order, the same rows would share an epoch lap after lap. In a new order for
each lap, an epoch that spans two laps could draw a row at the end of one and again at the start of
the next, while others wait. So each half of the circle is shuffled by itself, and keeps its order
while borders fall inside it, since the rows on the two sides of a border belong to different
epochs; ``since`` is the first epoch of such a run. A half that no border cuts gets a new order.
Where a border falls on the start of the circle, all rows have been drawn equally often, and the
whole circle is dealt anew; ``dealt`` is the last such epoch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np

from skbalance._arrays import CHUNK, pieces, spans
from skbalance._draws.borders import BorderWalk, border_by_division
from skbalance._draws.layout import Layout
from skbalance._draws.permutation import (
    GOLDEN64,
    Domain,
    Key,
    add_modulo,
    derive,
    gather,
    mix64,
    permute,
    pick,
    scratch_like,
    unpermute,
)
from skbalance._draws.ranks import ALONE

# What a key is for.
SLOTS, CIRCLES, HALVES, BOOTSTRAP, BATCHES, WITHIN_BATCHES = range(6)


@dataclass(frozen=True, eq=False)
class Plan:
    """All that the draws of all epochs depend on.

    ``class_counts`` and ``quotas`` are int64 arrays of shape (n_classes,). ``pool`` holds the rows
    of each class in row order, class after class; without it, rows are known by class and ordinal
    only. With a ``schedule``, a function from epoch to quotas made of the user's function of
    strength, ``quotas`` are those of epoch 0, and ``most_draws`` bounds any epoch's draws.
    """

    class_counts: np.ndarray
    quotas: np.ndarray
    seed: int
    replacement: bool = False
    pool: np.ndarray | None = None
    schedule: Callable[[int], np.ndarray] | None = None
    most_draws: int = 2**53

    def n_samples(self, epoch: int) -> int:
        """Draws in an epoch."""
        return int(self.quotas_of(epoch).sum())

    def quotas_of(self, epoch):
        """Draws of each class in an epoch."""
        return self.schedule(epoch) if self.schedule else self.quotas

    def layout_of(self, epoch):
        """The layout of an epoch."""
        return Layout(self.quotas_of(epoch), self.dtype) if self.schedule else self._layout

    def border_of(self, epoch):
        """Where an epoch starts; with a schedule, by going there epoch by epoch."""
        return self._walk.to(epoch) if self.schedule else border_by_division(self, epoch)

    def fingerprint(self, epoch):
        """A hash of all that the rows of an epoch depend on, so also of the order of the labels."""
        result = blake2b(self._digest, digest_size=16)
        for array in (self.quotas_of(epoch), *self.border_of(epoch)):
            result.update(array.astype("<i8").tobytes())
        return result.hexdigest()

    @cached_property
    def _digest(self):
        pool = np.empty(0, dtype=np.uint32) if self.pool is None else self.pool
        result = blake2b(f"{self.seed} {self.replacement} {self.dtype}".encode(), digest_size=16)
        for array in (self.class_counts, pool):
            result.update(
                np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False)).data
            )
        return result.digest()

    @cached_property
    def dtype(self):
        """The narrowest words in which neither a slot nor a place plus an epoch's draws overflows,
        in any epoch.
        """
        if self.schedule:
            largest = int(self.class_counts.max()) + self.most_draws
        else:
            largest = max(int(self.quotas.sum()), int((self.class_counts + self.quotas).max()))
        return np.dtype(np.uint32 if largest < 2**32 else np.uint64)

    @cached_property
    def pool_starts(self):
        return np.cumsum(self.class_counts) - self.class_counts

    @cached_property
    def circle_domains(self):
        """The domain of each class's rows."""
        return Domain.of(self.class_counts, self.dtype)

    @cached_property
    def middles(self):
        """Where the second half of each circle starts."""
        return self.class_counts // 2

    @cached_property
    def periods(self):
        """Epochs after which the border of each class is back at the start of its circle."""
        return self.class_counts // np.gcd(self.class_counts, self.quotas)

    @cached_property
    def half_domains(self):
        """The domains of the halves: first and second half of class 0, of class 1, ..."""
        sizes = np.stack([self.middles, self.class_counts - self.middles], axis=1).ravel()
        return Domain.of(np.maximum(sizes, 1), self.dtype)

    @cached_property
    def _layout(self):
        return Layout(self.quotas, self.dtype)

    @cached_property
    def _walk(self):
        return BorderWalk(self)


class Epoch:
    """One pass over the positions of a plan.

    >>> plan = Plan(np.array([1, 3]), np.array([2, 2]), seed=0, pool=np.array([2, 0, 1, 3]))
    >>> Epoch(plan, 0).rows(np.arange(4)).tolist().count(2)
    2
    """

    def __init__(self, plan, number):
        self.plan = plan
        self.number = number
        self.layout = plan.layout_of(number)
        self._slot_domain = Domain.of(len(self), plan.dtype)
        self._slot_key = Key.of(derive(plan.seed, SLOTS, number), plan.dtype)
        classes = np.arange(len(plan.quotas), dtype=np.uint64)
        if plan.replacement:
            self._bootstrap_bits = derive(plan.seed, BOOTSTRAP, number, classes)
            return
        here, there = plan.border_of(number), plan.border_of(number + 1)
        self._border, self._middles = here.place.astype(plan.dtype), plan.middles.astype(plan.dtype)
        self._circle_keys = Key.of(
            derive(plan.seed, CIRCLES, classes, here.dealt.astype(np.uint64)), plan.dtype
        )
        # A half has one order for the whole epoch: a new one, unless a border cuts it. The epoch's
        # own border comes last and so wins: what was drawn on its other side must stay there.
        orders = np.full((len(classes), 2), number)
        self._is_cut = np.zeros((len(classes), 2), dtype=bool)
        for border in there, here:
            orders[np.arange(len(classes)), border.half] = border.since
            self._is_cut[np.arange(len(classes)), border.half] |= (
                border.place != plan.middles * border.half
            )
        halves = np.arange(2 * len(classes), dtype=np.uint64)
        self._half_keys = Key.of(
            derive(plan.seed, HALVES, halves, orders.ravel().astype(np.uint64)), plan.dtype
        )

    def __len__(self):
        return self.layout.n_samples

    def rows(self, positions):
        """Rows drawn at the positions: an array of the pool's dtype."""
        return self.rows_of(*self._draws(positions))

    def rows_of(self, classes, k):
        """Rows of the ``k``-th draws of the classes, of which one entry serves all."""
        return gather(
            self.plan.pool,
            gather(self.plan.pool_starts, classes) + self._ordinals(classes, k).astype(np.intp),
        )

    def chunks(self, begin=0, ranks=ALONE):
        """Yield the rows at a rank's positions in order from ``begin`` on, a few at first."""
        for start, stop in spans(ranks.n_draws(len(self) - begin)):
            yield self.rows(ranks.positions(start, stop, len(self), begin))

    def all_rows(self):
        """Rows at all positions: an int64 array. Drawn class by class, which is faster, and then
        shuffled.
        """
        by_slot = np.empty(len(self), dtype=self.plan.pool.dtype)
        for start, stop in pieces(self.layout.starts, self.layout.ends, len(self)):
            slots = np.arange(start, stop, dtype=self.plan.dtype)
            by_slot[start:stop] = self.rows_of(*self.layout.draws(slots))
        rows = np.empty(len(self), dtype=np.int64)
        for start, stop in spans(len(self)):
            rows[start:stop] = gather(
                by_slot, self._slots(np.arange(start, stop, dtype=self.plan.dtype))
            )
        return rows

    def locate(self, positions):
        """Class and ordinal drawn at the positions."""
        classes, k = self._draws(positions)
        return np.broadcast_to(classes, k.shape), self._ordinals(classes, k)

    def _draws(self, positions):
        """Class at the positions, and which draw of it each is."""
        return self.layout.draws(self._slots(positions))

    def _slots(self, positions):
        own = positions.astype(self.plan.dtype)  # a copy, as they are permuted in place
        return permute(own, self._slot_domain, self._slot_key)

    def _ordinals(self, classes, k):
        """Ordinals of the ``k``-th draws of the classes in this epoch."""
        plan = self.plan
        if plan.replacement:
            return self._bootstrap(classes, k)
        circle = pick(plan.circle_domains, classes)
        place = gather(self._border, classes) + k
        place -= place // circle.n * circle.n
        self._in_halves(permute, classes, place)
        return permute(place, circle, pick(self._circle_keys, classes))

    def multiplicities(self, classes, ordinals):
        """How often this epoch draws the rows at the ordinals of the classes: the inverse of
        `locate`.

        A row is drawn once for each time that the draws come round to its place. Ordinals are
        overwritten if they have the plan's dtype.
        """
        plan = self.plan
        if plan.replacement:
            raise ValueError("draws with replacement cannot be inverted")
        circle = pick(plan.circle_domains, classes)
        place = unpermute(
            ordinals.astype(plan.dtype, copy=False), circle, pick(self._circle_keys, classes)
        )
        # In a half that no border cuts, all places are drawn equally often: whose is whose makes no
        # difference.
        self._in_halves(
            unpermute,
            classes,
            place,
            self._is_cut[classes[0]] if len(classes) == 1 else (True, True),
        )
        # Now the draws from the border on until the first of each place, and then the times that
        # the draws come round to it.
        add_modulo(
            place,
            gather(self._border, classes),
            circle.n,
            inverse=True,
            scratch=scratch_like(place)[0],
        )
        times = np.subtract(gather(self.layout.quotas, classes) + circle.n - 1, place, out=place)
        times //= circle.n
        return times

    def multiplicities_of_runs(self, classes, first, n):
        """How often this epoch draws the rows of one run of ordinals a class: ``n`` of them, from
        ``first`` on.

        >>> plan = Plan(np.array([1, 3]), np.array([3, 3]), seed=0)
        >>> Epoch(plan, 0).multiplicities_of_runs(np.array([0, 1]), np.array([0, 1]), np.array([1, 2])).tolist()
        [3, 1, 1]
        """
        # A row is drawn at most quota / count times, rounded up.
        most = int((-(-self.layout.quotas.astype(np.int64) // self.plan.class_counts)).max())
        result = np.empty(int(n.sum()), dtype=np.min_scalar_type(most))
        if not result.size:
            return result
        runs = Layout(n, self.plan.dtype)
        steps = np.arange(min(CHUNK, len(result)), dtype=self.plan.dtype)
        # One array serves all pieces: where freed memory is not kept, new ones take a tenth of the
        # time.
        slots = np.empty_like(steps)
        for start, stop in pieces(runs.starts, runs.ends, len(result)):
            run, k = runs.draws(np.add(steps[: stop - start], start, out=slots[: stop - start]))
            k += gather(first, run).astype(k.dtype)
            result[start:stop] = self.multiplicities(gather(classes, run), k)
        return result

    def _in_halves(self, permutation, classes, place, halves=(True, True)):
        """Apply this epoch's order to places within their halves, in place; of a single class only
        in the halves asked for.
        """
        middle = gather(self._middles, classes)
        second = place >= middle
        if len(classes) > 1:
            self._in_half(permutation, classes, second, middle * second, place)
            return
        n_second = int(np.count_nonzero(second))
        for half, n_here in enumerate((len(place) - n_second, n_second)):
            if not halves[half] or not n_here:
                continue
            if n_here == len(place):
                self._in_half(permutation, classes, half, middle * half, place)
            else:
                some = np.flatnonzero(second == half)
                part = gather(place, some)
                self._in_half(permutation, classes, half, middle * half, part)
                place[some] = part

    def _in_half(self, permutation, classes, half, offset, place):
        """The same, told the half and where it starts: one entry, or one for each place."""
        index = 2 * classes.astype(np.intp, copy=False) + half  # codes of few bits would wrap
        place -= offset
        permutation(place, pick(self.plan.half_domains, index), pick(self._half_keys, index))
        place += offset

    def _bootstrap(self, classes, k):
        """A uniform ordinal from the hash of each draw: 53 bits of it, so that no class is too
        large to be uniform.
        """
        bits = mix64(gather(self._bootstrap_bits, classes) + k.astype(np.uint64) * GOLDEN64)
        return ((bits >> 11) * 2.0**-53 * self.plan.class_counts[classes]).astype(self.plan.dtype)
