"""Labels of any kind to sorted classes, and a code for each row."""

from collections import defaultdict
from itertools import pairwise
from numbers import Number
from typing import Any

import numpy as np

from skbalance._arrays import gather, slices
from skbalance._labels.containers import label_array, missing

# Integer labels that span less than this, or less than the number of rows, are counted in a table.
TABLE = 2**16

# Texts handled at a time: all their words stay in the cache. Their numbers are guessed from a table
# by hashes of so many bits.
CHUNK_OF_TEXTS = 2**14
HASH_BITS = 16

# Texts of a fixed width are compared word by word up to so many words; beyond, as Python's strings.
MOST_WORDS = 24


def encode(y):
    """Sorted classes, and the index of each row's class.

    Parameters
    ----------
    y : array-like of shape (n,), (n, 1) or, one-hot, (n, n_columns)
        Integers, strings, bools or other hashable, sortable objects: numpy, pandas, polars, a CPU
        or CUDA tensor, a list.

    Returns
    -------
    classes : ndarray of shape (n_classes,)
        For one-hot labels, the numbers of the columns in use.
    codes : ndarray of shape (n,), the smallest unsigned dtype that holds n_classes - 1

    Raises
    ------
    TypeError, ValueError
        Labels that are missing, floats, complex numbers, datetime64, unhashable or unsortable;
        several labels a row.

    Examples
    --------
    >>> classes, codes = encode(["cat", "dog", "cat"])
    >>> classes.tolist(), codes.tolist()
    (['cat', 'dog'], [0, 1, 0])
    """
    labels = label_array(y)
    kind = labels.dtype.kind
    if kind in "biu" and labels.size:
        return _encode_integers(labels.astype(labels.dtype.newbyteorder("="), copy=False))
    if kind in "US" and labels.size and 0 < _n_words(labels.dtype) <= MOST_WORDS:
        return _encode_texts(labels)
    if kind in "OUST":  # objects, str, bytes, numpy's StringDType
        return _encode_objects(labels)
    # "Complex data not supported", "Unknown label type" and "Multilabel and multioutput targets are
    # not supported" are what the check suites of scikit-learn and imbalanced-learn look for.
    if kind == "f" and np.isnan(labels).any():
        raise ValueError(missing(np.flatnonzero(np.isnan(labels))))
    if kind == "c":
        raise ValueError("Complex data not supported: labels are classes, got complex numbers.")
    if labels.size:
        raise ValueError(_unknown(labels.dtype))
    return labels, labels.astype(np.uint8)  # no rows and no classes


def _encode_integers(labels):
    """By a table over the values where they lie close together, else by hashing."""
    if labels.dtype.kind == "b":
        classes, codes = _encode_integers(labels.view(np.uint8))
        return classes.astype(bool), codes
    low, high = int(labels.min()), int(labels.max())
    span = high - low + 1
    if span > max(TABLE, len(labels)):
        return _encode_objects(labels)
    # Distances from the lowest label, in unsigned arithmetic of the labels' own width, where
    # nothing overflows.
    unsigned = np.dtype(f"u{labels.itemsize}").type
    shift = unsigned(low % 2 ** (8 * labels.itemsize))
    labels_as_unsigned = labels.view(unsigned)
    present = np.zeros(span, dtype=bool)
    for here in slices(len(labels)):
        present[_as_index(labels_as_unsigned[here] - shift)] = True
    values = np.flatnonzero(present)
    table = np.empty(span, dtype=np.min_scalar_type(len(values) - 1))
    table[values] = np.arange(len(values))
    codes = np.empty(len(labels), dtype=table.dtype)
    for here in slices(len(labels)):
        codes[here] = gather(table, _as_index(labels_as_unsigned[here] - shift))
    return (values.astype(unsigned) + shift).view(labels.dtype), codes


def _as_index(numbers):
    """Unsigned numbers as numpy indexes by them soonest."""
    return numbers.view(np.intp) if numbers.itemsize == 8 else numbers.astype(np.intp)


def _encode_objects(labels):
    """By a hash table that numbers labels as they appear, then by the order of the sorted
    labels.
    """
    numbers = _numbers()
    codes = np.empty(len(labels), dtype=np.uint32 if len(labels) < 2**32 else np.uint64)
    try:
        for here in slices(len(labels)):
            part = labels[here].tolist()
            codes[here] = np.fromiter(map(numbers.__getitem__, part), codes.dtype, len(part))
    except TypeError as error:
        raise TypeError(
            f"labels must be hashable (strings, integers, bools, ...), got: {error}."
        ) from None
    _check_objects(list(numbers), codes, labels)
    return _in_order(numbers, codes, labels.dtype)


