"""Keys: what fixes a permutation or an order, hashed from the seed and from what it is for.

Hashed, never added: with ``seed + epoch``, epoch 5 of seed 0 would be epoch 0 of seed 5.
"""

from functools import lru_cache

import numpy as np

# Raise this with whatever changes the rows of a seed, which `tests/test_golden.py` tells: states of
# earlier versions would go on with other rows, and are refused by it.
STREAM_VERSION = 7

# What a key is for.
(
    SLOTS,
    CIRCLES,
    ARCS,
    BOOTSTRAP,
    BATCHES,
    WITHIN_BATCHES,
    LINE,
    OFFSET,
    WITHIN_CLASSES,
) = range(9)

MASK64 = 2**64 - 1
GOLDEN64 = 0x9E3779B97F4A7C15

# The constants of `mix64`, for ints and, as arrays without an axis, for words: converting a Python
# int takes numpy longer than small arithmetic.
_MIX64 = 30, 0xBF58476D1CE4E5B9, 27, 0x94D049BB133111EB, 31
_MIX64_WORDS = tuple(np.array(constant, dtype=np.uint64) for constant in _MIX64)


def _with_inverses(dtype, *factors):
    inverses = (pow(factor, -1, 256**dtype.itemsize) for factor in factors)
    return tuple(np.array(factor, dtype) for factor in (*factors, *inverses))


# Two odd factors of hashes, by the width of words, and what undoes them.
FACTORS = {
    dtype: _with_inverses(dtype, *factors)
    for dtype, factors in {
        np.dtype(np.uint32): (0x9E3779B1, 0x85EBCA6B),
        np.dtype(np.uint64): _MIX64[1::2],
    }.items()
}


def key_of(bits, dtype):
    """The two words that fix a permutation, from 64-bit hashes: an int, or a uint64 array.

    Each word is an array with an entry for each hash.

    >>> key_of(5 << 32 | 3, np.uint32)
    (array([3], dtype=uint32), array([5], dtype=uint32))
    """
    bits = np.asarray(bits, dtype=np.uint64).reshape(-1)
    high = bits >> 32 if dtype == np.uint32 else mix64(bits ^ GOLDEN64)
    return bits.astype(dtype), high.astype(dtype)


def mix64(x):
    """A bijection of 64-bit words, in which every bit of ``x`` reaches every bit of the result.

    ``x`` is an int or a uint64 array. Source: the finaliser of Steele, Lea and Flood, "Fast
    splittable pseudorandom number generators", OOPSLA 2014.

    >>> hex(mix64(1))
    '0x5692161d100b05e5'
    """
    is_int = isinstance(x, int)  # which does not wrap, as words do
    first_shift, first, second_shift, second, last_shift = _MIX64 if is_int else _MIX64_WORDS
    x = (x ^ (x >> first_shift)) * first
    x = x & MASK64 if is_int else x
    x = (x ^ (x >> second_shift)) * second
    x = x & MASK64 if is_int else x
    return x ^ (x >> last_shift)


def derive(seed, *words):
    """A 64-bit hash of a seed and of words that say what it is for.

    Words lie below 2**64 and are ints or uint64 arrays; with an array among them the hash is one.
    They are hashed one by one, so that their order counts.

    >>> derive(0, 5) == derive(5, 0)
    False
    """
    state = mix64(len(words) + 1)
    for word in (seed, *words):
        state = mix64((state + GOLDEN64 & MASK64) ^ word)
    return state


def scramble(x, key, n_bits):
    """Keyed hashes of words below ``2**n_bits``, distinct for distinct words, in place of them.

    Their upper bits are the good ones. How many more there must be than bits that vary in the words
    depends on the use: see `MOST_BITS_OF_32` in `skbalance._draws.shuffles`.

    >>> words = scramble(np.arange(1000, dtype=np.uint32), key_of(7, np.uint32), n_bits=10)
    >>> len(set(words.tolist())), max(words.tolist()) < 2**10
    (1000, True)
    """
    even, odd = key
    first, second, *_ = FACTORS[x.dtype]
    mask, shift = _mask_and_shift(x.dtype, n_bits)
    for word, factor in (even, first), (odd, second):
        x ^= word
        x *= factor
        x &= mask
        x ^= x >> shift
    x *= first
    x &= mask
    return x


def unscramble(x, key, n_bits):
    """Undo `scramble`, in place; what stands in higher bits is dropped.

    >>> key = key_of(7, np.uint32)
    >>> unscramble(scramble(np.arange(3, dtype=np.uint32), key, 10), key, 10).tolist()
    [0, 1, 2]
    """
    even, odd = key
    *_, first, second = FACTORS[x.dtype]
    mask, shift = _mask_and_shift(x.dtype, n_bits)
    x *= first
    x &= mask
    for word, factor in (odd, second), (even, first):
        x ^= x >> shift
        x *= factor
        x ^= word
        x &= mask
    return x


@lru_cache
def _mask_and_shift(dtype, n_bits):
    # A shift by half the bits or more undoes itself.
    return np.array(2**n_bits - 1, dtype), np.array((n_bits + 1) // 2, dtype)
