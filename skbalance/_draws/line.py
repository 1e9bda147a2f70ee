"""Draws by weights of rows: systematic sampling, with an offset that turns by the golden ratio.

Rows lie side by side on a line, each as long as the draws that it is to have in an epoch. Slot k of
epoch e is the row at the point ``k + u``, where ``u = frac(u_0 + e * 0.618...)`` and u_0 comes from
the seed. So an epoch draws each row its length rounded down or up, and as these offsets fill the
unit interval as evenly as any sequence can, a row stays close to its length over many epochs, too.
Classes lie side by side, and within a class rows lie in a random order: else a periodic table and
the distance of the points could chime.

Lengths are whole numbers of ``2**-bits`` draws, so that no platform rounds in another way.

References: Madow, "On the theory of systematic sampling, II", Annals of Mathematical Statistics 20,
1949 (unequal weights); Niederreiter, "Random number generation and quasi-Monte Carlo methods", SIAM
1992, chapter 3 (multiples of the golden ratio modulo 1).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from skbalance._arrays import gather, pieces
from skbalance._checks import check_epoch
from skbalance._draws.epoch import AnyEpoch, uniform
from skbalance._draws.keys import BOOTSTRAP, GOLDEN64, LINE, OFFSET, WITHIN_CLASSES, Key, derive
from skbalance._draws.layout import Layout, Runs
from skbalance._draws.permutation import Domain, permute, pick
from skbalance._draws.quotas import rounded

# Points of the line stay below 2**POINT_BITS, so that sums of two fit into signed words.
POINT_BITS = 62

# Lines that are kept: asking for a state or a length looks one epoch back and one ahead.
N_REMEMBERED = 3


class Weights(NamedTuple):
    """What rows weigh in an epoch, and how many of them are drawn.

    ``pool`` holds the rows of weight above 0, class after class, each class in row order;
    ``class_counts`` says how many each class has, ``shares`` which part of the draws it gets.
    ``values`` are weights of all rows within their classes, by row, and ``sums`` those of classes;
    without values the rows of a class weigh the same.
    """

    pool: np.ndarray
    class_counts: np.ndarray
    sums: np.ndarray
    shares: np.ndarray
    n_samples: int
    values: np.ndarray | None = None


class Line:
    """Rows side by side, and which of them lies at a point.

    Attributes: ``rows`` in the order of the line, ``borders`` of the classes (n_classes + 1), and
    ``bits``, of which 2 to that power make one draw.

    >>> counts, values = np.array([2]), np.array([3.0, 1.0])
    >>> weights = Weights(np.arange(2), counts, np.array([4.0]), np.ones(1), 4, values)
    >>> line = Line(weights, seed=0)
    >>> draws = line.rows_at(np.arange(4, dtype=np.uint64) << line.bits)
    >>> sorted(draws.tolist())
    [0, 0, 0, 1]
    """

    def __init__(self, weights, seed):
        self.bits = POINT_BITS - weights.n_samples.bit_length()
        self.borders = _borders(weights.shares, weights.n_samples, self.bits)
        counts = weights.class_counts
        layout = Layout(counts, np.uint32 if counts.sum() < 2**32 else np.uint64)
        self.rows = _shuffled_pool(weights.pool, layout, seed)
        sums = _sums_so_far(self.rows, layout, weights)
        self._runs = Runs(_ends(sums, layout, self.borders), len(self.rows))

    def rows_at(self, points):
        """The rows that lie at the points."""
        return gather(self.rows, self._runs.holding(points))

    def points_before(self, ends, offset):
        """How many of the points offset, offset + 1 draw, offset + 2 draws, ... lie before ends."""
        one = 1 << self.bits
        return (np.maximum(ends, offset).astype(np.int64) - offset + (one - 1)) >> self.bits

    def multiplicities(self, offset):
        """How often the points from an offset on, a draw apart, hit each row of the line."""
        return np.diff(self.points_before(self._runs.ends, offset), prepend=0)


def _borders(shares, n_samples, bits):
    """Where on the line each class begins and, one more, where the last one ends."""
    lengths = np.rint(np.ldexp(rounded(shares * n_samples), bits)).astype(np.int64)
    lengths[np.argmax(lengths)] += (n_samples << bits) - lengths.sum()
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint64)


def _shuffled_pool(pool, layout, seed):
    """The rows of each class in an order that only the seed and the class decide."""
    dtype = layout.ends.dtype
    domains = Domain.of(np.maximum(layout.quotas, 1), dtype)
    classes = np.arange(len(layout.quotas), dtype=np.uint64)
    keys = Key.of(derive(seed, LINE, classes), dtype)
    rows = np.empty_like(pool)
    for start, stop in pieces(layout.starts, layout.ends, len(pool)):
        classes, nth = layout.draws(np.arange(start, stop, dtype=dtype))
        permute(nth, pick(domains, classes), pick(keys, classes))
        nth += gather(layout.starts, classes)
        rows[start:stop] = gather(pool, nth)
    return rows


def _sums_so_far(rows, layout, weights):
    """The sum of the weights of all rows up to each, where those of a class sum to about 1.

    Or to its number of rows, if they weigh the same. Sums are taken one by one, so they are the
    same everywhere.
    """
    sums, so_far = np.empty(len(rows)), 0.0
    for start, stop in pieces(layout.starts, layout.ends, len(rows)):
        if weights.values is None:
            here = np.ones(stop - start)
        else:
            classes, _ = layout.draws(np.arange(start, stop, dtype=layout.ends.dtype))
            here = gather(weights.values, rows[start:stop])
            here /= gather(weights.sums, classes)
        here[0] += so_far
        np.cumsum(here, out=sums[start:stop])
        so_far = sums[stop - 1]
    return sums


def _ends(sums, layout, borders):
    """Where on the line each row ends, between its class's borders; in place of the sums."""
    is_used = layout.quotas > 0
    last = layout.ends[is_used].astype(np.intp) - 1
    before, scale = np.zeros(len(is_used)), np.zeros(len(is_used))
    before[is_used] = np.concatenate([[0.0], sums[last[:-1]]])
    lengths = np.diff(borders)
    scale[is_used] = lengths[is_used] / (sums[last] - before[is_used])
    ends = sums.view(np.uint64)
    for start, stop in pieces(layout.starts, layout.ends, len(sums)):
        classes, _ = layout.draws(np.arange(start, stop, dtype=layout.ends.dtype))
        here = sums[start:stop] - gather(before, classes)
        here *= gather(scale, classes)
        here = np.minimum(np.rint(here, out=here).astype(np.uint64), gather(lengths, classes))
        np.add(here, gather(borders, classes), out=ends[start:stop])
    ends[last] = borders[1:][is_used]
    return ends


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
            own += f" {epoch} {_digest(self.told).hex()}"
        return blake2b(self._laid_in(epoch).digest + own.encode(), digest_size=16).hexdigest()

    @cached_property
    def dtype(self):
        """The narrowest words that hold every slot."""
        return np.dtype(np.uint32 if self.most_draws < 2**32 else np.uint64)

    def _laid_in(self, epoch):
        """What is known of an epoch's line."""
        key, known = epoch if self.varies else 0, self._known
        if key not in known:
            # A new dict, so that threads that draw at once see either the old or the new one.
            latest = list(known.items())[1 - N_REMEMBERED :]
            known = {**dict(latest), key: _Laid(self.weights_of(key), self.seed)}
            self.__dict__["_known"] = known
        return known[key]

    @cached_property
    def _known(self):
        return {}

    def __getstate__(self):
        # Lines are several times as large as what they are made of.
        return {name: value for name, value in self.__dict__.items() if name != "_known"}


