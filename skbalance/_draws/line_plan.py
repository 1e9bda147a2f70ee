"""The plan of all epochs, and one epoch of it, where rows are drawn by their weights.

`skbalance._draws.line` tells how.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from hashlib import blake2b

import numpy as np

from skbalance._arrays import gather
from skbalance._checks import check_epoch
from skbalance._draws.any_epoch import AnyEpoch
from skbalance._draws.keys import GOLDEN64, OFFSET, WITHIN_CLASSES, derive
from skbalance._draws.layout import Layout
from skbalance._draws.line import Line, Weights
from skbalance._draws.plan import digest, without
from skbalance._draws.shuffles import Permutations

# Lines that are kept: asking for a state or a length looks one epoch back and one ahead.
N_REMEMBERED = 3


@dataclass(frozen=True, eq=False)
class LinePlan:
    """All that the draws of all epochs depend on, where rows are drawn by their weights.

    ``weights_of`` is a function from epoch to `Weights`; unless ``varies``, they are the same in
    all epochs. ``most_draws`` bounds the draws of any epoch. ``told`` are arrays from which weights
    follow, for the fingerprint: where they vary, those of one epoch may hide another's.
    """

    weights_of: Callable[[int], Weights]
    seed: int
    most_draws: int
    replacement: bool = False
    varies: bool = False
    told: tuple[np.ndarray, ...] = ()

    def epoch(self, number):
        """The epoch of that number, checked."""
        return LineEpoch(self, check_epoch(number))

    def n_samples(self, epoch):
        """Draws in an epoch."""
        return self._laid_in(check_epoch(epoch)).weights.n_samples

    def quotas_of(self, epoch):
        """Draws of each class in an epoch."""
        return self.epoch(epoch).layout.quotas.astype(np.int64)

    def line_of(self, epoch):
        """The line of an epoch, and the point of its first slot."""
        line = self._laid_in(epoch).line
        # The golden ratio's first bits, as an odd number: so no offset comes back early.
        step = GOLDEN64 >> (64 - line.bits) | 1
        start = derive(self.seed, OFFSET) >> (64 - line.bits)
        return line, (start + epoch * step) % (1 << line.bits)

    def fingerprint(self, epoch):
        """A hash of all that the rows of an epoch depend on, so of the order of the rows, too."""
        # Draws, too: lines of twice as many are as long, in units of half as much.
        words = self.seed, self.replacement, self.dtype, self.n_samples(epoch)
        own = " ".join(map(str, words))
        if self.varies:
            own += f" {epoch} {digest('', *self.told).hex()}"
        return blake2b(self._laid_in(epoch).digest + own.encode(), digest_size=16).hexdigest()

    @cached_property
    def dtype(self):
        """The narrowest words that hold every slot."""
        return np.dtype(np.uint32 if self.most_draws < 2**32 else np.uint64)

    def _laid_in(self, epoch):
        """What is known of an epoch's line."""
        return self._lines(epoch if self.varies else 0)

    @cached_property
    def _lines(self):
        return lru_cache(N_REMEMBERED)(partial(_Laid, self.weights_of, self.seed))

    def __getstate__(self):
        # Lines are several times as large as what they are made of.
        return without(self.__dict__, "_lines")


class _Laid:
    """The weights of an epoch, and what follows from them, once it is asked for."""

    def __init__(self, weights_of, seed, epoch):
        self.weights = weights_of(epoch)
        self._seed = seed

    @cached_property
    def line(self):
        return Line(self.weights, self._seed)

    @cached_property
    def digest(self):
        weights = self.weights
        arrays = weights.pool, weights.class_counts, self.line.borders, weights.values
        return digest("", *(array for array in arrays if array is not None))


class LineEpoch(AnyEpoch):
    """An epoch of a plan by weights of rows.

    >>> counts, values = np.array([2]), np.array([3.0, 1.0])
    >>> weights = Weights(np.arange(2), counts, np.array([4.0]), np.ones(1), 4, values)
    >>> plan = LinePlan(lambda epoch: weights, seed=0, most_draws=4)
    >>> sorted(plan.epoch(0).all_rows().tolist())
    [0, 0, 0, 1]
    """

    def __init__(self, plan, number):
        self._line, self._offset = plan.line_of(number)
        quotas = np.diff(self._line.points_before(self._line.borders, self._offset))
        super().__init__(plan, number, Layout(quotas, plan.dtype))

    @property
    def row_dtype(self):
        """The dtype of rows."""
        return self._line.rows.dtype

    def rows_of(self, classes, nth, in_batches=False):
        """Rows of the ``nth`` draws of the classes, of which a single entry serves all.

        Batches take successive draws of a class, which on the line are neighbours: so they take
        them in another order, a new one in each epoch.
        """
        if self.plan.replacement:
            return self._line.rows_at(self._random_points(classes, nth))
        if in_batches:
            nth = self._within_classes(nth, classes)
        slots = gather(self.layout.starts, classes) + nth
        points = slots.astype(np.uint64) << np.uint64(self._line.bits)
        points += np.uint64(self._offset)
        return self._line.rows_at(points)

    def multiplicities(self):
        """How often this epoch draws each row up to the last one that may be drawn: int64."""
        rows = self._line.rows
        if self.plan.replacement:
            return np.bincount(self.all_rows(), minlength=int(rows.max()) + 1)
        result = np.zeros(int(rows.max()) + 1, dtype=np.int64)
        result[rows] = self._line.multiplicities(self._offset)
        return result

    @cached_property
    def _within_classes(self):
        bits = derive(self.plan.seed, WITHIN_CLASSES, self.number)
        return Permutations(self.layout.quotas, bits)

    def _random_points(self, classes, nth):
        """A point anywhere in the class of each draw."""
        begins, lengths = self._line.borders[:-1], np.diff(self._line.borders)
        length = gather(lengths, classes)
        points = (self.uniform(classes, nth) * length).astype(np.uint64)
        return np.minimum(points, length - np.uint64(1)) + gather(begins, classes)
