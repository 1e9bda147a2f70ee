"""Keyed permutations of several domains (classes, arcs, steps): tables if small, else mapped.

A table is sorted by keyed hashes: uniform as far as the hash is, and a fraction of the numpy calls.
What is large is mapped one element at a time (`permutation`), so that the first of a hundred
million rows is there at once.
"""

from functools import cached_property

import numpy as np

from skbalance._arrays import gather
from skbalance._draws.keys import Key, derive
from skbalance._draws.permutation import Domain, hash_words, permute, pick, unpermute

# The most elements that are sorted at once: of one domain, as sorting them takes no longer than
# mapping a first chunk; of several, as up to there a whole epoch takes less time, though its first
# batch waits for all of it, some 15 to 30 ns an element. (Other limits are other rows: see
# STREAM_VERSION.)
MOST_SORTED_OF_ONE = 2**14
MOST_SORTED = 2**17

# The index of the domain, where there is but one.
ONLY = np.zeros(1, dtype=np.intp)


def are_few(n_elements, n_classes):
    """Whether so many elements of so many classes are handled at once, in a table."""
    return n_elements <= (MOST_SORTED if n_classes > 1 else MOST_SORTED_OF_ONE)


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
        self._n_elements = int(n.sum(dtype=np.uint64))
        self.is_small = are_few(self._n_elements, len(n))

    def __call__(self, x, classes=ONLY):
        """Where the elements ``x`` of the classes go.

        ``x`` has the dtype of ``n``, each element lies below its class's size, and it may be
        overwritten. ``classes`` has one entry for each element, or one for all.
        """
        if self.is_small:
            return self._look_up(self.order, x, classes)
        domain, key = self._picked(classes)
        return permute(x, domain, key, self._is_shuffled)

    def inverse(self, x, classes=ONLY):
        """Which elements of the classes go to ``x``: undoes the permutations.

        >>> shuffle = Permutations(np.array([6], dtype=np.uint32), bits=0)
        >>> shuffle.inverse(shuffle(np.arange(6, dtype=np.uint32))).tolist()
        [0, 1, 2, 3, 4, 5]
        """
        if self.is_small:
            return self._look_up(self._inverse_order, x, classes)
        domain, key = self._picked(classes)
        return unpermute(x, domain, key, self._is_shuffled)

    @cached_property
    def order(self):
        """The table: where each element goes, both numbered through all classes.

        For few elements only. Words of the class, a hash and the number of the element are sorted.
        """
        n = self._n.astype(np.intp)
        numbers = np.arange(self._n_elements, dtype=np.uint32)
        key = Key.of(self._bits, np.uint32)
        if self._deals is not None:
            of_deals = Key.of(derive(self._bits, self._deals), np.uint32)
            key = key._replace(odd=of_deals.odd.repeat(n))
        hashes = hash_words(numbers, key)
        n_number_bits, n_class_bits = (len(numbers) - 1).bit_length(), (len(n) - 1).bit_length()
        # The low bits of the hash give way to the class and the number: some 30 of 32 are left.
        hashes >>= max(0, n_class_bits + 32 + n_number_bits - 64)
        words = hashes.astype(np.uint64)
        words <<= n_number_bits
        words |= numbers
        if n_class_bits:
            classes = np.arange(len(n), dtype=np.uint64) << (64 - n_class_bits)
            words |= classes.repeat(n)
        words.sort()
        words &= np.uint64(2**n_number_bits - 1)
        return words.view(np.int64)

    @cached_property
    def _inverse_order(self):
        inverse = np.empty_like(self.order)
        inverse[self.order] = np.arange(len(inverse))
        return inverse

    @cached_property
    def _starts(self):
        """Where each class begins in a table of all."""
        n = self._n.astype(np.intp)
        return n.cumsum() - n

    def _look_up(self, order, x, classes):
        if len(self._n) == 1:
            return gather(order, x).astype(x.dtype)
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
