"""Keyed permutations of [0, n) that map one element at a time, and their inverses.

A small domain is shuffled by the transpositions of Fisher and Yates, followed for one element at a
time: exactly uniform, as far as the hash is. A larger one goes through a generalised Feistel
network on a rectangle of at least ``n`` elements. Row and column change in turn by a hash of the
other: the row by addition modulo the number of rows, the column by exclusive or. There are
``2**column_bits`` columns, so that splitting an element needs no division, and between half and
twice as many rows. What lands past ``n`` goes round again ("cycle walking").

Everything is elementwise unsigned arithmetic that wraps. uint32 serves domains below 2**32, uint64
those below 2**63.

References: Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002; Durstenfeld,
"Algorithm 235: random permutation", Communications of the ACM, 1964.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from skbalance._arrays import gather


class _Word(NamedTuple):
    """The constants of one width of words: bits, half of them, one; the hash's shift and factors.

    Arrays without an axis: with each of them a numpy call starts about 100 ns sooner than with a
    Python int, and a chunk takes some 40 calls.
    """

    bits: np.ndarray
    half: np.ndarray
    one: np.ndarray
    shift: np.ndarray
    first: np.ndarray
    second: np.ndarray

    @classmethod
    def of(cls, dtype, *constants):
        return cls(*(np.array(constant, dtype=dtype) for constant in constants))


_WORDS = {
    np.dtype(np.uint32): _Word.of(np.uint32, 32, 16, 1, 15, 0x9E3779B1, 0x85EBCA6B),
    np.dtype(np.uint64): _Word.of(np.uint64, 64, 32, 1, 31, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB),
}


class Domain(NamedTuple):
    """Sizes ``n`` and the rectangles that hold them.

    Unsigned arrays of one dtype, with a single entry or with one for each element.
    """

    n: np.ndarray
    n_rows: np.ndarray
    column_bits: np.ndarray

    @classmethod
    def of(cls, n, dtype):
        """Domains of the given sizes.

        >>> [words.tolist() for words in Domain.of([7, 10_000_000], np.uint32)]
        [[7, 10000000], [4, 2442], [1, 12]]
        """
        n = np.atleast_1d(np.asarray(n)).astype(dtype)
        largest = n - (n > 0)  # an empty domain has no elements, so any rectangle will do
        _, n_bits = np.frexp(largest.astype(np.float64))
        column_bits = (n_bits // 2).astype(dtype)
        return cls(n, (largest >> column_bits) + 1, column_bits)


def pick(arrays, index):
    """The entries at ``index`` of a Domain or Key; a single entry serves every index."""
    return type(arrays)(*(array if array.size == 1 else gather(array, index) for array in arrays))


def _scalars(arrays):
    """A Domain or Key whose single entries have no axis, so that numpy need not stretch them."""
    return type(arrays)(*(array.reshape(()) if array.size == 1 else array for array in arrays))


def permute(x, domain, key, is_shuffled=False):
    """Replace each element of ``x`` by where it goes, in place, and return ``x``.

    ``x``, an array of unsigned words, is below ``domain.n``. ``domain`` and ``key`` have a single
    entry, or one for each element. What ``is_shuffled`` already, by another key, is shuffled
    anew in fewer rounds.

    >>> from skbalance._draws.keys import Key, derive
    >>> x = np.arange(6, dtype=np.uint32)
    >>> sorted(permute(x, Domain.of(6, x.dtype), Key.of(derive(0), x.dtype)).tolist())
    [0, 1, 2, 3, 4, 5]
    """
    return _by_size(x, domain, key, _ANEW if is_shuffled else _METHODS, inverse=False)


def unpermute(x, domain, key, is_shuffled=False):
    """Undo `permute`, in place, and return ``x``.

    >>> from skbalance._draws.keys import Key, derive
    >>> x = np.arange(6, dtype=np.uint32)
    >>> domain, key = Domain.of(6, x.dtype), Key.of(derive(0), x.dtype)
    >>> unpermute(permute(x, domain, key), domain, key).tolist()
    [0, 1, 2, 3, 4, 5]
    """
    return _by_size(x, domain, key, _ANEW if is_shuffled else _METHODS, inverse=True)


def hash_words(x, key):
    """Keyed hashes of words, distinct for distinct words of one key.

    All their bits are good, also where only a few of the words' bits vary.

    >>> from skbalance._draws.keys import Key
    >>> key = Key.of(7, np.uint32)
    >>> len(set(hash_words(np.arange(1000, dtype=np.uint32), key).tolist()))
    1000
    """
    word = _WORDS[x.dtype]
    h = x ^ key.even
    h *= word.first
    h ^= h >> word.shift
    h ^= key.odd
    h *= word.second
    h ^= h >> word.shift
    h *= word.first
    h ^= h >> word.shift
    return h


def _by_size(x, domain, key, methods, inverse):
    """Hand each element to the method that suits the size of its domain."""
    smallest, largest = domain.n.min(), domain.n.max()
    above = 0
    for up_to, method in methods:
        if above < smallest and largest <= up_to:
            method(x, domain, key, inverse)
            break
        here = np.flatnonzero((domain.n > above) & (domain.n <= up_to))
        if here.size:
            _at(here, method, x, domain, key, inverse)
        above = up_to
    return x


def _at(index, method, x, domain, key, inverse):
    """Apply a method to the elements at the indices alone."""
    part = gather(x, index)
    method(part, pick(domain, index), pick(key, index), inverse)
    x[index] = part


def _trace(x, domain, key, inverse):
    """Follow elements through the transpositions of a Fisher-Yates shuffle, in single bytes.

    Step j exchanges places j and a random one up to j.
    """
    word = _WORDS[x.dtype]
    hashes, scratch = np.empty_like(key.even), np.empty_like(key.even)
    place, n = x.astype(np.uint8), domain.n.astype(np.uint8)
    steps = range(1, int(n.max()))
    for j in reversed(steps) if inverse else steps:
        # The hash of the key alone: the place that j changes with is the same for all elements.
        _hash(key.even, key.odd * j, word, hashes, scratch)
        _scale(hashes, j + 1, word)
        other = hashes.astype(np.uint8)
        moves = ((place == j) | (place == other)) & (n > j)
        other ^= j
        place ^= other * moves.view(np.uint8)
    x[...] = place


def _walk(x, domain, key, inverse, rounds):
    """The Feistel network, in place, and again for the few that it sends past the domain's end."""
    _feistel(x, domain, key, inverse, rounds)
    outside = np.flatnonzero(x >= domain.n)
    if outside.size:
        _at(outside, partial(_walk, rounds=rounds), x, domain, key, inverse)


