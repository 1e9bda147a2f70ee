"""One epoch of a plan with one class a row: draws to rows, and rows to how often they are drawn.

The mathematics is told in `skbalance._draws`.
"""

from functools import cached_property

import numpy as np

from skbalance._arrays import gather, pieces, ranges
from skbalance._draws.any_epoch import AnyEpoch
from skbalance._draws.keys import ARCS, CIRCLES, derive
from skbalance._draws.layout import Layout
from skbalance._draws.shuffles import Permutations


class Epoch(AnyEpoch):
    """An epoch of a plan with one class a row.

    >>> from skbalance._draws.plan import Plan
    >>> plan = Plan(np.array([1, 3]), np.array([2, 2]), seed=0, pool=np.array([2, 0, 1, 3]))
    >>> plan.epoch(0).rows(np.arange(4)).tolist().count(2)
    2
    """

    def __init__(self, plan, number):
        super().__init__(plan, number, plan.layout_of(number))
        self._border, self._deal = plan.border_of(number)

    @property
    def row_dtype(self):
        """The dtype of rows."""
        return self.plan.pool.dtype

    def rows_of(self, classes, nth, in_batches=False):
        """Rows of the ``nth`` draws of the classes, of which a single entry serves all.

        Batches take the draws of a class in another order, a new one in each epoch.
        """
        return gather(self.plan.pool, self.in_pool(classes, nth, in_batches))

    def in_pool(self, classes, nth, in_batches=False):
        """Where in the pool the rows of the ``nth`` draws of the classes are."""
        if self.plan.replacement:
            # 53 bits are enough for the largest class.
            n = gather(self.plan.class_counts, classes)
            ordinals = (self.uniform(classes, nth) * n).astype(np.intp)
            return gather(self.plan.pool_starts, classes) + ordinals
        n = gather(self.plan.sizes, classes)
        in_lap = nth - nth // n * n
        if self._circles.is_small:
            in_lap += gather(self._starts_in_order, classes)
            return gather(self._order_in_batches if in_batches else self._order, in_lap)
        if in_batches:
            in_lap = self._reordered(classes, in_lap)
        border = gather(self._borders, classes)
        wraps = in_lap >= n - border
        in_lap += border
        # Words wrap, so this is right also where the sum did not fit into a word.
        in_lap -= n * wraps
        ordinals = self._circles(in_lap, classes)
        return gather(self.plan.pool_starts, classes) + ordinals.astype(np.intp)

    @cached_property
    def _order(self):
        """Where in the pool the draws of a lap find their rows, class after class.

        What `in_pool` finds draw by draw where there are too many to be sorted.
        """
        n, border, drawn = self.plan.class_counts, self._border, self._drawn
        # The places from the border on and, past the end of the circle, from its start.
        to_end = np.minimum(n - border, drawn)
        starts = _in_turn(self.plan.pool_starts + border, self.plan.pool_starts)
        return gather(self._circles.order, ranges(starts, _in_turn(to_end, drawn - to_end)))

    @cached_property
    def _order_in_batches(self):
        return gather(self._order, self._arcs.order)

    @cached_property
    def _starts_in_order(self):
        return (self._drawn.cumsum() - self._drawn).astype(self.plan.dtype)

    @cached_property
    def _drawn(self):
        """Rows of each class that the epoch draws."""
        return np.minimum(self.layout.quotas.astype(np.int64), self.plan.class_counts)

    def _reordered(self, classes, in_lap):
        """The draws of a lap in the order in which batches take them.

        Batches take successive draws of a class. On the circle these would be the same neighbours
        in every epoch. So in each lap the draws of the first arc, whose rows the epoch draws once
        more, change places among themselves, and so do the others: any n successive draws still
        take n different rows, and the rows that are drawn once more stay the same.
        """
        first_arc = gather(self._first_arc, classes)
        is_second = in_lap >= first_arc
        start_of_arc = first_arc * is_second
        in_lap -= start_of_arc
        arc = 2 * classes.astype(np.intp, copy=False) + is_second
        if len(classes) == 1 and is_second.all() == is_second.any():
            arc = arc[:1]  # one arc, so its domain and key are scalars
        in_lap = self._arcs(in_lap, arc)
        in_lap += start_of_arc
        return in_lap

    @cached_property
    def _borders(self):
        return self._border.astype(self.plan.dtype)

    @cached_property
    def _circles(self):
        deals = self._deal.astype(np.uint64)
        return Permutations(self.plan.sizes, derive(self.plan.seed, CIRCLES), deals)

    @cached_property
    def _first_arc(self):
        """Draws of each lap whose rows are drawn once more than the others."""
        return self.layout.quotas % self.plan.sizes

    @cached_property
    def _arcs(self):
        first = self._first_arc
        arcs = _in_turn(first, self._drawn.astype(first.dtype) - first)
        return Permutations(arcs, derive(self.plan.seed, ARCS, self.number), is_shuffled=True)

    def multiplicities(self, classes, ordinals):
        """How often this epoch draws the rows at the ordinals of the classes: the inverse of draws.

        The place of a row on the circle, and then how often the epoch's draws come round to it.
        """
        if self.plan.replacement:
            raise ValueError("draws with replacement cannot be inverted")
        n, border = gather(self.plan.sizes, classes), gather(self._borders, classes)
        place = self._circles.inverse(ordinals.astype(self.plan.dtype), classes)
        # Draws from the border to the place; words wrap, as above.
        is_before = place < border
        place -= border
        place += n * is_before
        times = np.subtract(gather(self.layout.quotas, classes) + n - 1, place, out=place)
        times //= n
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
        for start, stop in pieces(runs.starts, runs.ends, len(result)):
            run, nth = runs.stretch(start, stop)
            nth += gather(first, run).astype(nth.dtype)
            result[start:stop] = self.multiplicities(gather(classes, run), nth)
        return result


def _in_turn(first, second):
    """The entries of two arrays in turn."""
    return np.array([first, second]).ravel("F")
