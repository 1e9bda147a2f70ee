"""What lies side by side: runs and the points in them, the slots of an epoch class after class."""

from functools import cached_property

import numpy as np

from skbalance._arrays import gather, slices

# Points that are this many runs beyond the start of their bucket are looked up by bisection.
MOST_STEPS = 8


class Runs:
    """Runs side by side from 0 on, known by their ends: which of them holds a point.

    A table has the first run of every 2**shift points, a bucket; from there it is a step or two.

    >>> Runs(np.array([2, 5], dtype=np.uint32), n_buckets=4).holding(np.array([1, 2, 4])).tolist()
    [0, 1, 1]
    """

    def __init__(self, ends, n_buckets):
        self.ends = ends
        self._shift = max(0, (int(ends[-1]) - 1).bit_length() - n_buckets.bit_length() + 1)
        self._first = np.empty(-(-int(ends[-1]) >> self._shift), np.min_scalar_type(len(ends)))
        filled = 0
        for here in slices(len(ends)):
            # Buckets that start in the runs so far: ends over 2**shift, rounded up.
            started = -(-ends[here].astype(np.int64) >> self._shift)
            numbers = np.arange(here.start, here.start + len(started), dtype=self._first.dtype)
            self._first[filled : started[-1]] = np.repeat(numbers, np.diff(started, prepend=filled))
            filled = started[-1]

    def holding(self, points):
        """Index of the run that holds each point, as intp."""
        found = gather(self._first, points >> self._shift).astype(np.intp)
        if self._shift == 0:
            return found
        beyond = np.flatnonzero(points >= gather(self.ends, found))
        points, runs = gather(points, beyond), gather(found, beyond)
        for _ in range(MOST_STEPS):
            runs += 1
            found[beyond] = runs
            still = np.flatnonzero(points >= gather(self.ends, runs))
            if not still.size:
                return found
            beyond, points, runs = gather(beyond, still), gather(points, still), gather(runs, still)
        found[beyond] = np.searchsorted(self.ends, points, side="right")
        return found


class Layout:
    """Which slots of an epoch belong to which class: runs as long as the quotas, class by class."""

    def __init__(self, quotas, dtype):
        self.quotas = quotas.astype(dtype)
        self.ends = quotas.cumsum().astype(dtype)
        self.n_samples = int(self.ends[-1])
        self.starts = self.ends - self.quotas

    @cached_property
    def _runs(self):
        # Few of so many buckets hold slots of two classes.
        return Runs(self.ends, min(max(2**12, 64 * len(self.ends)), 2**20))

    def class_of(self, slots):
        """Index of the class whose run holds each slot.

        >>> Layout(np.array([2, 3]), np.uint32).class_of(np.arange(5, dtype=np.uint32)).tolist()
        [0, 0, 1, 1, 1]
        """
        return self._runs.holding(slots)

    def stretch(self, start, stop):
        """As `draws`, of the slots from ``start`` to ``stop``.

        >>> classes, nth = Layout(np.array([2, 3]), np.uint32).stretch(1, 4)
        >>> classes.tolist(), nth.tolist()
        ([0, 1, 1], [1, 0, 1])
        """
        bounds = np.array([start, stop - 1], dtype=self.ends.dtype)
        first, last = self.ends.searchsorted(bounds, side="right").tolist()
        classes = np.arange(first, last + 1)
        if last > first:
            lengths = self.quotas[first : last + 1].astype(np.intp)
            lengths[0] = self.ends[first] - start
            lengths[-1] = stop - self.starts[last]
            classes = classes.repeat(lengths)
        nth = np.arange(start, stop, dtype=self.ends.dtype)
        nth -= gather(self.starts, classes)
        return classes, nth

    def draws(self, slots):
        """Class at each slot, and which draw of its class it is, from 0; overwrites ``slots``.

        If all slots belong to one class, ``classes`` has a single entry, which callers broadcast:
        numpy then works with scalars, which makes long runs cheap.

        >>> classes, nth = Layout(np.array([2, 3]), np.uint32).draws(np.array([2, 4], np.uint32))
        >>> classes.tolist(), nth.tolist()
        ([1], [0, 2])
        """
        first, last = np.searchsorted(self.ends, [slots.min(), slots.max()], side="right")
        classes = np.array([first]) if first == last else self.class_of(slots)
        slots -= gather(self.starts, classes)
        return classes, slots