def _feistel(x, domain, key, inverse, rounds):
    """Change each side of the rectangle in turn by a hash of the other, or take that back."""
    word = _WORDS[x.dtype]
    domain, key = _scalars(domain), _scalars(key)
    left, (right, change, scratch) = x, np.empty((3, len(x)), x.dtype)  # left is x, in place
    np.bitwise_and(x, (word.one << domain.column_bits) - word.one, out=right)
    left >>= domain.column_bits
    salts = np.arange(rounds, dtype=x.dtype) * word.first
    for j in reversed(range(rounds)) if inverse else range(rounds):
        if j % 2:
            _hash(left, key.odd ^ salts[j], word, change, scratch)
            change >>= word.bits - domain.column_bits
            right ^= change
        else:
            _hash(right, key.even ^ salts[j], word, change, scratch)
            _scale(change, domain.n_rows, word)
            _add_modulo(left, change, domain.n_rows, inverse, scratch)
    left <<= domain.column_bits
    left |= right


def _hash(x, key, word, out, scratch):
    """Fill ``out`` with hashes of ``x``, whose upper bits are the good ones."""
    np.bitwise_xor(key, x, out=out)
    out *= word.first
    np.right_shift(out, word.shift, out=scratch)
    out ^= scratch
    out *= word.second


def _scale(hashes, bound, word):
    """Turn hashes into numbers below the bound, without a division."""
    hashes >>= word.half
    hashes *= bound
    hashes >>= word.half


def _add_modulo(x, change, bound, inverse, scratch):
    """Add ``change`` to ``x``, or subtract it, modulo the bound; both lie below it.

    Of x and x -+ bound the one out of range wraps far up, so the smaller one is right: as long as
    the bound, here the side of a rectangle, has fewer than half the words' bits plus one.
    """
    if inverse:
        x -= change
        np.add(x, bound, out=scratch)
    else:
        x += change
        np.subtract(x, bound, out=scratch)
    np.minimum(x, scratch, out=x)


# Measured with 4,000,000 keys on single positions and pairs of positions: 12 rounds show no bias
# from 17 rows on, 6 rounds none from 1024 on. Fisher-Yates takes n - 1 steps, so up to about 16
# rows it is also the cheapest. (Other methods are other rows: see STREAM_VERSION.)
_METHODS = ((16, _trace), (1023, partial(_walk, rounds=12)), (2**63, partial(_walk, rounds=6)))

# What is in random order already needs fewer rounds. Measured with 40,000 keys: places come to be
# neighbours in two shuffles as often as by chance, within 1%. With 3 rounds among 1024 elements it
# was 3% more often, so 3 rounds begin at 4096.
_ANEW = ((16, _trace), (4095, partial(_walk, rounds=6)), (2**63, partial(_walk, rounds=3)))
