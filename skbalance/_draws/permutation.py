"""Keyed permutations of [0, n) that map one element at a time, and their inverses.

An element goes through a generalised Feistel network on a rectangle of at least ``n`` elements. Row
and column change in turn by a hash of the other: the row by addition modulo the number of rows, the
column by exclusive or. There are ``2**column_bits`` columns, so that splitting an element needs no
division, and between half and twice as many rows. What lands past ``n`` goes round again ("cycle
walking").

Everything is elementwise unsigned arithmetic that wraps. uint32 serves domains below 2**32, uint64
those below 2**63.

Reference: Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002.
"""

from collections import namedtuple
from typing import NamedTuple

import numpy as np

from skbalance._arrays import gather
from skbalance._draws.keys import FACTORS, key_of

# The constants of each width of words: its bits, half of them, one; the hash's shift and factors.
# Arrays without an axis: with each of them a numpy call starts about 100 ns sooner than with a
# Python int, and a chunk takes some 40 calls.
_Word = namedtuple("_Word", "bits half one shift first second")
_WORDS = {
    dtype: _Word(*(np.array(n, dtype) for n in (bits, bits // 2, 1, shift)), *FACTORS[dtype][:2])
    for dtype, bits, shift in ((np.dtype(np.uint32), 32, 15), (np.dtype(np.uint64), 64, 31))
}

# Rounds of the network, up to a size of domain. Each two of them bring the places of a pair of
# elements nearer to chance by a factor that grows with the number of columns, so small domains need
# more. With these, if hashes were random numbers, pairs would be within a total variation distance
# of 0.0014 from chance. (Other rounds are other rows: see STREAM_VERSION.)
_ROUNDS = ((16, 20), (1023, 12), (2**63, 6))

# What is in random order already needs fewer. Measured with 40,000 keys: places come to be
# neighbours in two shuffles as often as by chance, within 1%. With 3 rounds among 1024 elements it
# was 3% more often, so 3 rounds begin at 4096.
_ROUNDS_ANEW = ((16, 16), (4095, 6), (2**63, 3))


class Domains(NamedTuple):
    """Sizes ``n``, the rectangles that hold them, and the two words of their keys.

    Unsigned arrays of one dtype, with a single entry or with one for each element.
    """

    n: np.ndarray
    n_rows: np.ndarray
    column_bits: np.ndarray
    even: np.ndarray
    odd: np.ndarray

    @classmethod
    def of(cls, n, bits):
        """Domains of the sizes ``n``, an array of words, with keys from 64-bit hashes.

        >>> domains = Domains.of(np.array([7, 10_000_000], dtype=np.uint32), bits=0)
        >>> domains.n_rows.tolist(), domains.column_bits.tolist()
        ([4, 2442], [1, 12])
        """
        largest = n - (n > 0)  # an empty domain has no elements, so any rectangle will do
        _, n_bits = np.frexp(largest.astype(np.float64))
        column_bits = (n_bits // 2).astype(n.dtype)
        return cls(n, (largest >> column_bits) + 1, column_bits, *key_of(bits, n.dtype))

    def at(self, index):
        """The domains at the indices; a single entry serves every index."""
        return Domains(*(array if array.size == 1 else gather(array, index) for array in self))


def permute(x, domains, is_shuffled=False, inverse=False):
    """Replace each element of ``x`` by where it goes, or came from, in place, and return ``x``.

    ``x``, an array of unsigned words, is below ``domains.n``. Of the domains there is a single one,
    or one for each element. What ``is_shuffled`` already, by another key, takes fewer rounds.

    >>> domains = Domains.of(np.array([6], dtype=np.uint32), bits=7)
    >>> x = permute(np.arange(6, dtype=np.uint32), domains)
    >>> sorted(x.tolist()), permute(x, domains, inverse=True).tolist()
    ([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5])
    """
    smallest, largest = domains.n.min(), domains.n.max()
    above = 0
    for up_to, n_rounds in _ROUNDS_ANEW if is_shuffled else _ROUNDS:
        rounds = range(n_rounds)[::-1] if inverse else range(n_rounds)
        if above < smallest and largest <= up_to:
            _walk(x, domains, rounds, inverse)
            break
        _walk_at((domains.n > above) & (domains.n <= up_to), x, domains, rounds, inverse)
        above = up_to
    return x


def _walk(x, domains, rounds, inverse):
    """The Feistel network, in place, and again for the few that it sends past the domain's end."""
    _feistel(x, domains, rounds, inverse)
    _walk_at(x >= domains.n, x, domains, rounds, inverse)


def _walk_at(here, x, domains, rounds, inverse):
    """The same for the elements where the mask is true alone."""
    index = here.nonzero()[0]
    if index.size:
        part = gather(x, index)
        _walk(part, domains.at(index), rounds, inverse)
        x[index] = part


def _feistel(x, domains, rounds, inverse):
    """Change each side of the rectangle in turn by a hash of the other, or take that back."""
    word = _WORDS[x.dtype]
    # Single entries without an axis, so that numpy need not stretch them.
    _, n_rows, column_bits, even, odd = (
        array.reshape(()) if array.size == 1 else array for array in domains
    )
    left, (right, change, scratch) = x, np.empty((3, len(x)), x.dtype)  # left is x, in place
    np.bitwise_and(x, (word.one << column_bits) - word.one, out=right)
    left >>= column_bits
    salts = np.arange(len(rounds), dtype=x.dtype) * word.first
    for j in rounds:
        if j % 2:
            _hash(left, odd ^ salts[j], word, change, scratch)
            change >>= word.bits - column_bits
            right ^= change
        else:
            _hash(right, even ^ salts[j], word, change, scratch)
            # Hashes to numbers below the bound, without a division.
            change >>= word.half
            change *= n_rows
            change >>= word.half
            _add_modulo(left, change, n_rows, inverse, scratch)
    left <<= column_bits
    left |= right


def _hash(x, key, word, out, scratch):
    """Fill ``out`` with hashes of ``x``, whose upper bits are the good ones."""
    np.bitwise_xor(key, x, out=out)
    out *= word.first
    np.right_shift(out, word.shift, out=scratch)
    out ^= scratch
    out *= word.second


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
