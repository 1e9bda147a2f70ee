"""Labels of any kind as sorted classes, and a code for each row."""

from collections import defaultdict
from enum import Enum
from itertools import pairwise
from numbers import Number
from reprlib import repr as shortened
from typing import Any

import numpy as np

from skbalance._arrays import SMALL_CHUNK, gather, slices
from skbalance._labels.containers import SETS, label_array, missing, unknown

# Integer labels whose range is at most this, or at most the number of rows, are looked up in a
# table.
TABLE = 2**16

# How many texts are handled at a time, so that all their words stay in the cache, and how many bits
# of a text's hash select its place in the table that guesses its number.
CHUNK_OF_TEXTS = 2**14
HASH_BITS = 16

# Texts of a fixed width are compared word by word up to this many words, longer ones as Python's
# strings.
MOST_WORDS = 24


def encode(y, name="y"):
    """Sorted classes, and the index of each row's class.

    Parameters
    ----------
    y : array-like of shape (n,), (n, 1) or, one-hot, (n, n_columns)
        Integers, strings, bools or other hashable, sortable objects, in any container that
        `label_array` reads.

    Returns
    -------
    classes : ndarray of shape (n_classes,)
        The distinct labels; of one-hot labels the numbers of the columns in use.
    codes : ndarray of shape (n,), the smallest unsigned dtype that holds n_classes - 1

    Raises
    ------
    TypeError, ValueError
        Labels that are missing, floats, complex numbers, datetime64, unhashable or unsortable;
        several labels in a row; a container that cannot be read.

    Examples
    --------
    >>> classes, codes = encode(["cat", "dog", "cat"])
    >>> classes.tolist(), codes.tolist()
    (['cat', 'dog'], [0, 1, 0])
    """
    labels = label_array(y, name)
    kind = labels.dtype.kind
    if kind in "biu" and labels.size:
        return _encode_integers(labels.astype(labels.dtype.newbyteorder("="), copy=False))
    if kind in "US" and labels.size and 0 < _n_words(labels.dtype) <= MOST_WORDS:
        return _encode_texts(labels)
    if kind in "OUST":  # objects, str, bytes, numpy's StringDType
        return _encode_objects(labels, name)
    # "Complex data not supported" and "Unknown label type" are what the check suites of
    # scikit-learn and imbalanced-learn look for.
    if kind == "f" and np.isnan(labels).any():
        raise ValueError(missing(np.flatnonzero(np.isnan(labels)), name))
    if kind == "c":
        raise ValueError("Complex data not supported: labels are classes, got complex numbers.")
    if labels.size:
        raise ValueError(unknown(labels.dtype))
    return labels, labels.astype(np.uint8)  # no rows and no classes


def encode_cells(columns):
    """Cells in use, and the index of each row's cell.

    ``columns`` are pairs of labels and codes of the rows. A cell is a label of each that occur in
    one row: cells are sorted, and given as the index of their label in each column.

    >>> groups, classes = (["a", "b"], np.array([0, 1, 1])), ([0, 1], np.array([0, 1, 0]))
    >>> of_columns, codes = encode_cells([groups, classes])
    >>> [index.tolist() for index in of_columns], codes.tolist()
    ([[0, 1, 1], [0, 0, 1]], [0, 2, 1])
    """
    if len(columns) == 1:  # each label is a cell
        labels, codes = columns[0]
        return (np.arange(len(labels)),), codes
    shape = [len(labels) for labels, _ in columns]
    numbers, codes = encode(np.ravel_multi_index([codes for _, codes in columns], shape))
    return np.unravel_index(numbers, shape), codes


def _encode_integers(labels):
    """By a table over the range of the labels where that is small, else by hashing."""
    if labels.dtype.kind == "b":
        classes, codes = _encode_integers(labels.view(np.uint8))
        return classes.astype(bool), codes
    low, high = int(labels.min()), int(labels.max())
    span = high - low + 1
    if span > max(TABLE, len(labels)):
        return _encode_objects(labels)
    # Distances from the lowest label are taken in unsigned arithmetic of the labels' own width:
    # signed, the distance from -100 to 100 would overflow an int8.
    unsigned = np.dtype(f"u{labels.itemsize}").type
    shift = unsigned(low % 2 ** (8 * labels.itemsize))
    labels_as_unsigned = labels.view(unsigned)
    distances = np.empty(len(labels), dtype=np.min_scalar_type(span - 1))
    present = np.zeros(span, dtype=bool)
    for here in slices(len(labels)):
        distances[here] = labels_as_unsigned[here] - shift
        if span > SMALL_CHUNK or not present.all():  # looking at a large table takes longer
            present[distances[here].astype(np.intp)] = True
    values = np.flatnonzero(present)
    classes = (values.astype(unsigned) + shift).view(labels.dtype)
    if len(values) == span:
        return classes, distances
    table = np.empty(span, dtype=np.min_scalar_type(len(values) - 1))
    table[values] = np.arange(len(values))
    codes = np.empty(len(labels), dtype=table.dtype)
    for here in slices(len(labels)):
        codes[here] = gather(table, distances[here])
    return classes, codes


