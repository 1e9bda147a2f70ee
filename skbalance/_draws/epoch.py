"""One epoch of a plan: positions to slots to rows, and rows to how often they are drawn.

The mathematics is told in `skbalance._draws`.
"""

import numpy as np

from skbalance._arrays import CHUNK, gather, pieces, spans
from skbalance._draws.keys import ARCS, BOOTSTRAP, CIRCLES, GOLDEN64, SLOTS, Key, derive, mix64
from skbalance._draws.layout import Layout
from skbalance._draws.permutation import Domain, permute, pick, unpermute
from skbalance._draws.ranks import ALONE


class AnyEpoch:
    """One pass over the positions of a plan, each found by itself: O(1) a draw.

    What an epoch of any plan is. Each kind says which rows the draws of a class take, and in which
    order batches take them.
    """

    def __init__(self, plan, number, layout):
        self.plan = plan
        self.number = number
        self.layout = layout
        self._slot_domain = Domain.of(len(self), plan.dtype)
        self._slot_key = Key.of(derive(plan.seed, SLOTS, number), plan.dtype)

    def __len__(self):
        return self.layout.n_samples

    def rows(self, positions):
        """Rows drawn at the positions."""
        return self.rows_of(*self.draws(positions))

    def chunks(self, begin=0, ranks=ALONE):
        """Yield the rows at a rank's positions in order from ``begin`` on, a few at first."""
        for start, stop in spans(ranks.n_draws(len(self) - begin)):
            yield self.rows(ranks.positions(start, stop, len(self), begin))

    def all_rows(self):
        """Rows at all positions, as int64: drawn class by class, which is faster, then shuffled."""
        by_slot = np.empty(len(self), dtype=self.row_dtype)
        for start, stop in pieces(self.layout.starts, self.layout.ends, len(self)):
            slots = np.arange(start, stop, dtype=self.plan.dtype)
            by_slot[start:stop] = self.rows_of(*self.layout.draws(slots))
        rows = np.empty(len(self), dtype=np.int64)
        for start, stop in spans(len(self)):
            slots = self._slots(np.arange(start, stop, dtype=self.plan.dtype))
            rows[start:stop] = gather(by_slot, slots)
        return rows

    def draws(self, positions):
        """Class at each position, and which draw of its class it is; see `Layout.draws`."""
        return self.layout.draws(self._slots(positions))

    @property
    def row_dtype(self):
        """The dtype of rows."""
        raise NotImplementedError

    def rows_of(self, classes, nth):
        """Rows of the ``nth`` draws of the classes, of which a single entry serves all."""
        raise NotImplementedError

    def shuffled(self, classes, nth):
        """Draws of the classes in the order in which batches take them: a new one in each epoch."""
        raise NotImplementedError

    def _slots(self, positions):
        own = positions.astype(self.plan.dtype)  # a copy, as they are permuted in place
        return permute(own, self._slot_domain, self._slot_key)


def uniform(bits, classes, nth):
    """A number from 0 up to 1, of 53 bits, for each draw: a hash of the draw and of its class."""
    return (mix64(gather(bits, classes) + nth.astype(np.uint64) * GOLDEN64) >> 11) * 2.0**-53


