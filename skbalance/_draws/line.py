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

from typing import NamedTuple

import numpy as np

from skbalance._arrays import gather, pieces
from skbalance._draws.keys import LINE, derive
from skbalance._draws.layout import Layout, Runs
from skbalance._draws.quotas import rounded
from skbalance._draws.shuffles import Permutations

# Points of the line stay below 2**POINT_BITS, so that sums of two fit into signed words.
POINT_BITS = 62


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
    """The rows of each class in a random order, fixed by the seed and the sizes of the classes."""
    shuffle = Permutations(layout.quotas, derive(seed, LINE))
    rows = np.empty_like(pool)
    for start, stop in pieces(layout.starts, layout.ends, len(pool)):
        classes, nth = layout.stretch(start, stop)
        nth = shuffle(nth, classes)
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
            classes, _ = layout.stretch(start, stop)
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
        classes, _ = layout.stretch(start, stop)
        here = sums[start:stop] - gather(before, classes)
        here *= gather(scale, classes)
        here = np.minimum(np.rint(here, out=here).astype(np.uint64), gather(lengths, classes))
        np.add(here, gather(borders, classes), out=ends[start:stop])
    ends[last] = borders[1:][is_used]
    return ends