def _encode_texts(labels):
    """The same for texts of a fixed width, most without making a Python string of them.

    A table at the hash of a text's words guesses its number. The guess holds if all its words are
    those of the text with that number; else the text is looked up as an object.
    """
    numbers = _numbers()
    numbers[labels[0].item()]
    codes = np.empty(len(labels), dtype=np.uint32 if len(labels) < 2**32 else np.uint64)
    guesses = np.zeros(2**HASH_BITS, dtype=np.intp)
    known = _words(labels[:1])  # words of the texts by number, a column each
    for here in slices(len(labels), CHUNK_OF_TEXTS):
        part = labels[here]
        words = _words(part)
        places = _places_in_table(words)
        number = guesses[places]
        is_wrong = np.zeros(len(part), dtype=bool)
        for word, of_known in zip(words, known, strict=True):
            is_wrong |= word != of_known[number]
        wrong = np.flatnonzero(is_wrong)
        if wrong.size:
            found = np.fromiter(map(numbers.__getitem__, part[wrong].tolist()), np.intp, len(wrong))
            number[wrong] = guesses[places[wrong]] = found
            if len(numbers) > known.shape[1]:
                known = np.pad(known, [(0, 0), (0, 2 * len(numbers))])
            known[:, found] = words[:, wrong]
        codes[here] = number
    return _in_order(numbers, codes, labels.dtype)


def _numbers():
    """A dict that numbers its keys as they are asked for."""
    numbers: defaultdict[Any, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    return numbers


def _n_words(dtype):
    return dtype.itemsize // 4 if dtype.itemsize % 4 == 0 else dtype.itemsize


def _words(texts):
    """The words of texts of a fixed width: an array of shape (n_words, n)."""
    texts = np.ascontiguousarray(texts)
    word = np.uint32 if texts.itemsize % 4 == 0 else np.uint8
    return texts.view(word).reshape(len(texts), -1).T


def _places_in_table(words):
    """Where each text's number may be guessed: a hash of its column of words."""
    hashes = np.zeros(words.shape[1], dtype=np.uint32)
    for word in words:
        hashes ^= word
        hashes *= 0x9E3779B1
        hashes ^= hashes >> 15
    hashes *= 0x85EBCA6B
    return (hashes >> (32 - HASH_BITS)).astype(np.intp)


def _in_order(numbers, codes, dtype):
    """Sorted classes of that dtype and the codes of rows, from labels numbered in another order."""
    found = list(numbers)
    order = _sorted_order(found)
    classes = np.empty(len(found), dtype=dtype)
    classes[:] = [found[number] for number in order]
    new_codes = np.empty(len(found), dtype=np.min_scalar_type(max(len(found) - 1, 0)))
    new_codes[order] = np.arange(len(found))
    return classes, new_codes[codes]


def _check_objects(found, codes, labels):
    """Refuse labels that stand for no class."""
    for number, label in enumerate(found):
        if _is_missing(label):
            raise ValueError(missing(np.flatnonzero(codes == number)))
        if hasattr(label, "__array__") and not isinstance(label, np.generic):
            raise TypeError(f"labels must be scalars, got {type(label).__name__}.")
    if any(
        isinstance(label, Number) for label in found
    ):  # all labels, as a float hides behind an equal integer
        floats = [label for label in labels.tolist() if isinstance(label, (float, np.floating))]
        if floats:
            raise ValueError(_unknown(f"{floats[0]!r} ({type(floats[0]).__name__})"))


def _sorted_order(found):
    """The places of distinct labels in sorted order; TypeError unless each can be compared with the
    next.
    """
    try:
        order = sorted(range(len(found)), key=found.__getitem__)
        ordered = all(found[a] < found[b] for a, b in pairwise(order))
    except TypeError:
        ordered = False
    if not ordered:
        kinds = sorted({type(label).__name__ for label in found})
        raise TypeError(
            f"labels must be of one kind, so that they can be sorted, got {' and '.join(kinds)}."
        )
    return order


def _is_missing(label):
    """None, NaN, NaT (unequal to themselves) and pandas.NA (which refuses to be a truth value)."""
    try:
        return label is None or bool(label != label)
    except TypeError:
        return True


def _unknown(seen):
    return (
        f"Unknown label type: labels must be classes (integers, strings, bools or objects), got {seen}. If they are "
        "classes, say so by converting them to integers or strings."
    )