class Epoch(AnyEpoch):
    """An epoch of a plan with one class a row.

    >>> from skbalance._draws.plan import Plan
    >>> plan = Plan(np.array([1, 3]), np.array([2, 2]), seed=0, pool=np.array([2, 0, 1, 3]))
    >>> plan.epoch(0).rows(np.arange(4)).tolist().count(2)
    2
    """

    def __init__(self, plan, number):
        super().__init__(plan, number, plan.layout_of(number))
        classes = np.arange(len(plan.class_counts), dtype=np.uint64)
        if plan.replacement:
            self._bootstrap_bits = derive(plan.seed, BOOTSTRAP, number, classes)
            return
        border, deal = plan.border_of(number)
        self._border = border.astype(plan.dtype)
        circle_bits = derive(plan.seed, CIRCLES, classes, deal.astype(np.uint64))
        self._circle_keys = Key.of(circle_bits, plan.dtype)
        # Each lap has two arcs: its first draws, whose rows are drawn once more, and the others.
        self._first_arc = self.layout.quotas % plan.circles.n
        arcs = np.stack([self._first_arc, plan.circles.n - self._first_arc], axis=1).ravel()
        self._arcs = Domain.of(np.maximum(arcs, 1), plan.dtype)
        arc_bits = derive(plan.seed, ARCS, number, np.arange(len(arcs), dtype=np.uint64))
        self._arc_keys = Key.of(arc_bits, plan.dtype)

    @property
    def row_dtype(self):
        """The dtype of rows."""
        return self.plan.pool.dtype

    def rows_of(self, classes, nth):
        """Rows of the ``nth`` draws of the classes, of which a single entry serves all."""
        ordinals = self.ordinals(classes, nth).astype(np.intp)
        return gather(self.plan.pool, gather(self.plan.pool_starts, classes) + ordinals)

    def ordinals(self, classes, nth):
        """Ordinals, within their class, of the rows that the ``nth`` draws of the classes take."""
        if self.plan.replacement:
            return self._bootstrap(classes, nth)
        circle, border = pick(self.plan.circles, classes), gather(self._border, classes)
        place = nth - nth // circle.n * circle.n
        wraps = place >= circle.n - border
        place += border
        # Words wrap, so this is right also where the sum did not fit into a word.
        place -= circle.n * wraps
        return permute(place, circle, pick(self._circle_keys, classes))

    def shuffled(self, classes, nth):
        """Draws in the order in which batches take them: a new one in each epoch.

        Batches take successive draws of a class. On the circle these would be the same neighbours
        in every epoch. So in each lap the draws of the first arc, whose rows the epoch draws once
        more, change places among themselves, and so do the others: any n successive draws still
        take n different rows, and the rows that are drawn once more stay the same.
        """
        if self.plan.replacement:
            return nth
        n, first_arc = gather(self.plan.circles.n, classes), gather(self._first_arc, classes)
        start_of_lap = nth // n * n
        in_lap = nth - start_of_lap
        is_second = in_lap >= first_arc
        start_of_arc = first_arc * is_second
        in_arc = np.subtract(in_lap, start_of_arc, out=in_lap)
        arc = 2 * classes.astype(np.intp, copy=False) + is_second
        if len(classes) == 1 and is_second.all() == is_second.any():
            arc = arc[:1]  # one arc, so its domain and key are scalars
        permute(in_arc, pick(self._arcs, arc), pick(self._arc_keys, arc))
        in_arc += start_of_arc
        in_arc += start_of_lap
        return in_arc

    def multiplicities(self, classes, ordinals):
        """How often this epoch draws the rows at the ordinals of the classes: the inverse of draws.

        The place of a row on the circle, and then how often the epoch's draws come round to it.
        """
        if self.plan.replacement:
            raise ValueError("draws with replacement cannot be inverted")
        return self._multiplicities_in_place(classes, ordinals.astype(self.plan.dtype))

    def _multiplicities_in_place(self, classes, ordinals):
        """Put `multiplicities` in place of the ordinals, which are words of the plan already."""
        circle, border = pick(self.plan.circles, classes), gather(self._border, classes)
        place = unpermute(ordinals, circle, pick(self._circle_keys, classes))
        # Draws from the border to the place; words wrap, as above.
        is_before = place < border
        place -= border
        place += circle.n * is_before
        times = np.subtract(gather(self.layout.quotas, classes) + circle.n - 1, place, out=place)
        times //= circle.n
        return times

    def multiplicities_of_runs(self, classes, first, n):
        """How often this epoch draws each of ``n`` rows of a class from ordinal ``first`` on.

        One run for each entry of the arrays, one after the other.

        >>> from skbalance._draws.plan import Plan
        >>> epoch = Plan(np.array([1, 3]), np.array([3, 3]), seed=0).epoch(0)
        >>> runs = np.array([0, 1]), np.array([0, 1]), np.array([1, 2])
        >>> epoch.multiplicities_of_runs(*runs).tolist()
        [3, 1, 1]
        """
        # A row is drawn at most quota / count times, rounded up.
        most = int((-(-self.layout.quotas.astype(np.int64) // self.plan.class_counts)).max())
        result = np.empty(int(n.sum()), dtype=np.min_scalar_type(most))
        if not result.size:
            return result
        runs = Layout(n, self.plan.dtype)
        numbers = np.arange(min(CHUNK, len(result)), dtype=self.plan.dtype)
        # One array serves all pieces: where freed memory is not kept, fetching new ones takes a
        # tenth of the time.
        slots = np.empty_like(numbers)
        for start, stop in pieces(runs.starts, runs.ends, len(result)):
            run, nth = runs.draws(np.add(numbers[: stop - start], start, out=slots[: stop - start]))
            nth += gather(first, run).astype(nth.dtype)
            result[start:stop] = self._multiplicities_in_place(gather(classes, run), nth)
        return result

    def _bootstrap(self, classes, nth):
        """Uniform ordinals: 53 bits are enough for the largest class."""
        ordinals = uniform(self._bootstrap_bits, classes, nth) * self.plan.class_counts[classes]
        return ordinals.astype(self.plan.dtype)