class _Laid:
    """The weights of an epoch, and what follows from them, once it is asked for."""

    def __init__(self, weights, seed):
        self.weights = weights
        self._seed = seed

    @cached_property
    def line(self):
        return Line(self.weights, self._seed)

    @cached_property
    def digest(self):
        weights = self.weights
        arrays = weights.pool, weights.class_counts, self.line.borders, weights.values
        return _digest(array for array in arrays if array is not None)


def _digest(arrays):
    """A hash of arrays, the same on all platforms."""
    result = blake2b(digest_size=16)
    for array in arrays:
        little_endian = array.astype(array.dtype.newbyteorder("<"), copy=False)
        result.update(np.ascontiguousarray(little_endian).data)
    return result.digest()


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
        classes = np.arange(len(quotas), dtype=np.uint64)
        self._bootstrap_bits = derive(plan.seed, BOOTSTRAP, number, classes)
        self._classes = Domain.of(np.maximum(quotas, 1), plan.dtype)
        class_bits = derive(plan.seed, WITHIN_CLASSES, number, classes)
        self._class_keys = Key.of(class_bits, plan.dtype)

    @property
    def row_dtype(self):
        """The dtype of rows."""
        return self._line.rows.dtype

    def rows_of(self, classes, nth):
        """Rows of the ``nth`` draws of the classes, of which a single entry serves all."""
        if self.plan.replacement:
            return self._line.rows_at(self._random_points(classes, nth))
        slots = gather(self.layout.starts, classes) + nth
        points = slots.astype(np.uint64) << np.uint64(self._line.bits)
        points += np.uint64(self._offset)
        return self._line.rows_at(points)

    def shuffled(self, classes, nth):
        """Draws in the order in which batches take them: a new one in each epoch.

        Batches take successive draws of a class, which on the line are neighbours.
        """
        if self.plan.replacement:
            return nth
        own = nth.astype(self.plan.dtype)  # a copy, as they are permuted in place
        return permute(own, pick(self._classes, classes), pick(self._class_keys, classes))

    def multiplicities(self):
        """How often this epoch draws each row up to the last one that may be drawn: int64."""
        rows = self._line.rows
        if self.plan.replacement:
            return np.bincount(self.all_rows(), minlength=int(rows.max()) + 1)
        result = np.zeros(int(rows.max()) + 1, dtype=np.int64)
        result[rows] = self._line.multiplicities(self._offset)
        return result

    def _random_points(self, classes, nth):
        """A point anywhere in the class of each draw."""
        begins, lengths = self._line.borders[:-1], np.diff(self._line.borders)
        length = gather(lengths, classes)
        points = (uniform(self._bootstrap_bits, classes, nth) * length).astype(np.uint64)
        return np.minimum(points, length - np.uint64(1)) + gather(begins, classes)
