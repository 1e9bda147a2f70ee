"""Keyed permutations of the elements of many classes, few of them sorted at once.

What is small is put in order by keyed hashes, class by class: uniform as far as the hash is, and a
fraction of the numpy calls. What is large is mapped one element at a time (`permutation`), so that
the first of a hundred million rows is there at once.
"""

from functools import cached_property
from itertools import pairwise

import numpy as np

from skbalance._arrays import gather
from skbalance._draws.keys import Key, derive
from skbalance._draws.permutation import Domain, hash_words, permute, pick, unpermute

# The most elements that are sorted at once: of one class, as sorting them takes no longer than
# mapping a first chunk; of several, as up to there a whole epoch takes less time, though its first
# batch waits for all of it, some 25 to 45 ns an element. (Other limits are other rows: see
# STREAM_VERSION.)
MOST_SORTED_OF_ONE = 2**14
MOST_SORTED = 2**17

# About so many elements are sorted together, so that all their words stay in the cache.
TOGETHER = 2**14

# The class of all elements, where there is one.
ONLY = np.zeros(1, dtype=np.intp)


def are_few(n_elements, n_classes):
    """Whether so many elements of so many classes are sorted at once."""
    return n_elements <= (MOST_SORTED if n_classes > 1 else MOST_SORTED_OF_ONE)


class Permutations:
    """A permutation of [0, n) for each class, by the sizes n and a hash of what they are for.

    ``deals``, words, tell permutations of a class apart where it gets one after the other. Few
    elements in all are put in order at once, which takes a fraction of the numpy calls; more are
    mapped one at a time.

    >>> shuffle = Permutations(np.array([6, 3], dtype=np.uint32), bits=0)
    >>> sorted(shuffle(np.arange(6, dtype=np.uint32), np.array([0])).tolist())
    [0, 1, 2, 3, 4, 5]
    """

    def __init__(self, n, bits, deals=None):
        self._n = n
        self._bits = bits
        self._deals = deals
        self.is_small = are_few(n.sum(dtype=np.uint64), len(n))

    def __call__(self, x, classes=ONLY):
        """Where the elements ``x`` of the classes go, of which a single entry serves all.

        ``x``, words of the dtype of ``n`` and below it, may be overwritten.
        """
        if self.is_small:
            return self._look_up(self._order, x, classes)
        return permute(x, *self._picked(classes))

    def inverse(self, x, classes=ONLY):
        """Which elements of the classes go to ``x``: undoes the permutations.

        >>> shuffle = Permutations(np.array([6], dtype=np.uint32), bits=0)
        >>> shuffle.inverse(shuffle(np.arange(6, dtype=np.uint32))).tolist()
        [0, 1, 2, 3, 4, 5]
        """
        if self.is_small:
            return self._look_up(self._inverse_order, x, classes)
        return unpermute(x, *self._picked(classes))

    def order_of(self, classes):
        """Where the elements of a slice of classes go, one class after the other.

        They are numbered from the first of these classes on.
        """
        n, start = self._n[classes].astype(np.intp), self._starts[classes.start]
        even, odd = Key.of(self._bits, np.uint32)
        if self._deals is not None:
            _, odd = Key.of(derive(self._bits, self._deals[classes]), np.uint32)
            odd = odd.repeat(n)
        hashes = hash_words(np.arange(start, start + n.sum(), dtype=np.uint32), Key(even, odd))
        # Words of 16 bits, which numpy sorts by radix, ten times as fast as longer ones.
        numbers = np.arange(len(n), dtype=np.min_scalar_type(len(n) - 1))
        low, high = hashes.astype(np.uint16), (hashes >> 16).astype(np.uint16)
        return np.lexsort((low, high, numbers.repeat(n)))

    @cached_property
    def _order(self):
        return in_order(self._n.astype(np.intp), self.order_of)

    @cached_property
    def _inverse_order(self):
        order = in_order(self._n.astype(np.intp), self.order_of)
        inverse = np.empty_like(order)
        inverse[order] = np.arange(len(order))
        return inverse

    @cached_property
    def _starts(self):
        """Where each class begins in a table of all."""
        n = self._n.astype(np.intp)
        return n.cumsum() - n

    def _look_up(self, order, x, classes):
        starts = gather(self._starts, classes)
        return (gather(order, x.astype(np.intp) + starts) - starts).astype(x.dtype)

    def _picked(self, classes):
        return pick(self._domain, classes), pick(self._keys, classes)

    @cached_property
    def _domain(self):
        return Domain.of(self._n, self._n.dtype)

    @cached_property
    def _keys(self):
        classes = np.arange(len(self._n), dtype=np.uint64)
        deals = () if self._deals is None else (self._deals,)
        return Key.of(derive(self._bits, classes, *deals), self._n.dtype)


def in_order(n, order_of):
    """The orders of all classes of ``n`` elements, one after the other, in a table of all.

    ``order_of`` gives those of a slice of classes, numbered from the first of them on.
    """
    starts = n.cumsum() - n
    return np.concatenate([order_of(classes) + starts[classes.start] for classes in _together(n)])


def _together(n):
    """Slices of classes of ``n`` elements: of about as many as stay in the cache, or of one class.

    >>> _together(np.array([10_000, 10_000, 10_000]))
    [slice(0, 2, None), slice(2, 3, None)]
    """
    ends = n.cumsum()
    if ends[-1] <= TOGETHER:
        return [slice(0, len(n))]
    last = ends.searchsorted(np.arange(TOGETHER, ends[-1], TOGETHER, dtype=ends.dtype))
    return [slice(*pair) for pair in pairwise(sorted({0, *(last + 1).tolist(), len(n)}))]
