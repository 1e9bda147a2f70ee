"""Keyed permutations of several domains (classes, arcs, steps): tables if small, else mapped.

A table is sorted by keyed hashes: uniform as far as the hash is, and a fraction of the numpy calls.
What is large is mapped one element at a time (`permutation`), so that the first of a hundred
million rows is there at once.
"""

from functools import cached_property

import numpy as np

from skbalance._arrays import gather
from skbalance._draws.keys import derive, key_of, scramble, unscramble
from skbalance._draws.permutation import Domains, permute

# The most elements, of all domains together, that are sorted at once: up to there an epoch takes
# less time so, though its first batch, and each of its ranks, needs the whole table, some 10 ns an
# element. (Another limit is other rows: see STREAM_VERSION.)
MOST_SORTED = 2**17

# Bits that the numbers of classes and elements have together, at most, where words of 32 bits are
# sorted: then the hash of a number has eleven bits more than the number. With seven, elements that
# are a power of two apart would not come to lie at any distance from each other equally often.
MOST_BITS_OF_32 = 21

# The index of the domain, where there is but one.
ONLY = np.zeros(1, dtype=np.intp)


def are_few(n_elements):
    """Whether so many elements, or draws, are handled at once, in a table."""
    return n_elements <= MOST_SORTED


class Permutations:
    """A permutation of [0, n) for each of the sizes ``n``, which are those of classes, say.

    ``bits``, a 64-bit hash, fixes them all; ``deals``, a uint64 for each, gives a new one where it
    changes. Elements that are in random order already (``is_shuffled``) need fewer rounds.

    >>> shuffle = Permutations(np.array([6, 3], dtype=np.uint32), bits=0)
    >>> sorted(shuffle(np.arange(6, dtype=np.uint32), np.array([0])).tolist())
    [0, 1, 2, 3, 4, 5]
    """

    def __init__(self, n, bits, deals=None, is_shuffled=False):
        self._n = n
        self._bits = bits
        self._deals = deals
        self._is_shuffled = is_shuffled
        self.is_small = are_few(n.sum(dtype=np.uint64))

    def __call__(self, x, classes=ONLY):
        """Where the elements ``x`` of the classes go.

        ``x`` has the dtype of ``n``, each element lies below its class's size, and it may be
        overwritten. ``classes`` has one entry for each element, or one for all.
        """
        if self.is_small:
            return self._looked_up(self.order, x, classes)
        return permute(x, self._domains.at(classes), self._is_shuffled)

    def inverse(self, x, classes=ONLY):
        """Which elements of the classes go to ``x``: undoes the permutations.

        >>> shuffle = Permutations(np.array([6], dtype=np.uint32), bits=0)
        >>> shuffle.inverse(shuffle(np.arange(6, dtype=np.uint32))).tolist()
        [0, 1, 2, 3, 4, 5]
        """
        if self.is_small:
            return self._looked_up(self._inverse_order, x, classes)
        return permute(x, self._domains.at(classes), self._is_shuffled, inverse=True)

    def _looked_up(self, order, x, classes):
        starts = gather(self._starts, classes)
        return gather(order, starts + x) - starts

    @cached_property
    def _inverse_order(self):
        inverse = np.empty_like(self.order)
        inverse[self.order] = np.arange(len(inverse), dtype=inverse.dtype)
        return inverse

    @cached_property
    def order(self):
        """The elements of all classes, numbered throughout: each class by itself in random order.

        Numbers are scrambled, sorted behind the number of their class, and scrambled back.
        """
        n = self._n.astype(np.intp)
        n_elements, n_class_bits = int(n.sum()), (len(n) - 1).bit_length()
        is_narrow = n_class_bits + n_elements.bit_length() <= MOST_BITS_OF_32
        dtype = np.dtype(np.uint32 if is_narrow else np.uint64)
        n_bits = 8 * dtype.itemsize - n_class_bits
        even, odd = key_of(self._bits, dtype)
        if self._deals is not None:
            _, of_deals = key_of(derive(self._bits, self._deals), dtype)
            odd = of_deals.repeat(n)
        words = scramble(np.arange(n_elements, dtype=dtype), (even, odd), n_bits)
        if n_class_bits:
            words |= (np.arange(len(n), dtype=dtype) << n_bits).repeat(n)
        words.sort()
        return unscramble(words, (even, odd), n_bits).astype(self._n.dtype, copy=False)

    @cached_property
    def _starts(self):
        """Where each class begins in the tables."""
        return self._n.cumsum(dtype=self._n.dtype) - self._n

    @cached_property
    def _domains(self):
        classes = np.arange(len(self._n), dtype=np.uint64)
        deals = () if self._deals is None else (self._deals,)
        return Domains.of(self._n, derive(self._bits, classes, *deals))
