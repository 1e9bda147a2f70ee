"""Kinds of targets: which tensors could hold them, and how they are read and joined."""

from collections.abc import Callable
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from skbalance._labels.containers import concatenate, is_label_container, label_array
from skbalance._labels.label_sets import encode_sets
from skbalance._labels.numbers import number_array


class Kind(NamedTuple):
    """What a dataset's targets are to be.

    ``read`` makes plain arrays or lists of them, which can be compared and, by ``join``, put one
    after the other; ``is_column`` says whether a tensor could hold them, ``wanted`` in words.
    """

    read: Callable[[Any], Any]
    join: Callable[[list[Any]], Any]
    is_column: Callable[[Any], bool]
    wanted: str


def is_integer_column(tensor):
    """Whether a tensor holds one integer a row."""
    return tensor.ndim == 1 and not tensor.is_floating_point() and not tensor.is_complex()


def _is_number_column(tensor):
    is_column = tensor.ndim == 1 or (tensor.ndim == 2 and tensor.shape[1] == 1)
    return is_column and not tensor.is_complex() and str(tensor.dtype) != "torch.bool"


def _read_numbers(labels):
    return number_array(labels, "labels")


def _read_sets(labels):
    """The labels of each row as an array of them."""
    names, indicator = encode_sets(labels)
    return np.split(names[indicator.indices], indicator.indptr[1:-1])


def _join_lists(parts):
    return list(chain.from_iterable(parts))


CLASSES = Kind(label_array, concatenate, is_integer_column, "one integer a row")
KINDS = {
    "class": CLASSES,
    "multilabel": Kind(
        _read_sets, _join_lists, lambda tensor: tensor.ndim == 2, "a column of 0 and 1 a label"
    ),
    "continuous": Kind(_read_numbers, np.concatenate, _is_number_column, "one number a row"),
}


def n_labels(labels):
    """For how many rows there are labels; None where that cannot be told."""
    if is_label_container(labels) or sparse.issparse(labels):
        if not hasattr(labels, "shape"):
            return len(labels)
        return labels.shape[0] if labels.shape else None  # a scalar has no rows
    return None