def _encode_objects(labels, name="y"):
    """By a hash table that numbers the labels as they appear; then the labels are sorted."""
    numbers = _numbers()
    codes = np.empty(len(labels), dtype=np.uint32 if len(labels) < 2**32 else np.uint64)
    try:
        for here in slices(len(labels)):
            part = labels[here].tolist()
            codes[here] = np.fromiter(map(numbers.__getitem__, part), codes.dtype, len(part))
    except TypeError as error:
        raise TypeError(
            f"labels must be hashable (strings, integers, bools, ...), got: {error}. {SETS}"
        ) from None
    _check_objects(list(numbers), codes, labels, name)
    return _in_order(numbers, codes, labels.dtype)


def _encode_texts(labels):
    """By words: texts of a fixed width, few of which have to become Python strings.

    The hash of a text selects a place in a table, which holds the number of the last text seen
    there. This guess is right if all words of the text are those of the text with that number.
    Otherwise the text is looked up as an object.
    """
    numbers = _numbers()
    numbers[labels[0].item()]
    codes = np.empty(len(labels), dtype=np.uint32 if len(labels) < 2**32 else np.uint64)
    guesses = np.zeros(2**HASH_BITS, dtype=np.intp)
    known = _words(labels[:1])  # column i holds the words of the text numbered i
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
    """A dict that numbers its keys in the order in which they are first looked up."""
    numbers: defaultdict[Any, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    return numbers


def _n_words(dtype):
    return dtype.itemsize // 4 if dtype.itemsize % 4 == 0 else dtype.itemsize


def _words(texts):
    """The words of texts of a fixed width, an array of shape (n_words, n)."""
    texts = np.ascontiguousarray(texts)
    word = np.uint32 if texts.itemsize % 4 == 0 else np.uint8
    return texts.view(word).reshape(len(texts), -1).T


def _places_in_table(words):
    """Each text's place in the table of guesses: a hash of its column of words."""
    hashes = np.zeros(words.shape[1], dtype=np.uint32)
    for word in words:
        hashes ^= word
        hashes *= 0x9E3779B1
        hashes ^= hashes >> 15
    hashes *= 0x85EBCA6B
    return (hashes >> (32 - HASH_BITS)).astype(np.intp)


def _in_order(numbers, codes, dtype):
    """Sorted classes of that dtype, and the codes of the rows, from labels numbered otherwise."""
    found = list(numbers)
    order = _sorted_order(found)
    classes = np.empty(len(found), dtype=dtype)
    classes[:] = [found[number] for number in order]
    new_codes = np.empty(len(found), dtype=np.min_scalar_type(max(len(found) - 1, 0)))
    new_codes[order] = np.arange(len(found))
    return classes, new_codes[codes]


def _check_objects(found, codes, labels, name):
    """Raise for objects that are missing, arrays or floats."""
    for number, label in enumerate(found):
        if hasattr(label, "__array__") and not isinstance(label, np.generic):
            raise TypeError(f"labels must be scalars, got {type(label).__name__}.")
        if is_missing(label):
            raise ValueError(missing(np.flatnonzero(codes == number), name))
    if any(isinstance(label, Number) for label in found):
        # Not only those found: a float hides behind an integer that it equals.
        floats = [label for label in labels.tolist() if isinstance(label, (float, np.floating))]
        if floats:
            raise ValueError(unknown(f"{floats[0]!r} ({type(floats[0]).__name__})"))


def _sorted_order(found):
    """The order that sorts distinct labels, in which each must be below the next."""
    try:
        order = sorted(range(len(found)), key=found.__getitem__)
        ordered = all(found[a] < found[b] for a, b in pairwise(order))
    except (TypeError, ArithmeticError):  # the latter from np.int8(0) < Fraction(1, 128)
        ordered = False
    if not ordered:
        raise TypeError(_unsortable(found))
    return order


def _unsortable(found):
    """The message about labels of several kinds, or of a kind that has no order."""
    kinds = sorted({type(label).__name__ for label in found})
    if len(kinds) > 1:
        return f"labels must be of one kind, so that they can be sorted, got {' and '.join(kinds)}."
    seen = f"labels must be sortable, got {kinds[0]} such as {shortened(found[0])}: "
    if isinstance(found[0], Enum):
        return seen + f"pass their .name or .value, or make {kinds[0]} an IntEnum."
    return seen + "pass strings or integers in their place."


def is_missing(label):
    """None, NaN, NaT (unequal to themselves) and pandas.NA (which refuses to be a truth value)."""
    try:
        return label is None or bool(label != label)
    except (TypeError, ArithmeticError):  # the latter from Decimal("sNaN")
        return True
    except (ValueError, RuntimeError):  # an array or a tensor
        return False
